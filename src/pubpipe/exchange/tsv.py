"""Tab-separated pairs: a header line with `source` and language tags, one row a pair, tags in the short form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from pubpipe.errors import GlossaryError
from pubpipe.exchange.lines import MarkupError, decoded, pair, problem, target_tag, unit
from pubpipe.languages import SOURCE
from pubpipe.model import MemoryUnit, to_markup

_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}


def read(stream: BinaryIO, name: str, *, at: dt.datetime, language: str | None = None) -> Iterator[MemoryUnit]:
    """The units of the file: a column "source" (or "en") and one column a target language.

    Two columns without a header are source and target if `language` is given. Empty cells are passed over.
    """
    columns: dict[int, str] = {}
    source_column = 0
    for number, line in decoded(stream, name):
        if not line.strip():
            continue
        cells = line.split("\t")
        if not columns:
            heads = [target_tag(cell) if cell.strip().lower() != "source" else SOURCE.tag for cell in cells]
            if SOURCE.tag in heads:
                source_column = heads.index(SOURCE.tag)
                wanted = target_tag(language) if language else None
                columns = {
                    i: tag
                    for i, tag in enumerate(heads)
                    if tag is not None and tag != SOURCE.tag and wanted in (None, tag)
                }
                if not columns:
                    raise problem(name, number, "no column is headed by a language that pubpipe has")
                continue
            if language is None or len(cells) != 2:
                raise problem(name, number, "the first line must name the columns: source, then a language tag each")
            columns = {1: target_tag(language) or language}
        if len(cells) <= source_column or not cells[source_column].strip():
            raise problem(name, number, "the source is missing")
        for index, tag in columns.items():
            if index >= len(cells) or not cells[index].strip():
                continue
            try:
                source, target = pair(_plain(cells[source_column]), _plain(cells[index]))
            except MarkupError as error:
                raise problem(name, number, f"column {index + 1}: {error}") from error
            yield unit(source=source, target=target, language=tag, at=at, origin=name)


def write(stream: BinaryIO, units: Iterable[MemoryUnit]) -> int:
    """How many rows were written, of one language only: a table has no room for provenance. GlossaryError for
    more.
    """
    count = 0
    tag = ""
    for each in units:
        if not tag:
            tag = each.language
            stream.write(f"source\t{tag}\n".encode())
        if each.language != tag:
            raise GlossaryError("A .tsv file holds one language.", remedy="Name one language, or write .tmx or .jsonl.")
        stream.write(f"{_escaped(to_markup(each.source))}\t{_escaped(to_markup(each.target))}\n".encode())
        count += 1
    return count


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _plain(cell: str) -> str:
    return re.sub(r"\\[tnr\\]", lambda m: _ESCAPES[m[0]], cell).strip()
