"""What a check looks at: one segment's source and target, with the forms of them that several checks need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import fold
from pubpipe.model import Content, Finding, Severity, Span, plain


@dataclass(frozen=True)
class CheckContext:
    """A pair under check; plain texts are what spans point into."""

    source: Content
    target: Content
    profile: LanguageProfile

    @cached_property
    def source_text(self) -> str:
        return plain(self.source)

    @cached_property
    def target_text(self) -> str:
        return plain(self.target)

    @cached_property
    def source_folded(self) -> str:
        return fold(self.source_text)

    @cached_property
    def target_folded(self) -> str:
        return fold(self.target_text)


class Described(NamedTuple):
    """A kind of finding that a check makes, as the reference page lists it."""

    id: str
    severity: str
    """The default, or several with a slash between them ("error/warning")."""
    meaning: str
    example: str
    """A pair that has it: English → what the translation says, in English words where the script adds nothing."""


def finding(
    check: str,
    severity: Severity,
    message: str,
    *,
    source: tuple[int, int] | None = None,
    target: tuple[int, int] | None = None,
    suggestion: str | None = None,
) -> Finding:
    """A finding, its places given as (start, end)."""
    return Finding(
        check=check,
        severity=severity,
        message=message,
        source=Span(start=source[0], end=source[1]) if source else None,
        target=Span(start=target[0], end=target[1]) if target else None,
        suggestion=suggestion,
    )


def shown(text: str, limit: int = 40) -> str:
    """A few words of a text for a message, in quotation marks."""
    text = " ".join(text.split())
    return f"“{text if len(text) <= limit else text[: limit - 1] + '…'}”"
