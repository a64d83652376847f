"""The letters of WordprocessingML: escaping, measures, and a package of parts as a byte-stable zip."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w10="urn:schemas-microsoft-com:office:word"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EPOCH = (1980, 1, 1, 0, 0, 0)


def text(value: str) -> str:
    """Character data; control characters are gone before (`runs.clean`)."""
    return escape(value)


def attribute(value: str) -> str:
    """A quoted attribute value."""
    return quoteattr(value)


def twips(millimetres: float) -> int:
    return round(millimetres * 1440 / 25.4)


def emu(millimetres: float) -> int:
    """English metric units, in which drawings are measured."""
    return round(millimetres * 36000)


def package(parts: dict[str, str | bytes]) -> bytes:
    """The parts as an OPC package with fixed times and order; the same parts give the same bytes.

    Raises `lxml.etree.XMLSyntaxError` if a text part is not well-formed: a mistake of ours, never of the text.
    """
    from lxml import etree

    names = sorted(parts, key=lambda n: (n != "[Content_Types].xml", n != "_rels/.rels", n))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in names:
            part = parts[name]
            data = part if isinstance(part, bytes) else (_HEAD + part).encode("utf-8")
            if isinstance(part, str):
                etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False))
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            archive.writestr(entry, data)
    return out.getvalue()
