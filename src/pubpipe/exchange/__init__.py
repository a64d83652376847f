"""Bilingual text in other people's formats: TMX, bilingual JSON Lines, tab-separated tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

from pubpipe.errors import GlossaryError
from pubpipe.exchange import jsonl, tmx, tsv
from pubpipe.model import MEMORY_RANK, MemoryUnit

FORMATS: dict[str, ModuleType] = {"tmx": tmx, "jsonl": jsonl, "tsv": tsv}
"""File suffix to the module that reads and writes it."""


def read(path: Path, *, at: dt.datetime, language: str | None = None, trust: bool = False) -> Iterator[MemoryUnit]:
    """The units of a file, by its suffix, one after the other (a large file is never held whole).

    `at` is the time for units that carry none. `language` is the target language of a table that does not
    name it; of a file in several languages it picks one. A file can claim that its texts are approved; that
    counts only with `trust` (a backup of one's own), else the units are drafts. Raises GlossaryError with
    file and line for anything that is not as it should be, possibly after the first units.
    """
    module = _format(path.suffix.removeprefix(".").lower(), path.name)
    try:
        with path.open("rb") as stream:
            for unit in module.read(stream, path.name, at=at, language=language):
                claims = MEMORY_RANK[unit.status] > MEMORY_RANK["draft"]
                yield unit.model_copy(update={"status": "draft"}) if claims and not trust else unit
    except OSError as error:
        raise GlossaryError(
            f"{path.name} cannot be read: {error.strerror}.", remedy="Check its name and its rights."
        ) from error


def write(stream: BinaryIO, units: Iterable[MemoryUnit], format: str) -> int:
    """How many units were written to a binary stream as "tmx", "jsonl" or "tsv"."""
    count: int = _format(format, format).write(stream, units)
    return count


def _format(name: str, where: str) -> ModuleType:
    if name not in FORMATS:
        raise GlossaryError(
            f"{where}: no such memory format.", remedy=f"Formats: {', '.join('.' + f for f in FORMATS)}."
        )
    return FORMATS[name]


__all__ = ["FORMATS", "read", "write"]
