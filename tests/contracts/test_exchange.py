"""What every exchange format promises: what pubpipe writes comes back, and a bad file is refused at its line."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe import exchange
from pubpipe.errors import GlossaryError
from pubpipe.exchange.lines import unit
from pubpipe.model import Content, MemoryUnit, Placeholder, TagClose, TagOpen, Text, plain, tidy

NOW = dt.datetime(2026, 3, 1, 8, 30, 15, 123, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=400)
FORMATS = sorted(exchange.FORMATS)
LOSSLESS = ["jsonl", "tmx"]

# every character that Python can encode: control characters, line separators, private use, all planes
words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20).filter(str.strip)
printable = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda s: bool(s.strip()) and s.strip() == s
)


@st.composite
def pairs(draw: st.DrawFn, texts: st.SearchStrategy[str] = words) -> tuple[Content, Content]:
    """Two texts with the same tags: an opening, its end and a placeholder."""
    kind = draw(st.sampled_from(["strong", "emphasis", "link", "span", "smallcaps"]))
    href = draw(words) if kind == "link" else None
    marks = (
        TagOpen.model_validate({"id": draw(st.integers(1, 50)), "kind": kind, "href": href}),
        Placeholder(id=draw(st.integers(51, 99)), kind="note", ref=draw(words)),
    )

    def side() -> Content:
        parts = [Text(text=draw(texts)) for _ in range(4)]
        if draw(st.booleans()):
            return tidy((parts[0], marks[0], parts[1], TagClose(id=marks[0].id), parts[2], marks[1], parts[3]))
        return tidy((marks[0], parts[1], TagClose(id=marks[0].id), marks[1]))

    return side(), side()


def written(units: list[MemoryUnit], format_: str) -> bytes:
    stream = io.BytesIO()
    assert exchange.write(stream, units, format_) == len(units)
    return stream.getvalue()


def read(data: bytes, format_: str, **more: Any) -> list[MemoryUnit]:
    return list(exchange.FORMATS[format_].read(io.BytesIO(data), f"memory.{format_}", at=LATER, **more))


@pytest.mark.parametrize("format_", LOSSLESS)
@given(pair=pairs(), name=printable)
@settings(max_examples=60, deadline=None)
def test_a_unit_comes_back_exactly_as_it_was(format_: str, pair: tuple[Content, Content], name: str) -> None:
    units = [
        unit(
            source=pair[0],
            target=pair[1],
            language=language,
            at=NOW,
            status="approved",
            context_hash="0" * 64,
            publication=name,
            reviewer=name,
            origin="google",
        )
        for language in ("km", "ja")
    ]
    assert read(written(units, format_), format_) == units


@given(pair=pairs(printable))
@settings(max_examples=60, deadline=None)
def test_a_table_keeps_the_texts_and_the_places_of_tags(pair: tuple[Content, Content]) -> None:
    one = unit(source=pair[0], target=pair[1], language="km", at=NOW)
    (back,) = read(written([one], "tsv"), "tsv")
    assert (plain(back.source), plain(back.target)) == (plain(one.source), plain(one.target))
    assert [(i.type, getattr(i, "id", 0)) for i in back.source] == [(i.type, getattr(i, "id", 0)) for i in one.source]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_units_give_the_same_bytes(format_: str) -> None:
    units = [unit(source=(Text(text="One."),), target=(Text(text="មួយ"),), language="km", at=NOW)]
    assert written(units, format_) == written(units, format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_no_units_make_a_file_that_can_be_read(format_: str) -> None:
    assert read(written([], format_), format_) == []


@pytest.mark.parametrize("format_", LOSSLESS)
def test_one_language_can_be_picked(format_: str) -> None:
    units = [
        unit(source=(Text(text="One."),), target=(Text(text="x"),), language=language, at=NOW)
        for language in ("km", "th")
    ]
    assert [u.language for u in read(written(units, format_), format_, language="th")] == ["th"]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "data", [b"\x00\x01\x02" * 50, b"\xff\xfe\x00", b"PK\x03\x04rubbish\xff\xff", "กขค".encode("cp874"), b"<html>\n"]
)
def test_a_file_of_another_kind_is_refused_with_its_line(format_: str, data: bytes) -> None:
    with pytest.raises(GlossaryError, match=rf"memory\.{format_}, line \d") as caught:
        read(data, format_)
    assert caught.value.remedy
    assert caught.value.problems


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_other_unicode_encodings_and_line_ends_are_read(format_: str, encoding: str, tmp_path: Path) -> None:
    units = [unit(source=(Text(text="One."),), target=(Text(text="មួយ"),), language="km", at=NOW, status="reviewed")]
    data = written(units, format_).decode().replace("\n", "\r\n").replace("UTF-8", encoding[:6].rstrip("-"))
    path = tmp_path / f"memory.{format_.upper()}"
    path.write_bytes(data.encode(encoding))
    (back,) = exchange.read(path, at=NOW)
    assert back.target == units[0].target


@pytest.mark.parametrize("format_", LOSSLESS)
def test_a_file_cannot_approve_its_own_texts(format_: str, tmp_path: Path) -> None:
    path = tmp_path / f"theirs.{format_}"
    units = [unit(source=(Text(text="One."),), target=(Text(text="x"),), language="km", at=NOW, status="approved")]
    path.write_bytes(written(units, format_))
    assert [u.status for u in exchange.read(path, at=NOW)] == ["draft"]
    assert [u.status for u in exchange.read(path, at=NOW, trust=True)] == ["approved"]


def test_a_missing_file_and_an_unknown_format_are_named(tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match="cannot be read"):
        list(exchange.read(tmp_path / "none.tmx", at=NOW))
    with pytest.raises(GlossaryError, match="no such memory format"):
        list(exchange.read(tmp_path / "memory.docx", at=NOW))
