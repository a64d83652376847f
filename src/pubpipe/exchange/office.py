"""The package around a review file: written byte for byte the same, and opened again with its limits checked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from pubpipe.exchange.bilingual import Sheet, Stamp, row_code, short_base, wrong_file

MAX_FILE = 100_000_000
"""Bytes of a file that is taken back: a review of three hundred segments has a hundred thousand."""
MAX_MEMBERS = 2_000
MAX_PART = 48_000_000
"""Bytes of one part, unpacked: more is no review but an attack."""
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument"
_OWN = ("publication", "language", "digest")
_BASES_EACH = 12
"""Row hashes in one document property: Word shows and keeps 255 characters of a text property."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
# what XML 1.0 cannot hold (section 2.2), even escaped
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Parts:
    """The parts of an office file by name, unpacked when asked for and never beyond their limit."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self._members = {i.filename: i for i in archive.infolist() if not i.is_dir()}

    def __contains__(self, part: str) -> bool:
        return part in self._members

    def xml(self, part: str) -> Any | None:
        """The root element of an XML part, None where there is no such part; ReviewError where it is not to be
        read.
        """
        if part not in self._members:
            return None
        try:
            with self._archive.open(self._members[part]) as stream:
                data = stream.read(MAX_PART + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise wrong_file(self._name, f"its part {part!r} cannot be unpacked; the file is damaged") from error
        if len(data) > MAX_PART:
            raise wrong_file(self._name, f"its part {part!r} unpacks to more than {MAX_PART // 1_000_000} MB")
        return parse(data, self._name, part)


def open_parts(data: bytes, name: str) -> Parts:
    """The parts of a zip-based office file; ReviewError for what is none, is damaged, locked or hostile."""
    if len(data) > MAX_FILE:
        raise wrong_file(name, f"the file has more than {MAX_FILE // 1_000_000} MB")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise wrong_file(
            name,
            "the file is locked with a password or in the format of before 2007",
            "Remove the password, or save it as .docx or .xlsx, and import again.",
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise wrong_file(name, "it is no office file, or it was cut off") from error
    if len(members) > MAX_MEMBERS or len({m.filename for m in members}) != len(members):
        raise wrong_file(name, "its parts are too many, or two have the same name")
    if any(m.flag_bits & 1 for m in members):
        raise wrong_file(name, "the file is locked with a password", "Remove the password and import again.")
    return Parts(archive, name)


def parse(data: bytes, name: str, part: str = "") -> Any:
    """The root element; ReviewError with the line for broken XML, and for any DOCTYPE (entities can fill the memory
    or read files).
    """
    from lxml import etree

    where = f" in its part {part!r}" if part else ""
    sample = data
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:8]:
        sample = data.decode("utf-16", "replace").encode("utf-8", "replace")
    if _DOCTYPE.search(sample):
        raise wrong_file(name, f"it declares a DOCTYPE or entities{where}, which are not read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, remove_comments=True,
        remove_pis=True, huge_tree=False,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, etree.XMLSyntaxError) and error.lineno else 1
        raise wrong_file(name, f"line {line}{where}: the XML is broken here") from error


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
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for part, xml in everything.items():
            entry = zipfile.ZipInfo(part, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            archive.writestr(entry, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'.encode())
    return out.getvalue()


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
