"""A zip package (DOCX, ODT) opened with its limits checked, and its XML parsed without entities or network."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from pubpipe.errors import SourceError

MAX_MEMBERS = 5_000
MAX_TOTAL = 512_000_000
"""Bytes of all members together, unpacked."""
MAX_XML = 64_000_000
"""Bytes of one XML part."""
MAX_RATIO = 200
"""How many times larger than the file a package of more than 50 MB may become."""

_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_DAMAGED = "Open the file in the program it was made with and save it again, or get a fresh copy."


class Package(Mapping[str, bytes]):
    """The members of a zip file by name, unpacked when asked for."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {i.filename: i for i in archive.infolist() if not i.is_dir()}

    def __getitem__(self, name: str) -> bytes:
        try:
            return self._archive.read(self._names[name])
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise SourceError(f"the file is damaged: its part {name!r} cannot be unpacked.", remedy=_DAMAGED) from error
        except RuntimeError as error:
            raise password() from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def xml(self, name: str) -> Any:
        """The root element of an XML part."""
        data = self[name]
        if len(data) > MAX_XML:
            raise SourceError(
                f"part {name!r} is {len(data) // 1_000_000} MB of XML; the limit is {MAX_XML // 1_000_000} MB.",
                remedy="Split the document.",
            )
        return parse_xml(data, name)


def password() -> SourceError:
    """The error for a file that only opens with a password."""
    return SourceError(
        "the file is protected with a password.",
        remedy="Open it, remove the password (File, Info, Protect Document) and save it again.",
    )


def open_package(data: bytes) -> Package:
    """The package in `data`; SourceError where it is damaged, encrypted, hostile or too large."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise SourceError(
            "the file is damaged or was cut off: its zip directory cannot be read.", remedy=_DAMAGED
        ) from error
    if len(members) > MAX_MEMBERS:
        raise _bomb(f"it has {len(members):,} parts; the limit is {MAX_MEMBERS:,}")
    total = sum(m.file_size for m in members)
    if total > MAX_TOTAL:
        raise _bomb(f"it would unpack to {total // 1_000_000:,} MB; the limit is {MAX_TOTAL // 1_000_000} MB")
    if total > 50_000_000 and total > MAX_RATIO * max(len(data), 1):
        raise _bomb(f"it would unpack to {total // max(len(data), 1):,} times its size")
    names = [m.filename for m in members]
    for name in names:
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or re.match(r"[A-Za-z]:", name):
            raise SourceError(
                "the file is built to write outside its own folder (a part's name leads out of it).",
                remedy="Do not use this file; ask its sender for a clean copy.",
            )
    if len(set(names)) != len(names):
        raise SourceError("the file has two parts of the same name.", remedy=_DAMAGED)
    if any(m.flag_bits & 1 for m in members):
        raise password()
    return Package(archive)


def _bomb(why: str) -> SourceError:
    return SourceError(
        f"the file is refused as a possible zip bomb: {why}.",
        remedy="If it is a real document, shrink its images or split it.",
    )


def parse_xml(data: bytes, name: str) -> Any:
    """The root element; SourceError for damaged XML, and for any DOCTYPE (entities can read files or fill memory)."""
    from lxml import etree

    sample = data
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:8]:
        try:
            sample = data.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError as error:
            raise SourceError(f"part {name!r} of the file is damaged: not readable as XML.", remedy=_DAMAGED) from error
    if _DOCTYPE.search(sample):
        raise SourceError(
            f"part {name!r} declares XML entities or a DOCTYPE, which no word processor writes; it is not read.",
            remedy="Do not use this file; ask its sender for a clean copy.",
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        place = f" (line {error.lineno})" if isinstance(error, etree.XMLSyntaxError) and error.lineno else ""
        raise SourceError(
            f"part {name!r} of the file is damaged: its XML breaks off{place}.", remedy=_DAMAGED
        ) from error
    return root


def rebuild(package: Mapping[str, bytes], changed: Mapping[str, bytes]) -> bytes:
    """The package as a zip file again with some parts replaced; stored, not compressed: it only feeds a converter."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in package:
            archive.writestr(zipfile.ZipInfo(name), changed[name] if name in changed else package[name])
        for name in changed:
            if name not in package:
                archive.writestr(zipfile.ZipInfo(name), changed[name])
    return out.getvalue()
