"""Other people's TMX: what tools in the field write, and what an attacker would."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest

from pubpipe.errors import GlossaryError
from pubpipe.exchange import tmx
from pubpipe.model import MemoryUnit, TagOpen, plain, tag_problems, to_markup

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
HEAD = (
    '<?xml version="1.0"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4">\n'
    '<header creationtool="Other" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en" '
    'srclang="en-US" datatype="plaintext"/>\n<body>\n'
)
TAIL = "\n</body></tmx>"


def read(body: str, language: str | None = None) -> list[MemoryUnit]:
    data = (HEAD + body + TAIL).encode()
    return list(tmx.read(io.BytesIO(data), "theirs.tmx", at=NOW, language=language))


def pair(source: str, target: str, code: str = "km-KH") -> str:
    return f'<tu><tuv xml:lang="EN-US"><seg>{source}</seg></tuv><tuv xml:lang="{code}"><seg>{target}</seg></tuv></tu>'


@pytest.mark.parametrize("code", ["km", "KM", "km-KH", "km_KH", "km-Khmr-KH"])
def test_a_language_is_known_however_it_is_written(code: str) -> None:
    assert [u.language for u in read(pair("The law.", "ច្បាប់", code))] == ["km"]


def test_several_languages_and_unknown_ones_in_one_unit() -> None:
    body = (
        '<tu changedate="20200102T030405Z" changeid="SOKHA"><tuv lang="en"><seg>The law.</seg></tuv>'
        '<tuv lang="ja"><seg>法律</seg></tuv><tuv lang="xx"><seg>?</seg></tuv><tuv lang="th"><seg>กฎหมาย</seg></tuv></tu>'
        '<tu><tuv lang="fr"><seg>La loi.</seg></tuv><tuv lang="km"><seg>ច្បាប់</seg></tuv></tu>'
    )
    units = read(body)
    assert [(u.language, plain(u.target)) for u in units] == [("ja", "法律"), ("th", "กฎหมาย")]
    assert units[0].at == dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert (units[0].reviewer, units[0].origin, units[0].status) == ("SOKHA", "theirs.tmx", "draft")


@pytest.mark.parametrize(
    ("source", "target", "markup", "target_markup"),
    [
        (
            'Read <bpt i="1" type="bold">&lt;b&gt;</bpt>this<ept i="1">&lt;/b&gt;</ept>.',
            '<bpt i="1" type="bold">&lt;b&gt;</bpt>អាន<ept i="1">&lt;/b&gt;</ept>',
            "Read <1>this</1>.",
            "<1>អាន</1>",
        ),
        ('One<ph x="1">&lt;br/&gt;</ph>two', 'មួយ<ph x="1"/>ពីរ', "One<1/>two", "មួយ<1/>ពីរ"),
        ('A <hi type="italic">b</hi> c', '<hi type="italic">ខ</hi>', "A <1>b</1> c", "<1>ខ</1>"),
        ('A <it pos="begin">&lt;b&gt;</it>b', 'ក<it pos="begin"/>', "A <1/>b", "ក<1/>"),
        ("A <ut>{\\b</ut>b", "ក<ut/>", "A <1/>b", "ក<1/>"),
        ("A <mrk>b</mrk> c", "ក", "A b c", "ក"),
        ('A <bpt i="1"/>b', 'ក<bpt i="1"/>', "A <1/>b", "ក<1/>"),
        ('A<ept i="9"/> b', 'ក<ept i="9"/>', "A<1/> b", "ក<1/>"),
        (
            'A <bpt i="1" x="5"/><bpt i="2" x="6"/>b<ept i="2"/><ept i="1"/>',
            '<bpt i="1" x="6"/>ខ<ept i="1"/><bpt i="2" x="5"/>ក<ept i="2"/>',
            "A <1><2>b</2></1>",
            "<2>ខ</2><1>ក</1>",
        ),
        ('<bpt i="1">x<sub>note</sub></bpt>A<ept i="1"/>', '<bpt i="1"/>ក<ept i="1"/>', "<1>A</1>", "<1>ក</1>"),
    ],
)
def test_inline_elements_become_tags_that_correspond(source: str, target: str, markup: str, target_markup: str) -> None:
    (unit,) = read(pair(source, target))
    assert (to_markup(unit.source), to_markup(unit.target)) == (markup, target_markup)
    assert tag_problems(unit.source, unit.target) == ()


def test_the_kind_of_a_tag_is_taken_from_its_type() -> None:
    (unit,) = read(pair('<bpt i="1" type="italic"/>A<ept i="1"/>', "ក"))
    assert [i.kind for i in unit.source if isinstance(i, TagOpen)] == ["emphasis"]


def test_empty_sides_are_passed_over() -> None:
    assert read(pair("", "ក") + pair("A", " ") + pair("A", "<ph/>") + "<tu/>") == []


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("<tu><tuv xml:lang='en'><seg>A</tuv></tu>", 6),
        ("\n\n<tu>&undefined;</tu>", 8),
        ("<tu><tuv xml:lang='en'><seg>" + "x" * 1_100_000 + "</seg></tuv></tu>", 6),
        ("<a>" * 100, 6),
    ],
)
def test_broken_or_monstrous_xml_is_refused_at_its_line(body: str, line: int) -> None:
    with pytest.raises(GlossaryError, match=rf"theirs\.tmx, line {line}"):
        read(body)


def test_a_truncated_file_gives_its_first_units_and_then_the_error() -> None:
    data = (HEAD + pair("One.", "មួយ") + "<tu><tuv xml:lang='en'><seg>Tw").encode()
    units = tmx.read(io.BytesIO(data), "theirs.tmx", at=NOW)
    assert plain(next(units).source) == "One."
    with pytest.raises(GlossaryError):
        next(units)


def test_entities_are_refused_and_nothing_outside_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    bombs = [
        '<!DOCTYPE tmx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<tmx><body>&b;</body></tmx>',
        f'<!DOCTYPE tmx [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>\n<tmx><body>&x;</body></tmx>',
        f'<!DOCTYPE tmx [<!ENTITY % x SYSTEM "file://{tmp_path}/secret"> %x;]>\n<tmx><body/></tmx>',
    ]
    for bomb in bombs:
        with pytest.raises(GlossaryError, match="entities"):
            list(tmx.read(io.BytesIO(bomb.encode()), "bomb.tmx", at=NOW))


def test_a_file_that_only_says_it_is_ours_is_still_checked() -> None:
    body = HEAD.replace('"Other"', '"pubpipe"') + pair('<bpt i="1">evil</bpt>A<ept i="1"/>', "ក") + TAIL
    with pytest.raises(GlossaryError, match="not as pubpipe writes it"):
        list(tmx.read(io.BytesIO(body.encode()), "x.tmx", at=NOW))


def test_a_thousand_units_are_read_one_after_the_other() -> None:
    body = "".join(pair(f"Sentence {n}.", f"ប្រយោគ {n}") for n in range(3000))
    units = read(body)
    assert len(units) == 3000
    assert plain(units[2999].target) == "ប្រយោគ 2999"
