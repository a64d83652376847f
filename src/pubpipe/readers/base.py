"""What every reader shares: its Protocol, cleaning of text, and the last step from blocks to a `SourceDocument`."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from pubpipe.errors import SourceError
from pubpipe.identity import digest_bytes
from pubpipe.languages import SOURCE, canonical
from pubpipe.model import (
    Block,
    Content,
    Figure,
    Finding,
    Heading,
    Note,
    Paragraph,
    Placeholder,
    Resource,
    Rule,
    Severity,
    SourceDocument,
    Text,
    Unit,
    plain,
    quoted,
)
from pubpipe.readers.captions import label, without_labels

MAX_TEXT = 4_000_000
"""Characters that one publication may have, about 1,500 pages: pandoc then needs about 400 MB."""
MAX_DEPTH = 100
"""How deep lists, quotes and tables may stand in one another."""
SHOWN_DEPTH = 20
"""Below this level lists and quotes are set at its depth: no page is wide enough, and stored JSON has its limits."""

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u200b\u2060\ufeff"  # hyphenation and break hints: they speak of English lines only
    "\ufdd0-\ufdef\ufffe\uffff]"  # noncharacters
)
_NOT_AN_AUTHOR = re.compile(
    r"(python-docx|microsoft office user|windows user|user\d*|author|admin(istrator)?|owner|unknown|test)?\s*",
    re.IGNORECASE,
)
"""What programs write for an author whom nobody named."""
_EXACT = 1_000_000
"""Up to this many letters of text that was cut or joined, each is used up once; beyond, only looked for."""
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


class Reader(Protocol):
    """What a module in this folder offers; `READERS` lists them by file extension."""

    NAME: str
    """Name and version ("docx/1"); the version changes when the same file would give another document."""
    EXTENSIONS: tuple[str, ...]

    def read(self, data: bytes, folder: Path | None) -> SourceDocument:
        """The document that `data` is; images that it only names are looked for in `folder` (None: nowhere)."""
        ...


@dataclass(frozen=True)
class Parts:
    """A document before its units are numbered: what a reader hands to `assemble`."""

    title: Content | None = None
    subtitle: Content | None = None
    authors: tuple[str, ...] = ()
    date: dt.date | None = None
    blocks: tuple[Block, ...] = ()
    notes: tuple[Note, ...] = ()
    resources: tuple[Resource, ...] = ()
    findings: tuple[Finding, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    """What else the file says about itself, plain strings by lower-case name."""


def found(check: str, severity: Severity, message: str) -> Finding:
    """A finding of the reader about the document as a whole."""
    return Finding(check=f"reader.{check}", severity=severity, message=message)


def clean(text: str) -> str:
    """The text in its publish form, without control characters and invisible break hints."""
    return canonical(_UNWANTED.sub("", text))


def letters(text: str) -> str:
    """Letters and digits alone, for comparing what a file holds with what arrived."""
    return "".join(_LETTER_OR_DIGIT.findall(unicodedata.normalize("NFKC", clean(text)).casefold()))


def check_length(length: int) -> None:
    """SourceError where a document has more text than `MAX_TEXT` characters."""
    if length > MAX_TEXT:
        raise SourceError(
            f"the document has {length:,} characters of text; the limit is {MAX_TEXT:,}.",
            remedy="Split it into several publications.",
        )


def too_deep() -> SourceError:
    """The error for lists, quotes or tables that stand in one another beyond `MAX_DEPTH`."""
    return SourceError(
        f"the document nests lists, quotes or tables more than {MAX_DEPTH} deep.",
        remedy="Flatten them: no page can show that depth.",
    )


def check_depth(root: Any) -> None:
    """SourceError for a tree nested beyond what anybody means; one level of text may be three elements."""
    from lxml import etree

    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH * 3:
            raise too_deep()


def parse_date(text: str) -> dt.date | None:
    """The day that an English or ISO date names ("12 March 2024", "March 12, 2024", "2024-03-12"), else None.

    All-digit forms with slashes or dots are not read: 03/04/2024 is two different days on two continents.
    """
    text = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", " ".join(text.split()))
    for form in ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%B %d %Y", "%d %b %Y", "%b %d, %Y"):
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no time zone)
        except ValueError:
            continue
    stamp = re.match(r"(\d{4}-\d{2}-\d{2})T", text)
    return parse_date(stamp[1]) if stamp else None


def named_authors(said: str) -> tuple[str, ...]:
    """The authors that a file's properties name, several between semicolons; none where a program named itself."""
    return tuple(a.strip() for a in said.split(";") if not _NOT_AN_AUTHOR.fullmatch(a.strip()))


def assemble(parts: Parts, *, data: bytes, reader: str) -> SourceDocument:
    """The finished document: title taken from a lone first heading where there is none, units numbered, captions
    without the labels that a template prints.

    Raises SourceError where there is no text at all.
    """
    title, blocks, findings = parts.title, parts.blocks, list(parts.findings)
    if title is None and blocks and isinstance(blocks[0], Heading):
        others = [b.level for b in blocks[1:] if isinstance(b, Heading)]
        if all(level > blocks[0].level for level in others):
            title = blocks[0].unit.content
            lift = min(others, default=2) - 1
            blocks = tuple(
                b.model_copy(update={"level": b.level - lift}) if isinstance(b, Heading) else b for b in blocks[1:]
            )
    blocks, about_captions = without_labels(blocks, parts.notes)
    findings += about_captions
    language = str(parts.metadata.get("lang", "") or parts.metadata.get("language", ""))
    if language and re.split("[-_]", language.lower())[0] not in (SOURCE.tag, SOURCE.english_name.lower()):
        findings.append(
            found(
                "language",
                "warning",
                f"the file says that its language is {language!r}; it is read as {SOURCE.english_name}",
            )
        )
    document = SourceDocument(
        language=SOURCE.tag,
        title=Unit(id="", role="title", content=title) if title else None,
        subtitle=Unit(id="", role="subtitle", content=parts.subtitle) if parts.subtitle else None,
        authors=parts.authors,
        date=parts.date,
        blocks=blocks,
        notes=parts.notes,
        resources=parts.resources,
        findings=tuple(dict.fromkeys(findings)),
        file_hash=digest_bytes(data),
        reader=reader,
    )
    if not any(plain(unit.content).strip() for unit in document.units()):
        reasons = "; ".join(f.message for f in findings if f.severity == "block")
        raise SourceError(
            "the document has no text that can be read" + (f" ({reasons})." if reasons else "."),
            remedy="Give a document with paragraphs of text (a scan has to be typed or recognised first).",
        )
    numbers = itertools.count(1)
    return document.map_units(lambda unit: unit.model_copy(update={"id": f"u{next(numbers):04d}"}))


def with_title_block(parts: Parts, lines: Sequence[tuple[str, str]]) -> Parts:
    """The parts with the blocks at the start that are `lines` made title, subtitle, authors and date.

    `lines` are kind ("title", "subtitle", "author", "date") and text, as the file's styles or classes tell. Images
    between them stay. A date that is no whole day, and whatever comes a second time, stay paragraphs.
    """
    blocks, kept, place = list(parts.blocks), list[Block](), 0
    title, subtitle, date = None, None, None
    authors: list[str] = []
    findings = list(parts.findings)
    while lines and place < len(blocks):
        block = blocks[place]
        kind, said = lines[0]
        place += 1
        if isinstance(block, Figure | Rule):
            kept.append(block)
            continue
        if not isinstance(block, Paragraph | Heading) or letters(plain(block.unit.content)) != letters(said):
            place -= 1
            break
        lines = lines[1:]
        content = block.unit.content
        day = parse_date(plain(content)) if kind == "date" else None
        if kind == "title" and title is None:
            title = content
        elif kind == "subtitle" and subtitle is None:
            subtitle = content
        elif kind == "author" and not any(isinstance(i, Placeholder) for i in content):
            authors.append(" ".join(plain(content).split()))
        elif day is not None and date is None:
            date = day
        else:
            kept.append(Paragraph(unit=block.unit.model_copy(update={"role": "paragraph"})))
            if kind == "date":
                findings.append(
                    found("date", "info", f"the date {quoted(said)} is not one whole day; it stands as a paragraph")
                )
    return replace(
        parts,
        title=title or parts.title,
        subtitle=subtitle or parts.subtitle,
        authors=tuple(authors) or parts.authors,
        date=date or parts.date,
        blocks=(*kept, *blocks[place:]),
        findings=tuple(findings),
    )


def missing(expected: Iterable[str], document: SourceDocument, omitted: Iterable[str] = ()) -> list[Finding]:
    """A "block" finding for each paragraph of the file whose letters did not arrive in the document's units.

    `expected` are the file's own paragraphs, read without the reader's conversion; `omitted` those that the
    reader left out knowingly and has reported. Each arrived text accounts for one paragraph only, so that the
    second of two equal paragraphs is missed too.
    """
    arrived = Counter(
        letters(plain(unit.content) + "".join(p.alt for p in unit.content if isinstance(p, Placeholder)))
        for unit in document.units()
    )
    arrived.update(letters(text) for text in (*document.authors, *_codes(document.blocks)))
    if document.date:
        # a date that was read stands in words of its own
        day, month, year = document.date.day, document.date.strftime("%B"), document.date.year
        arrived.update(letters(t) for t in (f"{day} {month} {year}", f"{month} {day} {year}", str(document.date)))
    known = {letters(text) for text in omitted}
    captions = {letters(plain(unit.content)) for unit in document.units() if unit.role == "caption"}
    about_captions = captions or any(f.check == "reader.caption" for f in document.findings)
    unmatched: list[tuple[str, str]] = []
    for paragraph in expected:
        text = letters(paragraph)
        typed = label(paragraph) if about_captions and not arrived.get(text, 0) else None
        if typed is not None:
            # a caption without the label that was taken off; a label on a line of its own is printed by the template
            rest_of_it = letters(paragraph[typed.length :])
            if not rest_of_it or rest_of_it in captions:
                text = rest_of_it
        if arrived.get(text, 0):
            arrived[text] -= 1
        elif text and text not in known:
            unmatched.append((text, paragraph))
    # what was cut or joined on the way: each piece of the rest is used up once
    rest = "\n".join(text for text, count in arrived.items() for _ in range(count) if text)
    lost = []
    for text, paragraph in sorted(unmatched, key=lambda pair: -len(pair[0])):
        if text not in rest:
            lost.append(paragraph)
        elif len(rest) < _EXACT:
            rest = rest.replace(text, "\n", 1)
    return [found("missing", "block", f"text of the file did not arrive: {quoted(p)}") for p in lost]


def _codes(blocks: Iterable[Any]) -> Iterable[str]:
    for block in blocks:
        if block.type == "code":
            yield block.text
        for child in (*getattr(block, "items", ()), *_cells(block)):
            yield from _codes(child.blocks)
        if block.type == "quote":
            yield from _codes(block.blocks)


def _cells(block: Any) -> Iterable[Any]:
    if block.type == "table":
        for row in (*block.head, *block.body, *block.foot):
            yield from row.cells


def text(value: str) -> Content:
    """Plain text as content; empty where there is none."""
    value = " ".join(clean(value).split())
    return (Text(text=value),) if value else ()


__all__ = [
    "MAX_DEPTH",
    "MAX_TEXT",
    "SHOWN_DEPTH",
    "Parts",
    "Reader",
    "assemble",
    "check_depth",
    "check_length",
    "clean",
    "found",
    "letters",
    "missing",
    "named_authors",
    "parse_date",
    "replace",
    "text",
    "too_deep",
    "with_title_block",
]
