"""Opens a zip package of XML parts (Word, Excel, OpenDocument) that somebody else made, and writes one byte-stable.

The one place where a foreign office file is unpacked and parsed. What a room says to its people about a file that is
not to be read is the room's own: it hands in `Limits` and a function from a `Problem` to its error.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pubpipe.errors import PubpipeError

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
"""Namespace of r:id, and the start of every relation's type (ISO/IEC 29500-1, 15.2)."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)

Kind = Literal["size", "zip", "locked", "bomb", "outside", "twice", "part", "entities", "xml"]
"""size: more bytes than are taken; zip: no zip file, or cut off; locked: a password; bomb: `detail` says why;
outside: a part whose name leads out of the file; twice: two parts of one name; part: one that cannot be unpacked;
entities: XML with a DOCTYPE; xml: XML that breaks off."""


@dataclass(frozen=True)
class Problem:
    """Why a package or one of its parts is not read."""

    kind: Kind
    part: str = ""
    detail: str = ""
    line: int = 0
    """Line of broken XML, from 1; 0 where it is not known."""


Refuse = Callable[[Problem], PubpipeError]
"""From a problem to the error that a room raises."""


@dataclass(frozen=True)
class Limits:
    """How much a package may hold; bytes are counted unpacked unless said otherwise."""

    file: int = 200_000_000
    """Bytes of the zip file itself."""
    members: int = 5_000
    total: int = 512_000_000
    part: int = 64_000_000
    """Bytes of one part that is parsed."""
    ratio: int = 200
    """How many times larger than the file a package of more than 50 MB may become."""


class Package(Mapping[str, bytes]):
    """The members of a zip file by name, unpacked when asked for."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits, refuse: Refuse) -> None:
        self._archive = archive
        self._limits = limits
        self._refuse = refuse
        self._members = {i.filename: i for i in archive.infolist() if not i.is_dir()}

    def __getitem__(self, name: str) -> bytes:
        return self._read(name, self._limits.total)

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def _read(self, name: str, most: int) -> bytes:
        try:
            with self._archive.open(self._members[name]) as stream:
                data = stream.read(most + 1)  # what the directory says of the size may be a lie
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise self._refuse(Problem("part", part=name)) from error
        except RuntimeError as error:
            raise self._refuse(Problem("locked", part=name)) from error
        if len(data) > most:
            raise self._refuse(
                Problem("bomb", part=name, detail=f"part {name!r} unpacks to more than {most // 1_000_000} MB")
            )
        return data

    def xml(self, name: str, *, bare: bool = False) -> Any:
        """The root element of an XML part; `bare` leaves comments and processing instructions out."""
        return parse(self._read(name, self._limits.part), name, self._refuse, bare=bare)


def open_package(data: bytes, limits: Limits, refuse: Refuse) -> Package:
    """The package in `data`; `refuse`'s error where it is damaged, locked, hostile or too large."""
    if len(data) > limits.file:
        raise refuse(Problem("size", detail=f"{limits.file // 1_000_000} MB"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise refuse(Problem("zip")) from error
    if len(members) > limits.members:
        raise refuse(Problem("bomb", detail=f"it has {len(members):,} parts; the limit is {limits.members:,}"))
    total = sum(m.file_size for m in members)
    if total > limits.total:
        raise refuse(
            Problem(
                "bomb",
                detail=f"it would unpack to {total // 1_000_000:,} MB; the limit is {limits.total // 1_000_000} MB",
            )
        )
    if total > 50_000_000 and total > limits.ratio * max(len(data), 1):
        raise refuse(Problem("bomb", detail=f"it would unpack to {total // max(len(data), 1):,} times its size"))
    names = [m.filename for m in members]
    for name in names:
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or re.match(r"[A-Za-z]:", name):
            raise refuse(Problem("outside", part=name))
    if len(set(names)) != len(names):
        raise refuse(Problem("twice"))
    if any(m.flag_bits & 1 for m in members):
        raise refuse(Problem("locked"))
    return Package(archive, limits, refuse)


def parse(data: bytes, part: str, refuse: Refuse, *, bare: bool = False) -> Any:
    """The root element of XML; `refuse`'s error for damaged XML, and for any DOCTYPE (entities can read files or
    fill memory).
    """
    from lxml import etree

    sample = data
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:8]:
        sample = data.decode("utf-16", "replace").encode("utf-8", "replace")
    if _DOCTYPE.search(sample):
        raise refuse(Problem("entities", part=part))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, remove_comments=bare,
        remove_pis=bare, huge_tree=not bare,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, etree.XMLSyntaxError) and error.lineno else 0
        raise refuse(Problem("xml", part=part, line=line)) from error


def serialize(root: Any) -> bytes:
    """An XML part as bytes, with the declaration that Office writes."""
    from lxml import etree

    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data


def pack(parts: Mapping[str, bytes], *, compressed: bool = True) -> bytes:
    """The parts as a zip file, in their order; the same parts give the same bytes.

    `compressed=False` is for what only feeds a converter.
    """
    out = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", method, compresslevel=6 if compressed else None) as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = method
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            archive.writestr(entry, data)
    return out.getvalue()


__all__ = [
    "RELATIONSHIPS",
    "Limits",
    "Package",
    "Problem",
    "Refuse",
    "open_package",
    "pack",
    "parse",
    "serialize",
]
