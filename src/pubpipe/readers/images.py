"""Images as resources: what kind they are, where they may be read from, what stands in for one that is missing."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

MAX_IMAGE = 40_000_000
"""Bytes."""


class ImageError(ValueError):
    """Why an image cannot be carried, in words."""


def extension(data: bytes) -> str:
    """The file extension for the bytes of an image that both Word and Typst can show.

    Raises ImageError for other formats (EMF, WMF, TIFF, BMP) and for what is no image.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in data[:5000]:
        if re.search(rb"<!ENTITY|<!DOCTYPE[^>]*\[", data[:100_000]):
            raise ImageError("it is an SVG with entity declarations, which are not read")
        return "svg"
    for magic, name in (
        (b"\x01\x00\x00\x00", "an EMF drawing"),
        (b"\xd7\xcd\xc6\x9a", "a WMF drawing"),
        (b"\x01\x00\x09\x00", "a WMF drawing"),
        (b"II*\x00", "a TIFF image"),
        (b"MM\x00*", "a TIFF image"),
        (b"BM", "a BMP image"),
    ):
        if data.startswith(magic):
            raise ImageError(f"it is {name}, which cannot be printed; save it as PNG")
    raise ImageError("its bytes are not an image" if data else "it is empty")


def from_folder(source: str, folder: Path | None) -> bytes:
    """The bytes of an image that a text names, read from the document's folder and nowhere else."""
    try:
        parts = urlsplit(source)
    except ValueError:
        raise ImageError("its address is not valid") from None
    if parts.scheme == "data":
        return _data_url(source)
    if parts.scheme or parts.netloc or source.startswith("//"):
        raise ImageError("it is linked to an address outside the document's folder, which is never fetched")
    name = unquote(parts.path)
    if "\x00" in name or "\\" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise ImageError("its path leads outside the document's folder")
    if folder is None:
        raise ImageError("the document was read without a folder to look in")
    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ImageError("its path leads outside the document's folder")
        if not path.is_file():
            raise ImageError("its file is missing")
        if path.stat().st_size > MAX_IMAGE:
            raise ImageError(f"its file is larger than {MAX_IMAGE // 1_000_000} MB")
        return path.read_bytes()
    except (OSError, RuntimeError) as error:
        raise ImageError(f"its file cannot be read ({type(error).__name__})") from error


def _data_url(source: str) -> bytes:
    import base64
    import binascii

    head, _, body = source.partition(",")
    try:
        if head.endswith(";base64"):
            return base64.b64decode(unquote(body), validate=False)
    except (binascii.Error, ValueError):
        raise ImageError("its data address is damaged") from None
    return unquote(body).encode("utf-8", "replace")


def stand_in() -> bytes:
    """A grey PNG (600 x 400) that keeps the place, caption and alternative text of an image that is missing.

    A finding of severity "block" always goes with it, so that it cannot be published unseen.
    """

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + b"\xd8" * 600) * 400
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 600, 400, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )
