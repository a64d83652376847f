"""A review as a spreadsheet: what goes out comes back, whatever was sorted, deleted, merged or guessed at."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

import pytest

from pubpipe.errors import ReviewError
from pubpipe.exchange import review_docx, xlsx
from pubpipe.exchange.bilingual import Sheet
from pubpipe.exchange.intake import Intake, take_in
from pubpipe.languages import TARGETS
from tests.unit.exchange import edit_scripts as edits
from tests.unit.exchange.test_review_docx import rezipped

PLACE = "xl/worksheets/sheet1.xml"


def a_sheet(language: str = "km") -> Sheet:
    return edits.a_sheet(random.Random(language), language)


def taken(data: bytes, made: Sheet) -> Intake:
    asked = tuple(r.segment for r in made.rows)
    return take_in(xlsx.read(data, "r.xlsx"), made, edits.contents(made), asked=asked)


def changed(made: Sheet, change: Callable[[str], str]) -> bytes:
    def part(name: str, data: bytes) -> bytes:
        return change(data.decode()).encode() if name == PLACE else data

    return rezipped(xlsx.write(made), part)


def row_xml(made: Sheet, place: int, xml: str) -> str:
    found = re.search(rf'<row r="{7 + place}">.*?</row>', xml)
    assert found
    return found[0]


def in_cell(xml: str, place: int, column: str, cell: str) -> str:
    return re.sub(rf'<c r="{column}{7 + place}"[^>]*?(/>|>.*?</c>)', lambda m: cell, xml)


@pytest.mark.parametrize("language", sorted(TARGETS))
def test_what_nobody_touched_comes_back_unchanged(language: str) -> None:
    made = a_sheet(language)
    result = taken(xlsx.write(made), made)
    assert (result.current, result.unchanged) == (True, len(made.rows))
    assert (result.proposals, result.questions, result.remarks, result.missing) == ((), (), (), ())
    assert xlsx.write(made) == xlsx.write(made)


def edited(rng: random.Random, made: Sheet) -> tuple[bytes, dict[str, str], set[int]]:
    """(the file after some rows were edited, deleted and all were sorted; new texts; deleted numbers)."""
    wanted, gone, rows = {}, set(), []
    for row in made.rows:
        target = row.target
        if rng.random() < 0.2:
            gone.add(row.number)
            continue
        if rng.random() < 0.4 and target:
            target = wanted[row.segment] = target + rng.choice(TARGETS[made.language].sample.split())
        rows.append(row.model_copy(update={"target": target}))
    rng.shuffle(rows)
    data = xlsx.write(made.model_copy(update={"rows": tuple(rows)}))
    whole = xlsx.write(made)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        properties = archive.read("docProps/custom.xml")
    return rezipped(data, lambda n, d: properties if n == "docProps/custom.xml" else d), wanted, gone


@pytest.mark.parametrize("seed", range(20))
def test_edits_reach_their_segments_whatever_the_order(seed: int) -> None:
    rng = random.Random(seed)
    made = edits.a_sheet(rng, rng.choice(sorted(TARGETS)))
    data, wanted, gone = edited(rng, made)
    result = taken(data, made)
    assert {p.segment: p.text for p in result.proposals} == wanted
    assert (result.questions, set(result.missing)) == ((), gone)


def test_the_readings_that_japanese_excel_adds_are_no_text() -> None:
    made = a_sheet("ja")
    place = next(n for n, r in enumerate(made.rows) if "<" not in r.source)
    cell = (
        f'<c r="D{7 + place}" t="inlineStr"><is><r><t>東京</t></r><r><t>で働く</t></r>'
        '<rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>'
    )
    (proposal,) = taken(changed(made, lambda xml: in_cell(xml, place, "D", cell)), made).proposals
    assert proposal.text == "東京で働く"


@pytest.mark.parametrize("cell", ['<c r="{0}"><v>43831</v></c>', '<c r="{0}" t="str"><f>1+1</f><v>2</v></c>'])
def test_a_date_or_formula_that_the_program_made_is_asked_about(cell: str) -> None:
    made = a_sheet()
    result = taken(changed(made, lambda xml: in_cell(xml, 1, "D", cell.format("D8"))), made)
    assert result.proposals == ()
    assert ["number or formula" in q.what for q in result.questions] == [True]


def test_merged_cells_are_asked_about() -> None:
    made = a_sheet()
    merge = '</sheetData><mergeCells count="1"><mergeCell ref="D8:D9"/></mergeCells>'
    result = taken(changed(made, lambda xml: xml.replace("</sheetData>", merge)), made)
    assert {q.segment for q in result.questions} == {made.rows[1].segment, made.rows[2].segment}


def test_a_column_that_was_sorted_alone_is_asked_about() -> None:
    made = a_sheet()
    sources = [r.source for r in made.rows]

    def rotate(xml: str) -> str:
        for place, source in enumerate(sources):
            words = sources[place - 1].replace("<", "&lt;").replace(">", "&gt;")
            assert source != sources[place - 1]
            xml = in_cell(xml, place, "C", f'<c r="C{7 + place}" t="inlineStr"><is><t>{words}</t></is></c>')
        return xml

    result = taken(changed(made, rotate), made)
    assert result.proposals == ()
    assert result.unchanged == 0
    assert len(result.questions) == sum(bool(r.target) for r in made.rows)


def test_decision_name_remarks_and_comments_are_read() -> None:
    made = a_sheet()

    def fill(xml: str) -> str:
        for cell, words in (("C3", "request changes"), ("C4", "Sokha Chan"), ("F8", "Please check")):
            new = f'<c r="{cell}" t="inlineStr"><is><t>{words}</t></is></c>'
            xml = re.sub(rf'<c r="{cell}"[^>]*/>', new, xml)
        return xml

    result = taken(changed(made, fill), made)
    assert (result.decision, result.reviewer) == ("request_changes", "Sokha Chan")
    assert [(r.number, r.text) for r in result.remarks] == [(made.rows[1].number, "Please check")]


def test_text_that_looks_like_an_escape_comes_back_as_it_was() -> None:
    made = a_sheet()
    row = made.rows[1].model_copy(update={"source": "A _x000D_ b", "target": "x _x0041_ =1+1 '5"})
    (back,) = xlsx.read(xlsx.write(made.model_copy(update={"rows": (row,)})), "r.xlsx").rows
    assert (back.source, back.target) == (row.source, row.target)


def test_half_a_character_is_left_out() -> None:
    made = a_sheet()
    cell = '<c r="D8" t="inlineStr"><is><t>ក_xD800_ខ</t></is></c>'
    (proposal,) = taken(changed(made, lambda xml: in_cell(xml, 1, "D", cell)), made).proposals
    assert proposal.text == "កខ"


def test_another_file_is_refused() -> None:
    with pytest.raises(ReviewError, match="no spreadsheet"):
        xlsx.read(review_docx.write(a_sheet()), "r.xlsx")
    empty = changed(a_sheet(), lambda xml: re.sub("<sheetData>.*</sheetData>", "<sheetData/>", xml, flags=re.DOTALL))
    with pytest.raises(ReviewError, match="no sheet of a review"):
        xlsx.read(empty, "r.xlsx")
    bomb = rezipped(xlsx.write(a_sheet()), lambda n, d: b"<!DOCTYPE x>" + d if n == PLACE else d)
    with pytest.raises(ReviewError, match="DOCTYPE"):
        xlsx.read(bomb, "r.xlsx")
