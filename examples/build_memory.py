"""Write `memory.tmx` from the translations: each in the context in which it stands in `summary.docx`.

Run from a checkout with pubpipe installed: `python examples/build_memory.py`. It names the segments that have no
translation yet and then writes nothing.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pubpipe import exchange, readers, segmentation
from pubpipe.identity import memory_key
from pubpipe.languages import TARGETS, fold
from pubpipe.model import MemoryUnit, Segment, from_markup, to_markup

FOLDER = Path(__file__).parent / "mekong-migration"
ORIGIN = "pubpipe example, machine-drafted"
AT = dt.datetime(2025, 3, 14, 9, tzinfo=dt.UTC)
"""The date of the publication: the file changes only when a text does."""


def translations(folder: Path, language: str) -> dict[str, str]:
    """Target by source, both in short form."""
    lines = (folder / "translations" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["source"]: row["target"] for row in map(json.loads, lines)}


def untranslated(folder: Path, segments: tuple[Segment, ...]) -> list[str]:
    """The segments without a translation, one line each, by language."""
    return [
        f"{language} {segment.number}: {source}"
        for language in TARGETS
        for known in [translations(folder, language)]
        for segment in segments
        if segment.translatable and (source := to_markup(segment.content)) not in known
    ]


def units(folder: Path, segments: tuple[Segment, ...]) -> Iterator[MemoryUnit]:
    """One unit a language and segment, repetitions included, since their contexts differ."""
    for language in TARGETS:
        known = translations(folder, language)
        for segment in segments:
            if segment.translatable:
                yield MemoryUnit(
                    key=memory_key(segment.content, fold),
                    language=language,
                    source=segment.content,
                    target=from_markup(known[to_markup(segment.content)], like=segment.content),
                    context_hash=segment.context_hash,
                    publication=folder.name,
                    origin=ORIGIN,
                    at=AT,
                )


def build(folder: Path) -> bytes:
    """The TMX file; ValueError with the segments that have no translation, where there are any."""
    segments = segmentation.segment(readers.read(folder / "summary.docx"))
    if missing := untranslated(folder, segments):
        raise ValueError("\n".join(["no translation of", *missing]))
    written = io.BytesIO()
    exchange.write(written, units(folder, segments), "tmx")
    return written.getvalue()


if __name__ == "__main__":
    try:
        (FOLDER / "memory.tmx").write_bytes(build(FOLDER))
    except ValueError as error:
        sys.exit(str(error))
