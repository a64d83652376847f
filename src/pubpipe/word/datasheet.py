"""The workbook in which Word keeps the numbers and names of a chart: cells that say what the chart says.

Word fills the chart from these cells as soon as somebody edits its data. So a translated name is written into its
cell; where that cannot be done safely, the chart is cut off from the workbook and keeps what it shows.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pubpipe.errors import PubpipeError
from pubpipe.ooxml import Limits, Problem, open_package, pack, parse, serialize
from pubpipe.word.package import R, WordFile, relations_of, remove
from pubpipe.word.paragraph import clean

Cell = tuple[str, int, int]
"""The name of a sheet, column and row from 1."""

_AREA = re.compile(r"(?:'((?:[^']|'')+)'|([^'!(),]+))!\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")
_LIMITS = Limits(file=50_000_000, total=200_000_000)
_MOST_CELLS = 20_000
"""Cells that one reference may name: a chart with more names is none that somebody reads."""
_LONGEST_COLUMN_NAME = 255
"""Characters (Excel specifications and limits: table column headers)."""


class DataSheet:
    """The embedded workbook of one or several charts, opened where the file has one."""

    def __init__(self, word: WordFile, chart: str, element: Any) -> None:
        self._word = word
        self.charts: list[tuple[str, Any]] = [(chart, element)]
        """Each chart's part and its element that names the workbook."""
        self.part = ""
        self.trouble = ""
        """Why the workbook cannot follow a translation; "": it can."""
        self._parts: dict[str, bytes] = {}
        self._trees: dict[str, Any] = {}
        self._sheets: dict[str, str] = {}
        self._said: dict[Cell, str] = {}
        self._cells: dict[str, dict[str, Any]] = {}
        _, target, outside = word.relationships(chart).get(element.get(f"{R}id") or "", ("", "", True))
        if outside or target not in word.parts:
            self.trouble = "it lies outside the file"
            return
        self.part = target
        try:
            self._open(word.parts[target])
        except PubpipeError:
            self.trouble = "it is no workbook that can be read"

    def _open(self, data: bytes) -> None:
        package = open_package(data, _LIMITS, self._word.refuse)
        self._parts = {name: package[name] for name in package}
        main = next((t for k, t in self._related("") if k.endswith("/officeDocument")), "")
        if not main.endswith(".xml") or main not in self._parts:
            raise self._word.refuse(Problem("part", part=main))
        relations = self._relations(main)
        for sheet in self._xml(main).iter("{*}sheet"):
            target = relations.get(next((v for k, v in sheet.attrib.items() if k.endswith("}id")), ""), ("", ""))[1]
            if target in self._parts and "/worksheets/" in f"/{target}":
                self._sheets[(sheet.get("name") or "").lower()] = target
        if any("pivot" in name.lower() for name in self._parts):
            self.trouble = "it has pivot tables"
        if any(name.lower().endswith("vbaproject.bin") for name in self._parts):
            self.trouble = "it has macros"  # they do not travel with a publication
        tables = any(kind.endswith("/table") for part in self._sheets.values() for kind, _ in self._related(part))
        formulas = [f for part in self._sheets.values() for f in self._xml(part).iter("{*}f")]
        if tables and any("[" in (f.text or "") for f in formulas):
            self.trouble = "its formulas name columns of a table"

    # the package

    def _xml(self, name: str) -> Any:
        if name not in self._trees:
            self._trees[name] = parse(self._parts[name], name, self._word.refuse)
        return self._trees[name]

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        name = relations_of(part)
        if name not in self._parts:
            return {}
        folder = posixpath.dirname(part)
        return {
            item.get("Id") or "": (
                item.get("Type") or "",
                posixpath.normpath(posixpath.join("/", folder, item.get("Target") or "")).lstrip("/"),
            )
            for item in self._xml(name)
            if isinstance(item.tag, str) and item.get("TargetMode") != "External"
        }

    def _related(self, part: str) -> list[tuple[str, str]]:
        return list(self._relations(part).values())

    # reading

    def follow(self, reference: str, levels: int, places: dict[tuple[int, int], str]) -> dict[tuple[int, int], Cell]:
        """(index, level) of names in a chart to their cells; `places` says what the chart says there.

        Levels count from the innermost, which stands nearest to the numbers. A workbook that says something else
        cannot follow: `trouble` tells why.
        """
        areas = list(_areas(reference))
        if not areas or sum(len(a) for a in areas) > _MOST_CELLS:
            self.trouble = self.trouble or "a formula of the chart is not understood"
        if self.trouble:
            return {}
        lines = [line for area in areas for line in area]
        out = {}
        for (index, level), text in places.items():
            cell = _cell(areas[0] if len(areas) == 1 else [], lines, index, level, levels)
            if cell is None or self._text(cell) != text:
                self.trouble = "its cells say something else than the chart"
                return {}
            out[index, level] = cell
        return out

    def _text(self, cell: Cell) -> str | None:
        """What a cell says; None for one that is no text of its own."""
        element = self._find(cell)
        if element is None or element.find("{*}f") is not None:
            return None
        value = element.find("{*}v")
        match element.get("t"):
            case "s":
                strings = self._strings()
                number = (value.text or "") if value is not None else ""
                if strings is None or not number.isdigit() or int(number) >= len(strings):
                    return None
                return _shown(strings[int(number)])
            case "inlineStr":
                return _shown(element.find("{*}is"))
            case "str":
                return clean(value.text or "").strip() if value is not None else None
        return None

    def _find(self, cell: Cell) -> Any:
        sheet, column, row = cell
        part = self._sheets.get(sheet.lower())
        if part is None:
            return None
        if part not in self._cells:
            self._cells[part] = {c.get("r") or "": c for c in self._xml(part).iter("{*}c")}
        return self._cells[part].get(f"{_letters(column)}{row}")

    def _strings(self) -> Any:
        part = next((n for n in self._parts if n.endswith("/sharedStrings.xml")), "")
        return [e for e in self._xml(part) if str(e.tag).endswith("}si")] if part else None

    # writing

    def say(self, cell: Cell, text: str) -> None:
        """Let a cell say this once the workbook is saved."""
        self._said[cell] = text

    def save(self) -> None:
        """Put the workbook with its new words back into the Word file, or cut the charts off from it."""
        if self.trouble:
            self._cut()
            return
        if not self._said:
            return
        for cell, text in self._said.items():
            self._write(cell, text)
        for part in dict.fromkeys(self._sheets.values()):
            self._tables(part)
        self._forget()
        parts = {n: serialize(self._trees[n]) if n in self._trees else data for n, data in self._parts.items()}
        self._word.parts[self.part] = pack(parts)

    def _write(self, cell: Cell, text: str) -> None:
        element = self._find(cell)
        for child in [c for c in element if not str(c.tag).endswith("}extLst")]:
            element.remove(child)
        space = element.tag.removesuffix("}c") + "}"
        element.set("t", "inlineStr")
        inline = element.makeelement(f"{space}is")
        said = element.makeelement(f"{space}t")
        said.text = text
        said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        inline.append(said)
        element.insert(0, inline)

    def _forget(self) -> None:
        """Strings that no cell shows any more are empty: their numbers stay those of the others."""
        used = {
            (c.findtext("{*}v") or "").strip()
            for part in self._sheets.values()
            for c in self._xml(part).iter("{*}c")
            if c.get("t") == "s"
        }
        for number, string in enumerate(self._strings() or ()):
            if str(number) not in used and len(string):
                space = str(string.tag).removesuffix("si")
                string[:] = [string.makeelement(f"{space}t")]

    def _tables(self, part: str) -> None:
        """The columns of a table are called what their heads say (ISO/IEC 29500-1, 18.5.1.3); a table whose columns
        would have one name twice is a plain range from now on.
        """
        sheet = next(name for name, target in self._sheets.items() if target == part)
        for identifier, (kind, target) in self._relations(part).items():
            if not kind.endswith("/table") or target not in self._parts:
                continue
            table = self._xml(target)
            found = re.fullmatch(r"([A-Z]+)(\d+):.*", table.get("ref") or "")
            if found is None or table.get("headerRowCount") == "0":
                continue
            first, row = _number(found[1]), int(found[2])
            columns = list(table.iter("{*}tableColumn"))
            said = {c[1]: t for c, t in self._said.items() if c[0].lower() == sheet and c[2] == row}
            names = [said.get(first + place, column.get("name") or "") for place, column in enumerate(columns)]
            alike = Counter(name.lower() for name in names)
            if any(count > 1 for count in alike.values()) or any(len(n) > _LONGEST_COLUMN_NAME for n in names):
                self._drop_table(part, identifier, target)
                continue
            for place, column in enumerate(columns):
                if first + place in said:
                    column.set("name", names[place])

    def _drop_table(self, part: str, identifier: str, target: str) -> None:
        for holder in list(self._xml(part).iter("{*}tableParts")):
            for item in list(holder):
                if identifier in item.attrib.values():
                    holder.remove(item)
            if len(holder):
                holder.set("count", str(len(holder)))
            else:
                remove(holder)
        for relation in list(self._xml(relations_of(part))):
            if relation.get("Id") == identifier:
                remove(relation)
        for item in list(self._xml("[Content_Types].xml")):
            if item.get("PartName", "").lstrip("/") == target:
                remove(item)
        self._parts.pop(target)
        self._trees.pop(target, None)

    def _cut(self) -> None:
        for chart, element in self.charts:
            identifier = element.get(f"{R}id") or ""
            remove(element)
            name = relations_of(chart)
            for relation in list(self._word.xml(name)) if name in self._word.parts else ():
                if relation.get("Id") == identifier:
                    remove(relation)
        named = {
            target
            for name in list(self._word.parts)
            if name.endswith(".rels")
            for _, target, _ in self._word.relationships(_owner(name)).values()
        }
        if self.part and self.part not in named:
            self._word.parts.pop(self.part, None)
            self._word.trees.pop(self.part, None)
            for item in list(self._word.xml("[Content_Types].xml")):
                if item.get("PartName", "").lstrip("/") == self.part:
                    remove(item)


def _owner(relations: str) -> str:
    """The part whose relations a part lists."""
    folder, name = posixpath.split(relations)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _shown(item: Any) -> str:
    """The text of a string of a workbook without its reading for a dictionary."""
    if item is None:
        return ""
    said = (t.text or "" for t in item.iter("{*}t") if not any(str(a.tag).endswith("}rPh") for a in t.iterancestors()))
    return clean("".join(said)).strip()


def _areas(reference: str) -> Iterator[list[list[Cell]]]:
    """The areas that a reference names, each as rows of cells; nothing where a part of it is something else."""
    inner = reference.strip().removeprefix("=").strip()
    inner = inner[1:-1] if inner.startswith("(") and inner.endswith(")") else inner
    found = list(_AREA.finditer(inner))
    if ",".join(m[0] for m in found) != inner:
        return
    for match in found:
        sheet = (match[1] or "").replace("''", "'") or match[2]
        left, top = _number(match[3]), int(match[4])
        right, bottom = (_number(match[5]), int(match[6])) if match[5] else (left, top)
        if left > right or top > bottom or (right - left + 1) * (bottom - top + 1) > _MOST_CELLS:
            return
        yield [[(sheet, column, row) for column in range(left, right + 1)] for row in range(top, bottom + 1)]


def _cell(area: list[list[Cell]], lines: list[list[Cell]], index: int, level: int, levels: int) -> Cell | None:
    """The cell of a name; with several levels, one of them is a column (or, of names side by side, a row)."""
    if levels == 1:
        flat = [cell for line in lines for cell in line]
        return flat[index] if index < len(flat) else None
    if area and len(area[0]) == levels and index < len(area):
        return area[index][levels - 1 - level]
    if area and len(area) == levels and index < len(area[0]):
        return area[levels - 1 - level][index]
    return None


def _number(letters: str) -> int:
    out = 0
    for letter in letters:
        out = out * 26 + ord(letter) - 64
    return out


def _letters(number: int) -> str:
    out = ""
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out


__all__ = ["Cell", "DataSheet"]
