"""A review as XLIFF: what goes out comes back, and what tools in the field make of it is read."""

from __future__ import annotations

import copy
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe import identity
from pubpipe.errors import ReviewError
from pubpipe.exchange import xliff
from pubpipe.exchange.bilingual import Sheet, SheetRow
from pubpipe.exchange.intake import Intake, take_in
from pubpipe.exchange.lines import content_of
from pubpipe.model import Placeholder, TagClose, TagOpen, Text, tidy, to_markup
from tests.unit.exchange import edit_scripts as edits

WRITERS = {"2.1": xliff.write, "1.2": xliff.write_1_2}
texts = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=15)


def sheet() -> Sheet:
    return edits.a_sheet(random.Random(5), "km")


def taken(data: bytes, made: Sheet) -> Intake:
    return take_in(xliff.read(data, "r.xlf"), made, edits.contents(made))


def one(source: str, target: str) -> Sheet:
    row = SheetRow(segment="0123456789ab-1", number=1, source=source, target=target, base=identity.digest("x"))
    return sheet().model_copy(update={"rows": (row,)})


@pytest.mark.parametrize("version", WRITERS)
@given(parts=st.lists(texts, min_size=5, max_size=5), nested=st.booleans(), broken=st.integers(0, 4))
@settings(max_examples=80)
def test_text_and_tags_come_back_exactly_as_they_were(
    version: str, parts: list[str], nested: bool, broken: int
) -> None:
    one_, two = TagOpen(id=1, kind="span"), TagOpen(id=2, kind="span")
    a, b = TagClose(id=1), TagClose(id=2)
    close = (b, a) if nested else (a, b)
    words = [Text(text=p) for p in parts]
    source = tidy(
        (words[0], one_, words[1], two, words[2], close[0], words[3], close[1], Placeholder(id=3, kind="raw"))
    )
    damaged = list(source)
    if broken:
        marks = [n for n, item in enumerate(damaged) if not isinstance(item, Text)]
        del damaged[marks[broken % len(marks)]]
        damaged.append(Placeholder(id=3, kind="raw"))
    made = one(to_markup(source), to_markup(tidy(damaged)))
    (row,) = xliff.read(WRITERS[version](made), "r.xlf").rows
    assert content_of(row.source or "") == source
    assert row.target == made.rows[0].target if any(p.strip() for p in parts) else True


def test_control_characters_survive_in_2_1() -> None:
    (row,) = xliff.read(xliff.write(one("a\x01b\tc\nd\re", "x\x02y")), "r.xlf").rows
    assert (row.source, row.target) == ("a\x01b\tc\nd\re", "x\x02y")


@pytest.mark.parametrize("version", WRITERS)
def test_what_nobody_touched_comes_back_unchanged(version: str) -> None:
    made = sheet()
    result = taken(WRITERS[version](made), made)
    assert (result.current, result.unchanged) == (True, len(made.rows))
    assert (result.proposals, result.questions, result.missing) == ((), (), ())
    assert WRITERS[version](made) == WRITERS[version](made)


@pytest.mark.parametrize("version", WRITERS)
@pytest.mark.parametrize("seed", range(10))
def test_edits_reach_their_segments_whatever_the_order(version: str, seed: int) -> None:
    rng = random.Random(seed)
    made = sheet()
    wanted = {}
    rows = []
    for row in made.rows:
        target = row.target
        if rng.random() < 0.4 and target:
            target = wanted[row.segment] = target + rng.choice("កខគ")
        rows.append(row.model_copy(update={"target": target}))
    rng.shuffle(rows)
    gone = rows.pop()
    wanted.pop(gone.segment, None)
    data = WRITERS[version](made.model_copy(update={"rows": tuple(rows)}))
    # the tool kept our base hashes: the edited rows' own hash never changed
    result = taken(data, made)
    assert {p.segment: p.text for p in result.proposals} == wanted
    assert not result.questions


def test_a_unit_that_a_tool_cut_into_parts_is_joined_in_the_order_of_the_target() -> None:
    made = one("First one. Second one.", "")
    cut = (
        '<segment state="final"><source>First one.</source><target order="3">ក។</target></segment>'
        "<ignorable><source> </source></ignorable>"
        '<segment state="translated"><source>Second one.</source><target order="1">ខ។</target></segment>'
    )
    data = xliff.write(made).decode()
    start, end = data.index("<segment"), data.index("</segment>") + len("</segment>")
    (row,) = xliff.read((data[:start] + cut + data[end:]).encode(), "r.xlf").rows
    assert (row.source, row.target, row.state) == ("First one. Second one.", "ខ។ ក។", "translated")


def test_a_unit_of_which_a_part_is_untranslated_is_asked_about() -> None:
    made = one("First one. Second one.", "ក។ ខ។")
    cut = (
        "<segment><source>First one. </source><target>គ។</target></segment>"
        "<segment><source>Second one.</source></segment>"
    )
    data = xliff.write(made).decode()
    start, end = data.index("<segment"), data.index("</segment>") + len("</segment>")
    result = taken((data[:start] + cut + data[end:]).encode(), made)
    assert not result.proposals
    assert len(result.questions) == 1


@pytest.mark.parametrize(
    ("target", "markup"),
    [
        ('<g id="1">ក</g><x id="2"/>', "<1>ក</1><2/>"),
        ('<bx id="1"/>ក<ex id="1"/><ph id="2">&lt;br/></ph>', "<1>ក</1><2/>"),
        ('<bpt id="1">{b}</bpt>ក<ept id="1">{/b}</ept><it id="2" pos="open">x</it>', "<1>ក</1><2/>"),
        ('<mrk mtype="seg" mid="1"><g id="1">ក</g></mrk><x id="2"/>', "<1>ក</1><2/>"),
    ],
)
def test_the_inline_elements_of_1_2_are_read(target: str, markup: str) -> None:
    made = one("<1>A</1><2/>", "")
    data = xliff.write_1_2(made).decode().replace("</source>", f"</source><target>{target}</target>")
    (row,) = xliff.read(data.encode(), "r.xlf").rows
    assert row.target == markup


def test_a_tag_that_a_tool_made_up_is_asked_about() -> None:
    made = one("A.", "ក")
    data = xliff.write(made).decode().replace("<target>ក", '<target>ក<ph id="mine"/>')
    (question,) = take_in(xliff.read(data.encode(), "r.xlf"), made, {made.rows[0].segment: content_of("A.")}).questions
    assert "marks are damaged" in question.what


@pytest.mark.parametrize("code", ["D800", "110000", "", "x", "-1"])
def test_a_character_that_is_none_is_left_out(code: str) -> None:
    data = xliff.write(one("A.", "ក")).decode().replace("<target>ក", f'<target>ក<cp hex="{code}"/>')
    assert xliff.read(data.encode(), "r.xlf").rows[0].target == "ក"


def mangled(rng: random.Random, data: bytes) -> bytes:
    from lxml import etree

    root = etree.fromstring(data)
    for _ in range(rng.randint(1, 8)):
        elements = [e for e in root.iter() if e.getparent() is not None]
        if not elements:
            break
        element, other = rng.choice(elements), rng.choice(elements)
        what = rng.randrange(4)
        if what == 0:
            element.getparent().remove(element)
        elif what == 1:
            element.addnext(copy.deepcopy(element))
        elif what == 2 and element not in other.iterancestors() and element is not other:
            other.append(element)
        elif element.attrib:
            element.attrib[rng.choice(sorted(element.attrib))] = rng.choice(["", "-1", "ក", "²", "9" * 20])
    return etree.tostring(root)


@pytest.mark.parametrize("version", WRITERS)
def test_a_mangled_file_is_read_or_refused_and_moves_no_text(version: str) -> None:
    rng = random.Random(version)
    made = sheet()
    ours = {row.segment: row.target for row in made.rows}
    for _ in range(150):
        try:
            result = taken(mangled(rng, WRITERS[version](made)), made)
        except ReviewError:
            continue
        for proposal in result.proposals:
            assert proposal.text not in {t for s, t in ours.items() if s != proposal.segment and t}


def test_notes_of_people_are_remarks_and_our_own_are_not() -> None:
    made = sheet()
    data = xliff.write_1_2(made).decode().replace("</trans-unit>", '<note from="Dara">Check.</note></trans-unit>', 1)
    assert [(r.author, r.text) for r in taken(data.encode(), made).remarks] == [("Dara", "Check.")]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<xliff version='2.1'><file>", "line 1"),
        (b"\n<xliff version='3.0'/>", "line 2"),
        (b"<xliff version='1.2'/>", "no file"),
        (b"<tmx/>", "no XLIFF"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><xliff version='2.1'>&a;</xliff>", "entities"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(data: bytes, why: str) -> None:
    with pytest.raises(ReviewError, match=why):
        xliff.read(data, "r.xlf")
