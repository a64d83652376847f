"""TMX 1.4b, the exchange format of translation memories, in and out.

Standard: LISA OSCAR, TMX 1.4b Specification (2005). What pubpipe writes comes back as it was: status,
provenance and context are `prop`s, inline tags are `bpt`/`ept`/`ph` whose native code is our own notation.
What others write is read as far as the standard goes, and a little further.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from pydantic import ValidationError

from pubpipe.exchange.lines import problem, target_tag, unit
from pubpipe.languages import SOURCE, canonical
from pubpipe.model import Content, Inline, MemoryUnit, Placeholder, TagClose, TagKind, TagOpen, Text, tidy

TOOL = "pubpipe"
_CHUNK = 65_536
_LARGEST = 1_000_000
"""Characters of one translation unit: more is no sentence pair but an attack or another kind of file."""
_DEEPEST = 64
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PROPS = ("status", "context_hash", "publication", "reviewer", "origin")
_CHARACTER = "x-pubpipe-character"
# what XML 1.0 cannot hold (section 2.2), even escaped
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# `type` as the standard recommends it (bold, italic, …), and as tools in the field write it
_KINDS: dict[str, TagKind] = {
    "bold": "strong",
    "b": "strong",
    "strong": "strong",
    "italic": "emphasis",
    "i": "emphasis",
    "em": "emphasis",
    "emphasis": "emphasis",
    "ulined": "underline",
    "underlined": "underline",
    "u": "underline",
    "struct": "span",
    "scap": "smallcaps",
    "link": "link",
    "a": "link",
    "sup": "superscript",
    "sub": "subscript",
    "code": "code",
}
_TYPES = {"strong": "bold", "emphasis": "italic", "underline": "ulined", "smallcaps": "scap", "link": "link"}


def read(stream: BinaryIO, name: str, *, at: dt.datetime, language: str | None = None) -> Iterator[MemoryUnit]:
    """The units of a TMX file, one by one: each target language beside the English of its `tu`.

    `at` is the time of units that carry none; `language` picks one target language. `tu`s without English,
    and languages that pubpipe does not have, are passed over. Raises GlossaryError with the line for XML that
    is broken, for another kind of file, and for entity declarations (a file of ten lines can otherwise fill
    the memory).
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    reader = _Reader(name, at, target_tag(language) if language else None)
    # a DOCTYPE is usual in TMX and harmless: no entity may be declared and nothing outside is fetched
    parser = DefusedXMLParser(target=reader, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    reader.line = lambda: int(parser.parser.CurrentLineNumber)
    try:
        while chunk := stream.read(_CHUNK):
            parser.feed(chunk)
            yield from reader.take()
        parser.close()
    except ParseError as error:
        raise problem(name, error.position[0], "the XML is broken here") from error
    except DefusedXmlException as error:
        why = "it declares XML entities, which pubpipe does not read"
        raise problem(name, reader.line(), why) from error
    except (UnicodeError, LookupError, ValueError) as error:
        raise problem(name, reader.line(), "the encoding is not what the file says") from error
    yield from reader.take()


def write(stream: BinaryIO, units: Iterable[MemoryUnit]) -> int:
    """How many units were written, one `tu` each, in the order given and with the same bytes every time."""
    stream.write(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
        b'<header creationtool="%s" creationtoolversion="1" segtype="sentence" o-tmf="pubpipe" '
        b'adminlang="en" srclang="%s" datatype="x-pubpipe"/>\n<body>\n' % (TOOL.encode(), SOURCE.tag.encode())
    )
    count = 0
    for each in units:
        stream.write("".join(_tu(each)).encode())
        count += 1
    stream.write(b"</body>\n</tmx>\n")
    return count


def _tu(each: MemoryUnit) -> Iterator[str]:
    stamp = each.at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    yield f'<tu srclang="{SOURCE.tag}" changedate="{stamp}">\n'
    for field_name in _PROPS:
        value = getattr(each, field_name)
        if value:
            yield f'<prop type="x-{TOOL}-{field_name}">{_UNWRITABLE.sub("", _escape(value))}</prop>\n'
    yield f'<prop type="x-{TOOL}-at">{each.at.isoformat()}</prop>\n'
    yield f'<tuv xml:lang="{SOURCE.tag}"><seg>{"".join(_seg(each.source))}</seg></tuv>\n'
    yield f'<tuv xml:lang="{each.language}"><seg>{"".join(_seg(each.target))}</seg></tuv>\n'
    yield "</tu>\n"


def _seg(content: Content) -> Iterator[str]:
    for item in content:
        match item:
            case Text():
                yield _text(item.text)
            case TagOpen():
                kind = quoteattr(_TYPES.get(item.kind, f"x-{item.kind}"))
                yield f'<bpt i="{item.id}" x="{item.id}" type={kind}>{_code(item)}</bpt>'
            case TagClose():
                yield f'<ept i="{item.id}"></ept>'
            case Placeholder():
                yield f'<ph x="{item.id}" type="x-{item.kind}">{_code(item)}</ph>'


def _code(item: TagOpen | Placeholder) -> str:
    value = item.model_dump(mode="json", exclude={"type", "id"}, exclude_defaults=True)
    return _escape(json.dumps(value, sort_keys=True))


def _text(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        return f'<ph type="{_CHARACTER}">{ord(match[0]):04X}</ph>'

    return _UNWRITABLE.sub(character, _escape(text))


def _escape(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")  # a bare one would be read as a line feed


@dataclass
class _Mark:
    """An inline element as it was read, before its number is settled."""

    kind: str
    attributes: dict[str, str]
    code: list[str] = field(default_factory=list)


_Piece = str | _Mark


class _Reader:
    """What the XML parser tells: collects the pieces of a `tu` and makes units of them at its end."""

    def __init__(self, name: str, at: dt.datetime, language: str | None) -> None:
        self.name, self.at, self.language = name, at, language
        self.line: Any = lambda: 0
        self.ours = False
        self.source_tag = SOURCE.tag
        self.path: list[str] = []
        self.units: list[MemoryUnit] = []
        self._begin()

    def take(self) -> list[MemoryUnit]:
        units, self.units = self.units, []
        return units

    def _begin(self) -> None:
        self.props: dict[str, list[str]] = {}
        self.attributes: dict[str, str] = {}
        self.sides: list[tuple[str, list[_Piece]]] = []
        self.size = 0
        self.marks: list[_Mark | None] = []
        self.prop: list[str] | None = None

    # --- called by the parser

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rsplit("}", 1)[-1].lower()
        if not self.path and tag != "tmx":
            raise problem(self.name, self.line(), f"this is no TMX file (its root is <{tag[:40]}>)")
        if len(self.path) >= _DEEPEST:
            raise problem(self.name, self.line(), "elements are nested too deeply")
        self.path.append(tag)
        if tag == "header":
            self.ours = attributes.get("creationtool") == TOOL
        elif tag == "tu":
            self._begin()
            self.attributes = attributes
        elif tag == "tuv":
            self.sides.append((attributes.get(_XML_LANG) or attributes.get("lang") or "", []))
            self.attributes = {**self.attributes, **attributes}
        elif tag == "prop":
            self.prop = self.props.setdefault(attributes.get("type", ""), [])
        elif "seg" in self.path[:-1] and self.sides:
            self._inline(tag, attributes)

    def _inline(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("bpt", "ept", "ph", "it", "ut", "hi"):
            mark = _Mark("open" if tag == "hi" else tag, attributes)
            if tag == "hi":
                mark.attributes = {**attributes, "hi": str(len(self.sides[-1][1]))}
            self.sides[-1][1].append(mark)
            self.marks.append(mark)
        else:
            self.marks.append(None)  # an element that TMX does not know: its text is kept, it is not

    def data(self, text: str) -> None:
        self.size += len(text)
        if self.size > _LARGEST:
            raise problem(self.name, self.line(), "a translation unit is longer than a million characters")
        if self.prop is not None:
            self.prop.append(text)
        elif self.sides and "seg" in self.path:
            native = next((m for m in reversed(self.marks) if m is not None and m.kind != "open"), None)
            if native is not None:
                native.code.append(text)
            else:
                self.sides[-1][1].append(text)

    def end(self, tag: str) -> None:
        tag = self.path.pop()
        if tag == "prop":
            self.prop = None
        elif tag == "tu":
            self._finish()
        elif "seg" in self.path and self.marks:
            mark = self.marks.pop()
            if mark is not None and mark.kind == "open":
                self.sides[-1][1].append(_Mark("close", mark.attributes))
        elif tag == "body":
            self.size = 0

    def close(self) -> None:
        return None

    # --- from pieces to units

    def _finish(self) -> None:
        sources = [pieces for tag, pieces in self.sides if _base(tag) == SOURCE.tag]
        if sources:
            numbers: dict[tuple[str, str], int] = {}
            source = self._content(sources[0], numbers)
            for written, pieces in self.sides:
                tag = target_tag(written)
                if tag is None or tag == SOURCE.tag or self.language not in (None, tag):
                    continue
                target = self._content(pieces, numbers)
                if any(isinstance(i, Text) and i.text.strip() for i in target) and source:
                    self.units.append(self._unit(source, target, tag))
        self._begin()

    def _unit(self, source: Content, target: Content, language: str) -> MemoryUnit:
        known = {n: "".join(self.props.get(f"x-{TOOL}-{n}", ())) for n in (*_PROPS, "at")}
        when = known.pop("at")
        values: dict[str, Any] = {n: v for n, v in known.items() if v}
        if not self.ours:
            values = {"origin": self.name, "reviewer": self.attributes.get("changeid", "")}
        try:
            at = dt.datetime.fromisoformat(when) if when and self.ours else self._date()
            return unit(source=source, target=target, language=language, at=at, **values)
        except (ValidationError, ValueError) as error:
            raise problem(self.name, self.line(), "a prop has a value that it cannot have") from error

    def _date(self) -> dt.datetime:
        written = self.attributes.get("changedate") or self.attributes.get("creationdate") or ""
        try:
            return dt.datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
        except ValueError:
            return self.at

    def _content(self, pieces: list[_Piece], numbers: dict[tuple[str, str], int]) -> Content:
        """The content of a `seg`; `numbers` ties the marks of a target to those of its source."""
        pairs = {p.attributes.get("i", "") for p in pieces if isinstance(p, _Mark) and p.kind == "ept"}
        opened: dict[str, int] = {}
        counts: dict[str, int] = {}
        out: list[Inline] = []

        def number(kind: str, mark: _Mark) -> int:
            counts[kind] = counts.get(kind, 0) + 1
            own = mark.attributes.get("x") or (mark.attributes.get("i") if kind == "pair" else None)
            if self.ours and own is not None and own.isdecimal():
                return int(own)
            return numbers.setdefault((kind, own or f"#{counts[kind]}"), len(numbers) + 1)

        for piece in pieces:
            if isinstance(piece, str):
                out.append(Text(text=piece if self.ours else canonical(piece)))
            elif piece.kind == "open" or (piece.kind == "bpt" and piece.attributes.get("i", "") in pairs):
                id_ = number("pair" if piece.kind == "bpt" else "hi", piece)
                opened[_pair_of(piece)] = id_
                out.append(self._open(id_, piece))
            elif piece.kind in ("close", "ept") and _pair_of(piece) in opened:
                out.append(TagClose(id=opened[_pair_of(piece)]))
            elif piece.attributes.get("type") == _CHARACTER and self.ours:
                out.append(Text(text=_character("".join(piece.code))))
            else:
                out.append(self._placeholder(number("ph", piece), piece))
        return tidy(out)

    def _open(self, id_: int, mark: _Mark) -> TagOpen:
        if self.ours:
            found: TagOpen = self._own(TagOpen, id_, mark)
            return found
        written = mark.attributes.get("type", "").lower().removeprefix("x-")
        return TagOpen(id=id_, kind=_KINDS.get(written, "span"))

    def _placeholder(self, id_: int, mark: _Mark) -> Placeholder:
        if self.ours and mark.kind == "ph":
            found: Placeholder = self._own(Placeholder, id_, mark)
            return found
        is_break = mark.attributes.get("type", "").lower() in ("lb", "x-lb", "br", "x-br")
        return Placeholder(id=id_, kind="break" if is_break else "raw")

    def _own(self, model: Any, id_: int, mark: _Mark) -> Any:
        try:
            return model.model_validate({**json.loads("".join(mark.code)), "id": id_})
        except (ValidationError, ValueError, TypeError) as error:
            raise problem(self.name, self.line(), "an inline tag is not as pubpipe writes it") from error


def _base(tag: str) -> str:
    return tag.strip().replace("_", "-").split("-")[0].lower()


def _pair_of(mark: _Mark) -> str:
    own = mark.attributes
    return f"hi {own['hi']}" if "hi" in own else own.get("i", "")


def _character(code: str) -> str:
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
