"""A returned office file or XML document, opened with its limits checked and without entities or network."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

from pubpipe.exchange.bilingual import wrong_file

MAX_FILE = 100_000_000
"""Bytes of a file that is taken back: a review of three hundred segments has a hundred thousand."""
MAX_MEMBERS = 2_000
MAX_PART = 48_000_000
"""Bytes of one part, unpacked: more is no review but an attack."""
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


def pack(parts: dict[str, str]) -> bytes:
    """The parts as an office file with fixed times and order: the same parts give the same bytes."""
    names = sorted(parts, key=lambda n: (n != "[Content_Types].xml", n != "_rels/.rels", n))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for part in names:
            entry = zipfile.ZipInfo(part, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            archive.writestr(entry, (head + parts[part]).encode("utf-8"))
    return out.getvalue()


def writable(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _UNWRITABLE.sub("", text)


__all__ = ["Parts", "open_parts", "pack", "parse", "writable"]
