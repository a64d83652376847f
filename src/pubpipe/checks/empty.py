"""A target that is no translation: empty, the source again, or an engine's error page."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding, shown
from pubpipe.model import Finding

ID = "empty"
FINDINGS = (
    Described(
        "empty",
        "error",
        "No translation, the English again, or the error page of a translation service.",
        "Workers have rights. → Workers have rights.",
    ),
)

_POISON = re.compile(
    r"MYMEMORY WARNING|QUERY LENGTH LIMIT EXC|INVALID (?:SOURCE|TARGET) LANGUAGE|NO QUERY SPECIFIED"
    r"|Error \d{3} \((?:Server Error|Not Found|Forbidden|Bad Request)\)!*|That’s an error|That's an error"
    r"|<!DOCTYPE html|<html[\s>]|\b(?:502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out)\b"
    r"|\b429 Too Many Requests\b|unusual traffic from your computer|\"error\"\s*:\s*\{|Traceback \(most recent call",
    re.IGNORECASE,
)
"""What translation services answer with status 200 instead of a translation."""


def check(context: CheckContext) -> Iterable[Finding]:
    """An error for no text, for an error page, and for the source repeated where it has words to
    translate."""
    source, target = context.source_text, context.target_text
    if not target.strip():
        if source.strip():
            yield finding(ID, "error", "The translation is empty.")
        return
    poison = _POISON.search(target)
    if poison and not _POISON.search(source):
        yield finding(
            ID,
            "error",
            f"The translation holds a service's error message: {shown(poison[0])}.",
            target=poison.span(),
        )
    elif context.source_folded == context.target_folded and _has_words(source):
        yield finding(ID, "error", "The translation is the English text again.", target=(0, len(target)))


def _has_words(text: str) -> bool:
    """Whether there is something to translate: two words in small letters at least, not a name or a code."""
    return len(re.findall(r"(?<![\w@/.])[a-z]{3,}(?![\w@/])", text)) >= 2
