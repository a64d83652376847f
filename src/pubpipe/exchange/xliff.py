"""A review round as XLIFF 2.1 or 1.2 for people with a translation tool, out and back.

Standards: OASIS XLIFF 2.1 (2018) and XLIFF 1.2 (2008). Our tags are `pc`/`ph` (2.1) and `g`/`x` (1.2) with the numbers
that people see elsewhere as `<1>…</1>`; tags that do not nest are `sc`/`ec` and `bx`/`ex`. Base hashes travel as
metadata, findings and terms as notes. A tool's states are read and decide nothing: a decision needs a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from pubpipe.exchange.bilingual import (
    Returned,
    ReturnedRemark,
    ReturnedRow,
    Sheet,
    SheetRow,
    Stamp,
    row_code,
    short_base,
    tagged,
    wrong_file,
)
from pubpipe.exchange.lines import content_of
from pubpipe.exchange.office import parse, writable
from pubpipe.languages import SOURCE
from pubpipe.model import Content, Inline, MarkupError, Placeholder, TagClose, TagOpen, Text, tidy, to_markup

_TOOL = "pubpipe"
_NS2 = "urn:oasis:names:tc:xliff:document:2.0"
_MDA = "urn:oasis:names:tc:xliff:metadata:2.0"
_NS1 = "urn:oasis:names:tc:xliff:document:1.2"
_OWN = "urn:pubpipe:review"
_UNWRITABLE = re.compile("([^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff])")
_FOREIGN = 999_999
"""The number of a tag that a tool made up: no source has it, so that a person is asked."""
_STATES_2 = ("initial", "translated", "reviewed", "final")
_OUT_2 = {"open": "initial", "approved": "final"}
_OUT_1 = {"open": "needs-translation", "approved": "signed-off"}


def write(made: Sheet) -> bytes:
    """The round as XLIFF 2.1; the same round gives the same bytes."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xliff xmlns="{_NS2}" xmlns:mda="{_MDA}" version="2.1" srcLang="{SOURCE.tag}" trgLang="{made.language}">\n'
        f'<file id="f1" original={_a(made.publication)} xml:space="preserve">\n'
        f"{_metadata({'publication': made.publication, 'language': made.language, 'digest': made.digest})}\n"
    ]
    lines += [_unit_2(row) for row in made.rows]
    return "".join([*lines, "</file>\n</xliff>\n"]).encode("utf-8")


def write_1_2(made: Sheet) -> bytes:
    """The round as XLIFF 1.2, for tools of before 2014."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xliff xmlns="{_NS1}" xmlns:pp="{_OWN}" version="1.2">\n'
        f'<file original={_a(made.publication)} source-language="{SOURCE.tag}" target-language="{made.language}" '
        f'datatype="plaintext" pp:publication={_a(made.publication)} pp:digest="{made.digest}">\n<body>\n'
    ]
    lines += [_unit_1(row) for row in made.rows]
    return "".join([*lines, "</body>\n</file>\n</xliff>\n"]).encode("utf-8")


def read(data: bytes, name: str) -> Returned:
    """What came back as XLIFF 1.2 or 2.x, from whatever tool.

    Segments that a tool cut a unit into are joined again. Raises ReviewError with the line for XML that is broken,
    hostile or no XLIFF.
    """
    root = parse(data, name)
    version = str(root.get("version", ""))
    if _local(root) != "xliff" or version[:1] not in ("1", "2"):
        raise wrong_file(name, f"line {root.sourceline or 1}: it is no XLIFF of version 1.2 or 2")
    files = [child for child in root if _local(child) == "file"]
    if not files:
        raise wrong_file(name, f"line {root.sourceline or 1}: there is no file element in it")
    return _read_2(files, root) if version.startswith("2") else _read_1(files)


# --- out


def _unit_2(row: SheetRow) -> str:
    source, target = _sides(row)
    notes = "".join(f'<note category="{_TOOL}">{_text(line)}</note>' for line in row.about)
    shown = f"<target>{''.join(_inline_2(target))}</target>" if row.target else ""
    state = _OUT_2.get(row.state, "translated") if row.target else "initial"
    return (
        f'<unit id="{row.segment}" name="{row.number}">\n{_metadata({"base": short_base(row.base)})}\n'
        f"{f'<notes>{notes}</notes>' if notes else ''}"
        f'<segment id="s1" state="{state}" canResegment="no">'
        f"<source>{''.join(_inline_2(source))}</source>{shown}</segment>\n</unit>\n"
    )


def _unit_1(row: SheetRow) -> str:
    source, target = _sides(row)
    state = _OUT_1.get(row.state, "translated") if row.target else "needs-translation"
    shown = f'<target state="{state}">{"".join(_inline_1(target))}</target>' if row.target else ""
    notes = "".join(f'<note from="{_TOOL}">{_text(writable(line))}</note>' for line in row.about)
    return (
        f'<trans-unit id="{row.segment}" resname="{row.number}" xml:space="preserve" pp:base="{short_base(row.base)}">'
        f"<source>{''.join(_inline_1(source))}</source>{shown}{notes}</trans-unit>\n"
    )


def _sides(row: SheetRow) -> tuple[Content, Content]:
    try:
        source = content_of(row.source)
    except MarkupError:
        source = (Text(text=row.source),)
    return source, tagged(row.target, source)


def _inline_2(content: Content) -> Iterator[str]:
    nested = _nests(content)
    numbers = _Numbers()
    opened = {i.id for i in content if isinstance(i, TagOpen)}
    closed = {i.id for i in content if isinstance(i, TagClose)}
    for item in content:
        match item:
            case Text():
                for part in _UNWRITABLE.split(item.text):
                    is_odd = len(part) == 1 and _UNWRITABLE.fullmatch(part)
                    yield f'<cp hex="{ord(part):04X}"/>' if is_odd else _text(part)
            case Placeholder():
                yield f'<ph id="{numbers.of(item.id)}" disp="&lt;{item.id}/&gt;"/>'
            case TagOpen() if nested:
                yield f'<pc id="{item.id}" dispStart="&lt;{item.id}&gt;" dispEnd="&lt;/{item.id}&gt;">'
            case TagClose() if nested:
                yield "</pc>"
            case TagOpen():
                alone = "" if item.id in closed else ' isolated="yes"'
                yield f'<sc id="{numbers.of(item.id)}"{alone}/>'
            case TagClose():
                yield f'<ec startRef="{item.id}"/>' if item.id in opened else f'<ec id="{item.id}" isolated="yes"/>'


def _inline_1(content: Content) -> Iterator[str]:
    nested = _nests(content)
    numbers = _Numbers()
    for item in content:
        match item:
            case Text():
                yield _text(writable(item.text))
            case Placeholder():
                yield f'<x id="{numbers.of(item.id)}"/>'
            case TagOpen():
                yield f'<g id="{item.id}">' if nested else f'<bx id="{numbers.of(item.id)}" rid="{item.id}"/>'
            case TagClose():
                yield "</g>" if nested else f'<ex id="{numbers.of(item.id)}" rid="{item.id}"/>'


class _Numbers:
    """Ids of codes: XML wants each once, a damaged translation may have a tag twice ("2-2" is the second 2)."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}

    def of(self, number: int) -> str:
        self.counts[number] = self.counts.get(number, 0) + 1
        return str(number) if self.counts[number] == 1 else f"{number}-{self.counts[number]}"


def _nests(content: Content) -> bool:
    """Whether every tag closes where it should, so that it can be an element around its text."""
    stack: list[int] = []
    seen: set[int] = set()
    for item in content:
        if isinstance(item, TagOpen):
            if item.id in seen:
                return False
            seen.add(item.id)
            stack.append(item.id)
        elif isinstance(item, TagClose) and (not stack or stack.pop() != item.id):
            return False
    return not stack


def _metadata(values: dict[str, str]) -> str:
    metas = "".join(f'<mda:meta type="{key}">{_text(value)}</mda:meta>' for key, value in values.items())
    return f'<mda:metadata><mda:metaGroup category="{_TOOL}">{metas}</mda:metaGroup></mda:metadata>'


def _text(text: str) -> str:
    text = writable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")  # a bare one would be read as a line feed


def _a(value: str) -> str:
    return quoteattr(writable(value))


# --- back


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _read_2(files: list[Any], root: Any) -> Returned:
    said = _meta(files[0])
    units = [u for file in files for u in file.iter(f"{{{root.nsmap.get(root.prefix) or _NS2}}}unit")]
    stamp = Stamp(
        publication=said.get("publication") or str(files[0].get("original") or ""),
        language=said.get("language") or _language(root.get("trgLang")),
        digest=said.get("digest", ""),
        bases={row_code(str(u.get("id"))): meta["base"] for u in units if "base" in (meta := _meta(u))},
    )
    return Returned(stamp=stamp, rows=tuple(_row_2(unit) for unit in units), remarks=tuple(_notes(files)))


def _row_2(unit: Any) -> ReturnedRow:
    source: list[Inline] = []
    targets: list[tuple[int, list[Inline]]] = []
    states = []
    for place, part in enumerate(p for p in unit if _local(p) in ("segment", "ignorable")):
        sides = {_local(child): child for child in part}
        own = list(_content(sides["source"])) if "source" in sides else []
        source += own
        if "target" in sides:
            order = str(sides["target"].get("order") or "")
            targets.append(
                (int(order) - 1 if re.fullmatch("[0-9]{1,6}", order) else place, list(_content(sides["target"])))
            )
        elif _local(part) == "ignorable":
            targets.append((place, own))
        if _local(part) == "segment":
            states.append(str(part.get("state") or "initial"))
    cut = len(states) > 1
    if not any(item for _, items in targets for item in items if not isinstance(item, Text) or item.text.strip()):
        targets = []
    joined = [item for _, items in sorted(targets, key=lambda t: t[0]) for item in items]
    untranslated = cut and targets and len([p for p in unit.iter() if _local(p) == "target"]) < len(states)
    return ReturnedRow(
        place=f"line {unit.sourceline}",
        number=_number(unit.get("name")),
        anchor=str(unit.get("id") or ""),
        base=_meta(unit).get("base", ""),
        source=to_markup(source),
        target=to_markup(joined),
        remarks=tuple(_notes(unit)),
        broken="a tool cut it into parts, and not all of them are translated" if untranslated else "",
        state=min(states, key=lambda s: _STATES_2.index(s) if s in _STATES_2 else 0) if states else "",
    )


def _read_1(files: list[Any]) -> Returned:
    first = files[0]
    units = [u for file in files for u in file.iter() if _local(u) == "trans-unit"]
    stamp = Stamp(
        publication=str(first.get(f"{{{_OWN}}}publication") or first.get("original") or ""),
        language=_language(first.get("target-language")),
        digest=str(first.get(f"{{{_OWN}}}digest") or ""),
        bases={
            row_code(str(u.get("id"))): str(u.get(f"{{{_OWN}}}base"))
            for u in units
            if u.get(f"{{{_OWN}}}base") is not None
        },
    )
    rows = []
    for unit in units:
        sides = {_local(child): child for child in reversed(unit) if _local(child) in ("source", "target")}
        source, target = sides.get("source"), sides.get("target")
        rows.append(
            ReturnedRow(
                place=f"line {unit.sourceline}",
                number=_number(unit.get("resname")),
                anchor=str(unit.get("id") or ""),
                base=str(unit.get(f"{{{_OWN}}}base") or ""),
                source=None if source is None else to_markup(_content(source)),
                target="" if target is None else to_markup(_content(target)),
                remarks=tuple(_notes(unit)),
                state="" if target is None else str(target.get("state") or ""),
            )
        )
    return Returned(stamp=stamp, rows=tuple(rows))


def _content(element: Any) -> Content:
    """The inline content of a source or target; codes of either version, numbered as we number."""
    return tidy(_inline(element, {}))


def _inline(element: Any, opened: dict[str, int]) -> Iterator[Inline]:
    yield Text(text=str(element.text or ""))
    for child in element:
        name = _local(child)
        id_ = _code_number(child.get("id"))
        match name:
            case "pc" | "g":
                yield TagOpen(id=id_, kind="span")
                yield from _inline(child, opened)
                yield TagClose(id=id_)
            case "sc" | "bx" | "bpt":
                number = _code_number(child.get("rid") or child.get("id"))
                opened[str(child.get("id"))] = number
                yield TagOpen(id=number, kind="span")
            case "ec" | "ex" | "ept":
                start = str(child.get("startRef") or "")
                yield TagClose(id=opened.get(start, _code_number(start or child.get("rid") or child.get("id"))))
            case "ph" | "x" | "it":
                yield Placeholder(id=id_, kind="raw")
            case "cp":
                yield Text(text=_character(str(child.get("hex") or "")))
            case _:
                yield from _inline(child, opened)
        yield Text(text=str(child.tail or ""))


def _code_number(written: Any) -> int:
    found = re.match(r"(\d{1,6})(-\d+)?$", str(written or ""))
    return int(found[1]) if found else _FOREIGN


def _character(code: str) -> str:
    try:
        character = chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
    return "" if "\ud800" <= character <= "\udfff" else character


def _number(written: Any) -> int | None:
    text = str(written or "")
    return int(text) if text.isdecimal() and len(text) <= 6 else None


def _language(written: Any) -> str:
    from pubpipe.exchange.lines import target_tag

    return target_tag(str(written or "")) or ""


def _meta(element: Any) -> dict[str, str]:
    """Our metadata that belongs to this element itself, not to what is inside it."""
    out: dict[str, str] = {}
    for child in element:
        if _local(child) != "metadata":
            continue
        for group in child:
            if group.get("category") == _TOOL:
                out |= {str(m.get("type")): "".join(m.itertext()).strip() for m in group}
    return out


def _notes(where: Any) -> Iterable[ReturnedRemark]:
    """What people noted; `where` is a unit, or the file elements for notes about the whole."""
    owners = where if isinstance(where, list) else [where]
    for owner in owners:
        for child in owner:
            notes = child if _local(child) == "notes" else [child] if _local(child) == "note" else ()
            for note in notes:
                text = "".join(note.itertext()).strip()
                if text and _TOOL not in (note.get("category"), note.get("from")):
                    yield ReturnedRemark(author=str(note.get("from") or ""), text=text)


__all__ = ["read", "write", "write_1_2"]
