"""The package around a review file: written byte for byte the same, and opened again with its limits checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from pubpipe import ooxml
from pubpipe.errors import ReviewError
from pubpipe.exchange.bilingual import Sheet, Stamp, row_code, short_base, wrong_file
from pubpipe.ooxml import RELATIONSHIPS

_LIMITS = ooxml.Limits(file=100_000_000, members=2_000, part=48_000_000)
"""A review of three hundred segments has a hundred thousand bytes: more is no review but an attack."""
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument"
_OWN = ("publication", "language", "digest")
_BASES_EACH = 12
"""Row hashes in one document property: Word shows and keeps 255 characters of a text property."""
# what XML 1.0 cannot hold (section 2.2), even escaped
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Parts:
    """The parts of an office file by name, unpacked when asked for and never beyond their limit."""

    def __init__(self, package: ooxml.Package) -> None:
        self._package = package

    def __contains__(self, part: str) -> bool:
        return part in self._package

    def xml(self, part: str) -> Any | None:
        """The root element of an XML part, None where there is no such part; ReviewError where it is not to be
        read.
        """
        return self._package.xml(part, bare=True) if part in self._package else None


def open_parts(data: bytes, name: str) -> Parts:
    """The parts of a zip-based office file; ReviewError for what is none, is damaged, locked or hostile."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise wrong_file(
            name,
            "the file is locked with a password or in the format of before 2007",
            "Remove the password, or save it as .docx or .xlsx, and import again.",
        )
    return Parts(ooxml.open_package(data, _LIMITS, _refuse(name)))


def parse(data: bytes, name: str, part: str = "") -> Any:
    """The root element; ReviewError with the line for broken XML, and for any DOCTYPE (entities can fill the memory
    or read files).
    """
    return ooxml.parse(data, part, _refuse(name), bare=True)


def _refuse(name: str) -> ooxml.Refuse:
    """What is said of the file of that name when it cannot be taken back."""

    def refuse(problem: ooxml.Problem) -> ReviewError:
        where = f" in its part {problem.part!r}" if problem.part else ""
        match problem.kind:
            case "locked":
                return wrong_file(name, "the file is locked with a password", "Remove the password and import again.")
            case "size":
                return wrong_file(name, f"the file has more than {problem.detail}")
            case "zip":
                return wrong_file(name, "it is no office file, or it was cut off")
            case "part":
                return wrong_file(name, f"its part {problem.part!r} cannot be unpacked; the file is damaged")
            case "entities":
                return wrong_file(name, f"it declares a DOCTYPE or entities{where}, which are not read")
            case "xml":
                return wrong_file(name, f"line {problem.line or 1}{where}: the XML is broken here")
            case "outside" | "twice":
                return wrong_file(name, "its parts have names that no office program gives")
            case "bomb":
                return wrong_file(name, f"it unpacks to more than a review has: {problem.detail}")

    return refuse


def document(made: Sheet, parts: Mapping[str, tuple[str, str]], related: Iterable[str]) -> bytes:
    """An office file that says of itself what review it is; the same parts give the same bytes.

    `parts` maps a part's name to its kind ("wordprocessingml.styles") and its XML; the first one is the main part,
    `related` names those that it refers to, as "rId1" and so on.
    """
    main = next(iter(parts))
    folder, _, name = main.rpartition("/")
    kinds = {part: f"{_TYPES}.{kind}+xml" for part, (kind, _) in parts.items()}
    kinds["docProps/core.xml"] = "application/vnd.openxmlformats-package.core-properties+xml"
    kinds["docProps/custom.xml"] = f"{_TYPES}.custom-properties+xml"
    overrides = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in kinds.items())
    everything = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
        ),
        "_rels/.rels": _relationships(
            (f"{RELATIONSHIPS}/officeDocument", main),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            (f"{RELATIONSHIPS}/custom-properties", "docProps/custom.xml"),
        ),
        f"{folder}/_rels/{name}.rels": _relationships(
            *((f"{RELATIONSHIPS}/{_relation(target)}", target) for target in related)
        ),
        "docProps/core.xml": (
            f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{escape(writable(made.title))}</dc:title></cp:coreProperties>"
        ),
        "docProps/custom.xml": _properties(made),
        **{part: xml for part, (_, xml) in parts.items()},
    }
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return ooxml.pack({part: f"{declaration}{xml}".encode() for part, xml in everything.items()})


def _relation(target: str) -> str:
    """ "footer1.xml" is related as a footer, "worksheets/sheet1.xml" as a worksheet."""
    return re.sub(r"^(sheet)$", r"worksheet", re.sub(r"\d*\.xml$", "", target.rpartition("/")[2]))


def _relationships(*targets: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="rId{place}" Type="{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _properties(made: Sheet) -> str:
    values = {key: str(getattr(made, key)) for key in _OWN}
    bases = [f"{row_code(row.segment)}:{short_base(row.base)}" for row in made.rows]
    for at in range(0, len(bases), _BASES_EACH):
        values[f"rows {at // _BASES_EACH + 1:04}"] = ",".join(bases[at : at + _BASES_EACH])
    each = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="pubpipe {key}">'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for pid, (key, value) in enumerate(values.items(), 2)
    )
    spaces = RELATIONSHIPS.removesuffix("relationships")
    return f'<Properties xmlns="{spaces}custom-properties" xmlns:vt="{spaces}docPropsVTypes">{each}</Properties>'


def stamp(parts: Parts) -> Stamp:
    """What the file's document properties say of it; empty where another program dropped them."""
    root = parts.xml("docProps/custom.xml")
    found: dict[str, str] = {}
    for each in root if root is not None else ():
        key = str(each.get("name", ""))
        if key.startswith("pubpipe "):
            found[key.removeprefix("pubpipe ")] = "".join(each.itertext()).strip()
    bases: dict[str, str] = {}
    for key, value in found.items():
        if key.startswith("rows "):
            for pair in value.split(","):
                code, sign, base = pair.partition(":")
                if sign:
                    bases[code] = base
    return Stamp(bases=bases, **{key: found.get(key, "") for key in _OWN})


def main_part(parts: Parts, usual: str) -> str:
    """The main part by its relationship: some programs give it another name than the usual one."""
    rels = parts.xml("_rels/.rels")
    for each in rels if rels is not None else ():
        if str(each.get("Type", "")).endswith("/officeDocument"):
            return str(each.get("Target", "")).lstrip("/")
    return usual


def writable(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _UNWRITABLE.sub("", text)


__all__ = ["RELATIONSHIPS", "Parts", "document", "main_part", "open_parts", "parse", "stamp", "writable"]
