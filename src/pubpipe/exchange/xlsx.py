"""A review round as a spreadsheet, for reviewers who live in one, out and back.

One sheet: a row that says whose it is, the decision and the name, then one row a segment. A row is known by its number
and code, by its English and by a mark in a narrow last column. All cells are text, so that no program makes a date or
a formula of a translation. Format: ECMA-376 part 1, SpreadsheetML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pubpipe.exchange.bilingual import (
    DECISIONS,
    Returned,
    ReturnedRemark,
    ReturnedRow,
    Sheet,
    decision_of,
    row_code,
    short_base,
    wrong_file,
)
from pubpipe.exchange.office import RELATIONSHIPS, Parts, document, open_parts, stamp, writable
from pubpipe.identity import short
from pubpipe.languages import SOURCE, LanguageProfile, profile

_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WIDTHS = (6, 9, 50, 55, 40, 28, 4)
_HELP = (
    f"Correct the translation column; keep marks such as <1>…</1> and <2/>. Leave numbers and {SOURCE.english_name} as "
    "they are. Choose a decision, give your name, save, and send the file back."
)
_DECISION, _NAME, _ABOUT_FILE = "Decision", "Your name", "Publication"
_CODE = re.compile(r"[0-9a-f]{6}$")
_MARK = re.compile(r"pp:(?P<segment>[0-9a-f]{12}-\d+):(?P<base>[0-9a-f]{12})?$")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_PLAIN, _HEAD, _LOCKED, _TARGET, _SMALL = range(5)
"""Cell formats, in the order of `_styles`."""


def write(made: Sheet) -> bytes:
    """The round as an XLSX file; the same round gives the same bytes."""
    workbook = (
        f'<workbook xmlns="{_S}" xmlns:r="{RELATIONSHIPS}"><sheets><sheet name="Review" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    )
    parts = {
        "xl/workbook.xml": ("spreadsheetml.sheet.main", workbook),
        "xl/worksheets/sheet1.xml": ("spreadsheetml.worksheet", _worksheet(made)),
        "xl/styles.xml": ("spreadsheetml.styles", _styles(profile(made.language))),
    }
    return document(made, parts, ("worksheets/sheet1.xml", "styles.xml"))


def read(data: bytes, name: str) -> Returned:
    """What came back in an XLSX file, its comments included.

    Raises ReviewError for a file that is no XLSX, damaged, locked or hostile.
    """
    parts = open_parts(data, name)
    workbook = parts.xml("xl/workbook.xml")
    if workbook is None:
        raise wrong_file(name, "it is no spreadsheet (.xlsx)")
    shared = [_string(each) for each in _children(parts.xml("xl/sharedStrings.xml"), "si")]
    table = _Table(shared)
    sheets = _sheets(parts, workbook)
    for place in sheets:
        root = parts.xml(place)
        if root is not None and table.open(root):
            table.comments = _comments(parts, place)
            return table.read(stamp(parts))
    raise wrong_file(name, "there is no sheet of a review in it")


# --- out


def _worksheet(made: Sheet) -> str:
    edit = f"{made.language_name} (edit here)"
    titles = ("No.", "Code", SOURCE.english_name, edit, "About the sentence", "Your remarks", "")
    file = f"{_ABOUT_FILE}: {made.publication} · Language: {made.language} · File code: {short(made.digest)}"
    rows: list[tuple[tuple[str, int], ...]] = [
        ((f"Translation review: {made.title} · {made.stage}, round {made.round}", _HEAD),),
        ((_HELP, _PLAIN),),
        ((f"{_DECISION}:", _HEAD), ("", _HEAD), ("", _TARGET)),
        ((f"{_NAME}:", _HEAD), ("", _HEAD), ("", _TARGET)),
        ((file, _SMALL),),
        tuple((title, _HEAD) for title in titles),
    ]
    first = len(rows) + 1
    for row in made.rows:
        rows.append(
            (
                (str(row.number), _LOCKED),
                (row_code(row.segment), _SMALL),
                (row.source, _LOCKED),
                (row.target, _TARGET),
                ("\n".join(row.about), _LOCKED),
                ("", _TARGET),
                (f"pp:{row.segment}:{short_base(row.base)}", _SMALL),
            )
        )
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(_WIDTHS, 1)
    )
    choices = ",".join(DECISIONS.values())
    return (
        f'<worksheet xmlns="{_S}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="{first - 1}" '
        f'topLeftCell="A{first}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(_row(n, cells) for n, cells in enumerate(rows, 1))}</sheetData>"
        '<dataValidations count="1"><dataValidation type="list" allowBlank="1" sqref="C3">'
        f"<formula1>&quot;{choices}&quot;</formula1></dataValidation></dataValidations>"
        '<pageSetup orientation="landscape" paperSize="9" fitToHeight="0"/></worksheet>'
    )


def _row(number: int, cells: tuple[tuple[str, int], ...]) -> str:
    each = "".join(
        f'<c r="{chr(65 + place)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(text)}</t>'
        "</is></c>"
        if text
        else f'<c r="{chr(65 + place)}{number}" s="{style}"/>'
        for place, (text, style) in enumerate(cells)
    )
    return f'<row r="{number}">{each}</row>'


def _text(text: str) -> str:
    """Character data; what looks like an escape of SpreadsheetML (part 1, 22.9.2.19) has its underscore escaped."""
    text = _ESCAPE.sub(lambda m: f"_x005F_x{m[1]}_", writable(text)).replace("\r", "_x000D_")
    return escape(text)


def _styles(target: LanguageProfile) -> str:
    latin, script = quoteattr(target.fonts[-1]), quoteattr(target.fonts[0])
    fonts = (
        f'<font><sz val="10"/><name val={latin}/></font>',
        f'<font><b/><sz val="10"/><name val={latin}/></font>',
        f'<font><sz val="{target.typesetting.size:g}"/><name val={script}/></font>',
        f'<font><sz val="6"/><color rgb="FF7F7F7F"/><name val={latin}/></font>',
    )
    fills = ('<fill><patternFill patternType="none"/></fill>', '<fill><patternFill patternType="gray125"/></fill>',
             '<fill><patternFill patternType="solid"><fgColor rgb="FFF2F2F2"/></patternFill></fill>')  # fmt: skip

    def format_(font: int, fill: int, wrap: bool) -> str:
        wrapped = ' wrapText="1"' if wrap else ""
        return (
            f'<xf numFmtId="49" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyNumberFormat="1" '
            f'applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top"{wrapped}/></xf>'
        )

    formats = (
        format_(0, 0, False),
        format_(1, 0, False),
        format_(0, 2, True),
        format_(2, 0, True),
        format_(3, 0, False),
    )
    return (
        f'<styleSheet xmlns="{_S}"><fonts count="{len(fonts)}">{"".join(fonts)}</fonts>'
        f'<fills count="{len(fills)}">{"".join(fills)}</fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(formats)}">{"".join(formats)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


# --- back


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _children(parent: Any, name: str) -> Iterator[Any]:
    for child in parent if parent is not None else ():
        if _local(child) == name:
            yield child


def _string(element: Any) -> str:
    """The text of a string item; the readings that Japanese Excel keeps beside it (rPh) are not part of it."""
    parts = []
    for child in element:
        if _local(child) == "t":
            parts.append(str(child.text or ""))
        elif _local(child) == "r":
            parts += [str(t.text or "") for t in _children(child, "t")]
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    return writable(_ESCAPE.sub(lambda m: chr(int(m[1], 16)), text))


def _related(parts: Parts, part: str) -> dict[str, tuple[str, str]]:
    """Relationship id to (kind, part) of a part."""
    folder, _, name = part.rpartition("/")
    root = parts.xml(f"{folder}/_rels/{name}.rels")
    out = {}
    for each in root if root is not None else ():
        target = str(each.get("Target", ""))
        steps = [] if target.startswith("/") else folder.split("/")
        for step in target.strip("/").split("/"):
            steps = steps[:-1] if step == ".." else [*steps, step]
        out[str(each.get("Id", ""))] = (str(each.get("Type", "")).rpartition("/")[2], "/".join(steps))
    return out


def _sheets(parts: Parts, workbook: Any) -> list[str]:
    related = _related(parts, "xl/workbook.xml")
    ids = [str(s.get(f"{{{RELATIONSHIPS}}}id") or "") for s in workbook.iter() if _local(s) == "sheet"]
    return [related[i][1] for i in ids if i in related] or ["xl/worksheets/sheet1.xml"]


def _comments(parts: Parts, place: str) -> dict[int, list[ReturnedRemark]]:
    """Row number to the comments on its cells."""
    out: dict[int, list[ReturnedRemark]] = {}
    for kind, part in _related(parts, place).values():
        root = parts.xml(part) if kind == "comments" else None
        authors = [str(a.text or "") for a in root.iter() if _local(a) == "author"] if root is not None else []
        for each in (c for c in root.iter() if _local(c) == "comment") if root is not None else ():
            text = "".join(_string(t) for t in _children(each, "text")).strip()
            if text.startswith("[Threaded comment]"):
                text = text.partition("Comment:\n")[2].strip() or text
            at = str(each.get("authorId") or "")
            author = authors[int(at)].strip() if at.isdecimal() and int(at) < len(authors) else ""
            if author.startswith("tc="):
                author = ""
            row = str(each.get("ref") or "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            if text and row.isdecimal():
                out.setdefault(int(row), []).append(ReturnedRemark(author=author, text=text))
    return out


@dataclass
class _Table:
    shared: list[str]
    rows: list[tuple[int, dict[int, str], set[int]]] = field(default_factory=list)
    """(row number, column to text, columns with something else than text)"""
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    comments: dict[int, list[ReturnedRemark]] = field(default_factory=dict)

    def open(self, root: Any) -> bool:
        """Whether this sheet has the table of a review in it."""
        for sheet_data in _children(root, "sheetData"):
            for place, row in enumerate(_children(sheet_data, "row"), 1):
                written = str(row.get("r") or "")
                number = int(written) if written.isdecimal() else place
                cells: dict[int, str] = {}
                odd: set[int] = set()
                for at, cell in enumerate(_children(row, "c")):
                    column = _column(str(cell.get("r") or ""), at)
                    text, is_text = self._cell(cell)
                    cells[column] = text
                    if not is_text:
                        odd.add(column)
                self.rows.append((number, cells, odd))
        for merges in _children(root, "mergeCells"):
            for merge in merges:
                found = re.match(r"([A-Z]+)(\d+):([A-Z]+)(\d+)$", str(merge.get("ref") or ""))
                if found:
                    spot = (_column(found[1], 0), int(found[2]), _column(found[3], 0), int(found[4]))
                    self.merged.append(spot)
        return any(_roles(cells) for _, cells, _ in self.rows)

    def _cell(self, cell: Any) -> tuple[str, bool]:
        """(the text, whether it is text and neither a formula nor a number that a program made of it)."""
        kind = str(cell.get("t") or "n")
        has_formula = any(True for _ in _children(cell, "f"))
        if kind == "inlineStr":
            return "".join(_string(each) for each in _children(cell, "is")), not has_formula
        value = "".join(str(v.text or "") for v in _children(cell, "v"))
        if kind == "s":
            known = value.isdecimal() and int(value) < len(self.shared)
            return (self.shared[int(value)] if known else ""), not has_formula
        if kind == "str":
            return _unescaped(value), not has_formula
        return value, not value

    def read(self, said: Any) -> Returned:
        roles: dict[str, int] = {}
        rows: list[ReturnedRow] = []
        remarks: list[ReturnedRemark] = []
        decision = reviewer = ""
        for number, cells, odd in self.rows:
            if found := _roles(cells):
                roles = found
                continue
            if roles:
                if any(cells.values()) or self._said(number):
                    rows.append(self._row(number, cells, odd, roles))
                continue
            text = " ".join(t for t in cells.values() if t).strip()
            label, _, rest = text.partition(":")
            if label.strip().casefold() == _DECISION.casefold():
                decision = rest.strip()
            elif label.strip().casefold() == _NAME.casefold():
                reviewer = rest.strip("_ ")
            elif label == _ABOUT_FILE:
                words = dict(part.strip().split(": ", 1) for part in text.split("·") if ": " in part)
                named = (("publication", _ABOUT_FILE), ("language", "Language"), ("digest", "File code"))
                said = said.model_copy(
                    update={key: getattr(said, key) or words.get(word, "").strip() for key, word in named}
                )
            elif text and not text.startswith("Translation review: ") and text not in (_HELP, " ".join(_HELP.split())):
                remarks.append(ReturnedRemark(text=text))
            remarks += self._said(number)
        chosen, unclear = decision_of(decision)
        return Returned(
            stamp=said,
            rows=tuple(rows),
            decision=chosen,
            decision_text=unclear,
            reviewer=reviewer,
            remarks=tuple(remarks),
        )

    def _said(self, number: int) -> list[ReturnedRemark]:
        return list(self.comments.get(number, ()))

    def _row(self, number: int, cells: dict[int, str], odd: set[int], roles: dict[str, int]) -> ReturnedRow:
        def part(role: str) -> str:
            return cells.get(roles[role], "") if role in roles else ""

        marks = [m for text in cells.values() if (m := _MARK.match(text.strip()))]
        remarks = self._said(number)
        if part("remarks").strip():
            remarks.append(ReturnedRemark(text=part("remarks").strip()))
        written, code = part("number").strip(), part("code").strip()
        is_merged = any(
            top <= number <= bottom and left <= at <= right
            for left, top, right, bottom in self.merged
            for at in (roles[role] for role in ("number", "source", "target") if role in roles)
        )
        broken = "this row or its cells were merged with others" if is_merged else ""
        ids = {m["segment"]: m["base"] or "" for m in marks}
        if len(ids) > 1:
            broken = "the marks of several rows stand in it"
        anchor = next(iter(ids)) if len(ids) == 1 else ""
        return ReturnedRow(
            place=f"row {number}",
            number=int(float(written)) if re.fullmatch(r"\d{1,6}(\.0)?", written) else None,
            code=code if _CODE.match(code) else "",
            anchor=anchor,
            base=ids.get(anchor, ""),
            source=part("source") if "source" in roles else None,
            target=part("target"),
            remarks=tuple(remarks),
            strange=("a number or formula that the program made of it",) if roles["target"] in odd else (),
            broken=broken,
            others=tuple(dict.fromkeys((*ids, code))) if broken else (),
        )


def _roles(cells: dict[int, str]) -> dict[str, int]:
    """Which column holds what, where these are the titles; empty for any other row."""
    found: dict[str, int] = {}
    names = {"no.": "number", "code": "code", SOURCE.english_name.casefold(): "source", "your remarks": "remarks"}
    for column, text in cells.items():
        title = " ".join(text.split()).casefold()
        if title in names:
            found[names[title]] = column
        elif title.endswith("(edit here)"):
            found["target"] = column
    return found if len(found) >= 3 and "target" in found else {}


def _column(name: str, place: int) -> int:
    """The column of a cell name ("C7": 2), from zero; `place` where the cell has no name."""
    letters = re.match("[A-Z]{1,3}", name)
    if not letters:
        return place
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


__all__ = ["read", "write"]
