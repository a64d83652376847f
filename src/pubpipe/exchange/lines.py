"""What line-based formats share: decoding with line numbers, and values for fields that are missing."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from pubpipe.errors import ConfigError, GlossaryError
from pubpipe.identity import memory_key
from pubpipe.languages import fold, profile
from pubpipe.model import (
    Content,
    Inline,
    MarkupError,
    MemoryStatus,
    MemoryUnit,
    Placeholder,
    TagClose,
    TagOpen,
    Text,
    from_markup,
    tidy,
)

MAX_LINE = 1_000_000
"""Characters of one line: a longer one is no sentence pair but another kind of file."""


def problem(name: str, line: int, why: str) -> GlossaryError:
    """The error for one place in a memory file."""
    return GlossaryError(
        f"{name}, line {line}: {why}.",
        remedy="Mend the line, or leave it out, and import again.",
        problems=(f"{name}:{line}: {why}",),
    )


def decoded(stream: BinaryIO, name: str) -> Iterator[tuple[int, str]]:
    """(line number from 1, text without its end) of a UTF-8 or UTF-16 file, with or without byte-order mark."""
    head = stream.read(4)
    stream.seek(0)
    utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # newline="\n": other characters that Python takes for line ends (U+2028, form feed) are text
    lines = io.TextIOWrapper(stream, encoding="utf-16" if utf16 else "utf-8-sig", newline="\n")
    number = 0
    try:
        while line := lines.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise problem(name, number, "the line is longer than a million characters")
            text = line.rstrip("\r\n")
            if "\x00" in text:
                raise problem(name, number, "it is not text")
            yield number, text
    except UnicodeError as error:
        raise problem(name, number + 1, "it is neither UTF-8 nor UTF-16 with a byte-order mark") from error
    finally:
        lines.detach()  # the stream is the caller's to close


def target_tag(written: str) -> str | None:
    """Our tag for a language as other tools write it ("km-KH", "TH", "vi_VN"); None for a language we do not
    have.
    """
    base = written.strip().replace("_", "-").split("-")[0].lower()
    try:
        return profile(base).tag
    except ConfigError:
        return None


def content_of(markup: str) -> Content:
    """The content of a source text in short form, whose tags nothing else describes: they are plain spans.

    Raises MarkupError where a number is opened and stands alone as well.
    """
    return from_markup(markup, _marks(markup))


def unit(
    *,
    source: Content,
    target: Content,
    language: str,
    at: dt.datetime,
    status: MemoryStatus = "draft",
    context_hash: str | None = None,
    publication: str = "",
    reviewer: str = "",
    origin: str = "",
) -> MemoryUnit:
    """A memory unit with its key."""
    return MemoryUnit.model_validate(
        {
            "key": memory_key(tidy(source), fold),
            "language": language,
            "source": tidy(source),
            "target": tidy(target),
            "context_hash": context_hash or None,
            "status": status,
            "publication": publication,
            "reviewer": reviewer,
            "origin": origin,
            "at": at,
        }
    )


def pair(source: str, target: str) -> tuple[Content, Content]:
    """Both sides of a pair in short form; MarkupError where the target has a tag that the source lacks."""
    left = content_of(source)
    return left, from_markup(target, left)


def _marks(markup: str) -> Iterable[Inline]:
    marks: dict[int, Inline] = {}
    for match in re.finditer(r"(?<!\\)(?:\\\\)*<(\d{1,6})(/?)>", markup):
        number = int(match[1])
        made: Inline = Placeholder(id=number, kind="raw") if match[2] else TagOpen(id=number, kind="span")
        if marks.setdefault(number, made) != made:
            raise MarkupError(f"<{number}> stands for two things")
    return marks.values()


__all__ = [
    "MarkupError",
    "TagClose",
    "Text",
    "content_of",
    "decoded",
    "pair",
    "problem",
    "target_tag",
    "unit",
]
