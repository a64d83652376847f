"""Markdown as pandoc understands it, with a YAML title block, to a `SourceDocument`."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from pubpipe.errors import SourceError
from pubpipe.model import SourceDocument
from pubpipe.readers import base, pandoc
from pubpipe.readers.images import from_folder

NAME = "markdown/2"
EXTENSIONS: tuple[str, ...] = (".md", ".markdown")

FORMAT = (
    "markdown-smart-citations-example_lists-raw_tex-raw_attribute-latex_macros-auto_identifiers"
    "-blank_before_header-blank_before_blockquote+task_lists"
)
"""pandoc's own Markdown (footnotes, pipe, grid and multi-line tables, definition lists, implicit figures, YAML title
block) less what an NGO text does not mean: "@name" is no citation, "(@)" no example, straight quotes stay."""

_DEEP = re.compile(rf"^[ \t]*(?:>[ \t]?){{{base.MAX_DEPTH + 1}}}", re.MULTILINE)
_DEEP_LIST = re.compile(rf"^(?:    |\t){{{base.MAX_DEPTH + 1}}}[ \t]*(?:[-*+]|\d+[.)])[ \t]", re.MULTILINE)


def read(data: bytes, folder: Path | None = None) -> SourceDocument:
    """The document in Markdown bytes (UTF-8, or UTF-16 with a byte-order mark)."""
    text = decode(data)
    base.check_length(len(text))
    return base.assemble(parts(text, folder), data=data, reader=NAME)


def parts(text: str, folder: Path | None) -> base.Parts:
    """What a Markdown text says, before it is numbered."""
    if _DEEP.search(text) or _DEEP_LIST.search(text):
        raise base.too_deep()
    return pandoc.convert(pandoc.tree(text.encode("utf-8"), FORMAT), partial(from_folder, folder=folder))


def decode(data: bytes) -> str:
    """The characters of a text file; SourceError that names the byte where it is not valid."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"the text is not valid {encoding.upper().removesuffix('-SIG')}: byte {error.start} "
            f"(line {data[: error.start].count(10) + 1}).",
            remedy="Save it as UTF-8.",
        ) from error
    if "\x00" in text:
        raise SourceError(
            f"the file is not text: it has a zero byte at character {text.index(chr(0))}.", remedy="Save it as UTF-8."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")
