"""Readers: a file to a `SourceDocument`. One module a format, chosen by extension and proved by the file's bytes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pubpipe.errors import ConfigError, PubpipeError, SourceError
from pubpipe.model import Layout, SourceDocument
from pubpipe.readers import docx, docx_source, html, markdown, odt, plaintext, subtitles
from pubpipe.readers.base import Reader

READERS: dict[str, Reader] = {
    extension: reader for reader in (docx, markdown, plaintext, odt, html, subtitles) for extension in reader.EXTENSIONS
}
"""File extension to reader."""
WORD_FILES = docx.EXTENSIONS
"""Files whose layout can be kept."""
ENTRY_POINTS = "pubpipe.readers"
"""Other packages offer readers in this group, by the extension without its dot; those above cannot be replaced."""

_LIMIT = 200_000_000


def read(path: Path, data: bytes | None = None, layout: Layout = "template") -> SourceDocument:
    """The source document in a file; with layout "source" a Word file with every word of its pages.

    `data` are the file's bytes where the caller has them already; `path` then only tells the extension and the
    folder in which images that a Markdown or HTML text names are looked for. Raises SourceError with what is wrong
    and what to do.
    """
    extension = path.suffix.lower()
    if data is None:
        try:
            size = path.stat().st_size
            if path.is_dir():
                raise SourceError(f"{path.name} is a folder.", remedy="Give a file.")
            data = path.read_bytes() if size <= _LIMIT else b"\x00" * (_LIMIT + 1)
        except FileNotFoundError as error:
            raise SourceError(f"{path.name} does not exist.", remedy="Check the path.") from error
        except OSError as error:
            raise SourceError(
                f"{path.name} cannot be read ({error.strerror or type(error).__name__}).",
                remedy="Check its permissions.",
            ) from error
    try:
        if len(data) > _LIMIT:
            raise SourceError(
                f"the file is larger than {_LIMIT // 1_000_000} MB.", remedy="Shrink its images or split it."
            )
        if not data.strip():
            raise SourceError("the file is empty.", remedy="Give a file with text.")
        kind, name = sniff(data)
        reader = READERS.get(extension)
        if reader is None and (plugin := _plugin(extension)) is not None:
            return _by_plugin(plugin, data, path.parent)
        if reader is None:
            advice = f"It is {name}: rename it." if kind else f"It is {name}."
            raise SourceError(
                f"no reader for {extension or 'a file without extension'!s}.",
                remedy=f"{advice} Readable are {', '.join(sorted(READERS))}.",
            )
        fragment = reader is html and kind in markdown.EXTENSIONS and re.search(rb"<[A-Za-z][^<>]*>", data)
        text = reader in (plaintext, subtitles) and kind in markdown.EXTENSIONS
        if kind not in reader.EXTENSIONS and not fragment and not text:
            raise _mismatch(extension, kind, name)
        if layout == "source" and reader is docx:
            return docx_source.read(data)
        return reader.read(data, path.parent)
    except SourceError as error:
        if error.message.startswith(path.name):
            raise
        raise SourceError(f"{path.name}: {error.message}", remedy=error.remedy) from error


def _plugin(extension: str) -> Reader | None:
    """The reader that another package registered for an extension, where there is one."""
    from importlib.metadata import entry_points

    point = next((p for p in entry_points(group=ENTRY_POINTS) if f".{p.name.lower()}" == extension), None)
    if point is None:
        return None
    package = point.value.partition(":")[0]
    try:
        reader = point.load()
    except Exception as error:
        raise ConfigError(
            f"the reader for {extension} of the package {package} cannot be loaded ({type(error).__name__}).",
            remedy="Mend or remove that package.",
        ) from error
    if not all(hasattr(reader, name) for name in ("NAME", "EXTENSIONS", "read")):
        raise ConfigError(
            f"the reader for {extension}: {package} has no NAME, EXTENSIONS and read.",
            remedy="Mend or remove that package.",
        )
    found: Reader = reader
    return found


def _by_plugin(reader: Reader, data: bytes, folder: Path) -> SourceDocument:
    """What another package's reader makes of the bytes; what goes wrong in it is said of the file, not a crash."""
    try:
        document = reader.read(data, folder)
    except PubpipeError:
        raise
    except Exception as error:
        raise SourceError(
            f"the reader {reader.NAME} failed ({type(error).__name__}).",
            remedy="Look whether the file is what its extension says; else report it to the reader's authors.",
        ) from error
    ids = [unit.id for unit in document.units()] if isinstance(document, SourceDocument) else []
    if not ids or not all(ids) or len(set(ids)) != len(ids):
        raise SourceError(
            f"the reader {reader.NAME} gave no document with numbered units.",
            remedy="Report it to the reader's authors (`readers.base.assemble` numbers them).",
        )
    return document


def _mismatch(extension: str, kind: str, name: str) -> SourceError:
    if name == _PROTECTED:
        return SourceError(
            "the file is protected with a password.",
            remedy="Open it in Word, remove the password (File, Info, Protect Document) and save it again.",
        )
    if kind:
        return SourceError(
            f"the file is not what {extension} says: it is {name}.",
            remedy=f"Rename it to {kind} or save it as {extension}.",
        )
    return SourceError(
        f"the file is not what {extension} says: it is {name}.", remedy="Save it as .docx, .odt, .html or .md."
    )


_PROTECTED = "an Office file protected with a password"


def sniff(data: bytes) -> tuple[str, str]:
    """What the bytes are: the extension of a format we read (or "") and its name in words."""
    head = data[:4096]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _sniff_zip(data)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "", _PROTECTED
        if "WordDocument".encode("utf-16-le") in data:
            return "", "an old Word file (.doc), which has to be opened in Word and saved as .docx"
        return "", "an old Office file (.xls, .ppt or .msg)"
    for magic, name in (
        (b"%PDF", "a PDF"),
        (b"{\\rtf", "an RTF file"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
    ):
        if head.startswith(magic) and (magic != b"MZ" or b"\x00" in head):
            return "", name
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", "binary data of an unknown kind"
    text = head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace").lstrip(
        "\ufeff \t\r\n"
    )
    shown = re.sub(r"^(\s|<\?xml[^>]*\?>|<!--.*?-->)+", "", text, flags=re.DOTALL).lower()
    if re.match(r"<!doctype\s+html|<(html|head|body)\b", shown):
        return ".html", "an HTML page"
    if text.startswith("<?xml"):
        if "office:document" in shown:
            return "", "a flat OpenDocument file (.fodt)"
        if "w:worddocument" in shown or "pkg:package" in shown:
            return "", "a Word XML file"
        return "", "an XML file"
    return ".md", "plain text or Markdown"


def _sniff_zip(data: bytes) -> tuple[str, str]:
    from pubpipe.readers.package import open_package

    package = open_package(data)
    if "mimetype" in package:
        mimetype = package["mimetype"].decode("ascii", "replace").strip()
        if mimetype in (
            "application/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.text-template",
        ):
            return ".odt", "an OpenDocument text"
        if mimetype == "application/epub+zip":
            return "", "an EPUB book"
        return "", f"an OpenDocument file that is no text ({mimetype[:80]})"
    if "[Content_Types].xml" in package:
        names: list[Any] = list(package)
        if any(n.startswith("word/") and n.endswith(".xml") for n in names):
            return ".docx", "a Word document"
        if any(n.startswith("xl/") for n in names):
            return "", "an Excel workbook"
        if any(n.startswith("ppt/") for n in names):
            return "", "a PowerPoint presentation"
        types = package["[Content_Types].xml"]
        if b"wordprocessingml" in types:
            return ".docx", "a Word document"
        return "", "an Office file of another kind"
    if "content.xml" in package:
        return ".odt", "an OpenDocument text"
    return "", "a zip archive"


__all__ = ["ENTRY_POINTS", "READERS", "WORD_FILES", "Reader", "read", "sniff"]
