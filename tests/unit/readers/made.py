"""Word and OpenDocument files made for the tests: real packages from python-docx and plain zip edits."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

import docx
from docx.document import Document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def png(shade: int = 128) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    rows = bytes([0, shade, shade]) * 2
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def word(fill: Callable[[Document], object]) -> bytes:
    document = docx.Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word_body(xml: str, *, parts: Mapping[str, str] | None = None, relationships: str = "") -> bytes:
    """A Word file with this XML as its body, between a paragraph "First." and a paragraph "Last."."""

    def fill(document: Document) -> None:
        document.add_paragraph("First.")
        document.add_paragraph("PLACE")
        document.add_paragraph("Last.")

    def body(name: str, data: bytes) -> bytes:
        if name == "word/document.xml":
            return re.sub(rb"<w:p>(?:(?!</w:p>).)*PLACE.*?</w:p>", lambda _: xml.encode(), data, flags=re.DOTALL)
        if name == "word/_rels/document.xml.rels":
            return data.replace(b"</Relationships>", relationships.encode() + b"</Relationships>")
        return data

    return edited(word(fill), body, parts)


def edited(data: bytes, change: Callable[[str, bytes], bytes], added: Mapping[str, str] | None = None) -> bytes:
    """The package with each part passed through `change` and new parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, text in (added or {}).items():
            new.writestr(name, text)
    return out.getvalue()


_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_ODT_NAMES = (
    f'xmlns:office="{_ODF}:office:1.0" xmlns:text="{_ODF}:text:1.0" xmlns:draw="{_ODF}:drawing:1.0" '
    f'xmlns:style="{_ODF}:style:1.0" xmlns:table="{_ODF}:table:1.0" xmlns:svg="{_ODF}:svg-compatible:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    f'xmlns:meta="{_ODF}:meta:1.0" xmlns:fo="{_ODF}:xsl-fo-compatible:1.0"'
)


def opendocument(body: str, *, styles: str = "", manifest: str = "", files: Mapping[str, bytes] | None = None) -> bytes:
    """An ODT file with this XML as its text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODT_NAMES} office:version="1.2">'
            f"<office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
        archive.writestr(
            "styles.xml",
            f'<?xml version="1.0"?><office:document-styles {_ODT_NAMES}><office:styles/></office:document-styles>',
        )
        archive.writestr(
            "META-INF/manifest.xml",
            manifest
            or f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.text"/></manifest:manifest>',
        )
        for name, data in (files or {}).items():
            archive.writestr(name, data)
    return out.getvalue()
