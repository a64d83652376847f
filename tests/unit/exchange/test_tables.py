"""Bilingual tables and JSON Lines as people keep them."""

from __future__ import annotations

import datetime as dt
import io

import pytest

from pubpipe.errors import GlossaryError
from pubpipe.exchange import jsonl, tsv
from pubpipe.exchange.lines import unit
from pubpipe.model import Text, plain, to_markup

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_a_table_with_several_languages() -> None:
    data = "en\tkm\tnote\tth\nThe <1>law</1>.\t<1>ច្បាប់</1>\tx\tกฎหมาย\nWork.\t\t\tงาน\n"
    units = list(tsv.read(io.BytesIO(data.encode()), "t.tsv", at=NOW))
    assert [(u.language, to_markup(u.target)) for u in units] == [
        ("km", "<1>ច្បាប់</1>"),
        ("th", "กฎหมาย"),
        ("th", "งาน"),
    ]


def test_a_table_without_a_header_needs_a_language() -> None:
    data = "The law.\tច្បាប់\n".encode()
    units = tsv.read(io.BytesIO(data), "t.tsv", at=NOW, language="km")
    assert [(plain(u.source), plain(u.target)) for u in units] == [("The law.", "ច្បាប់")]
    with pytest.raises(GlossaryError, match="line 1: the first line must name"):
        list(tsv.read(io.BytesIO(data), "t.tsv", at=NOW))


@pytest.mark.parametrize(
    ("row", "why"),
    [("\tក", "the source is missing"), ("A\t<1>ក</1>", "column 2: <1> does not stand in the source")],
)
def test_a_bad_row_is_named(row: str, why: str) -> None:
    with pytest.raises(GlossaryError, match=f"t.tsv, line 2: {why}"):
        list(tsv.read(io.BytesIO(f"source\tkm\n{row}\n".encode()), "t.tsv", at=NOW))


def test_a_table_holds_one_language() -> None:
    units = [unit(source=(Text(text="A"),), target=(Text(text="x"),), language=tag, at=NOW) for tag in ("km", "th")]
    with pytest.raises(GlossaryError, match="one language"):
        tsv.write(io.BytesIO(), units)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "this is not JSON"),
        ("[1]", "no object"),
        ('{"source":"A","lang":"km"}', "'target' is missing or empty"),
        ('{"source":" ","target":"x","lang":"km"}', "'source' is missing or empty"),
        ('{"source":"A","target":"x"}', "'lang' is missing"),
        ('{"source":"A","target":"<1>x</1>","lang":"km"}', "does not stand in the source"),
        ('{"source":"<1>A</1><1/>","target":"x","lang":"km"}', "stands for two things"),
        ('{"source":"A","target":"x","lang":"km","status":"perfect"}', "a value that it cannot have"),
        ('{"source":"A","target":"x","lang":"km","at":"yesterday"}', "a value that it cannot have"),
        ('{"source":"A","target":"x","lang":"km","inline":{"source":[],"target":[]}}', "'inline' says something else"),
        ("[" * 100_000, "this is not JSON"),
    ],
)
def test_a_bad_line_is_named(line: str, why: str) -> None:
    with pytest.raises(GlossaryError, match=f"m.jsonl, line 2: .*{why}"):
        list(jsonl.read(io.BytesIO(f"\n{line}\n".encode()), "m.jsonl", at=NOW))


def test_a_line_in_a_language_that_pubpipe_lacks_is_passed_over() -> None:
    data = b'{"source":"A","target":"x","lang":"fr"}\n{"source":"A","target":"x","lang":"km-KH"}\n'
    assert [u.language for u in jsonl.read(io.BytesIO(data), "m.jsonl", at=NOW)] == ["km"]
