"""The review document out and back: whatever people and programs did to it, each edit lands on its own segment."""

from __future__ import annotations

import io
import random
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from pubpipe.errors import ReviewError
from pubpipe.exchange import review_docx
from pubpipe.exchange.bilingual import Returned, Sheet
from pubpipe.exchange.intake import Intake, take_in
from pubpipe.languages import TARGETS
from tests.unit.exchange import edit_scripts as edits
from tests.unit.exchange.edit_scripts import Script

SCRIPTS = 240
RESAVED = 200


def read(data: bytes) -> Returned:
    return review_docx.read(data, "rights.docx")


def taken(data: bytes, sheet: Sheet, present: Sheet | None = None, base: Sheet | None = None) -> Intake:
    return take_in(
        read(data), present or sheet, edits.contents(sheet), base=base, asked=tuple(r.segment for r in sheet.rows)
    )


def unedited(language: str = "km") -> Sheet:
    return edits.a_sheet(random.Random(language), language)


def assert_as_scripted(script: Script, result: Intake, *, authors: bool = True) -> None:
    assert {p.segment: p.text for p in result.proposals} == script.changed, script.done
    assert {q.segment for q in result.questions} == script.asked, (script.done, result.questions)
    assert set(result.missing) == script.missing, script.done
    assert result.unchanged == len(script.sheet.rows) - len(script.changed) - len(script.asked) - len(script.missing)
    said = [(r.number, r.author, r.text) for r in result.remarks]
    for number, author, text in script.remarks:
        found = [s for s in said if s[0] == number and text in s[2] and s[1] == author]
        assert len(found) == 1, (script.done, said)
    assert len(said) == len(script.remarks)
    if authors:
        for segment, names in script.authors.items():
            assert next(p.authors for p in result.proposals if p.segment == segment) == names


@pytest.mark.parametrize("language", sorted(TARGETS))
def test_what_nobody_touched_comes_back_unchanged(language: str) -> None:
    sheet = unedited(language)
    result = taken(review_docx.write(sheet), sheet)
    assert (result.current, result.unchanged) == (True, len(sheet.rows))
    assert (result.proposals, result.questions, result.remarks, result.missing) == ((), (), (), ())
    assert result.decision is None


def test_the_same_round_gives_the_same_bytes() -> None:
    assert review_docx.write(unedited()) == review_docx.write(unedited())


@pytest.mark.parametrize("seed", range(SCRIPTS // 24))
@pytest.mark.parametrize("saver", ["Word", "Google Docs"])
def test_no_edit_is_lost_or_misplaced(seed: int, saver: str) -> None:
    for number in range(12):
        rng = random.Random(f"{seed}-{number}-{saver}")
        # a lost number takes the hidden marks of Word to be mended
        steps = (*edits.ON_ONE, edits.lose_the_number) if saver == "Word" else edits.ON_ONE
        script = edits.scripted(rng, rng.choice(sorted(TARGETS)), steps=steps)
        data = edits.saved(script.document)
        if saver == "Google Docs":
            data = edits.as_google_docs_saves_it(data)
        assert_as_scripted(script, taken(data, script.sheet))


@pytest.mark.slow
@pytest.mark.needs("libreoffice")
def test_no_edit_is_lost_or_misplaced_when_libreoffice_saved_the_file(tmp_path: Path) -> None:
    scripts = []
    for number in range(RESAVED):
        rng = random.Random(f"libreoffice-{number}")
        # LibreOffice drops an embedded object that is none
        steps = tuple(s for s in edits.ON_ONE if s is not edits.put_a_picture)
        script = edits.scripted(rng, rng.choice(sorted(TARGETS)), steps=steps)
        (tmp_path / f"{number}.docx").write_bytes(edits.saved(script.document))
        scripts.append(script)
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "docx",
            "--outdir", str(tmp_path / "out"), *[str(tmp_path / f"{n}.docx") for n in range(RESAVED)],
        ],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    for number, script in enumerate(scripts):
        assert_as_scripted(script, taken((tmp_path / f"out/{number}.docx").read_bytes(), script.sheet))


# --- identity


def changed(sheet: Sheet, change: Callable[[Script], Any]) -> bytes:
    script = Script(random.Random(1), sheet, docx.Document(io.BytesIO(review_docx.write(sheet))))
    change(script)
    return edits.saved(script.document)


def test_a_row_that_lost_number_bookmark_and_control_is_known_by_its_english() -> None:
    sheet = unedited()

    def do(script: Script) -> None:
        edits.lose_the_number(script, sheet.rows[2])

    (proposal,) = taken(edits.as_google_docs_saves_it(changed(sheet, do)), sheet).proposals
    assert proposal.segment == sheet.rows[2].segment


def test_a_number_that_find_and_replace_turned_into_another_one_is_not_believed() -> None:
    sheet = unedited()
    text = "ថ្មី" * 9

    def do(script: Script) -> None:
        for row in sheet.rows[2:4]:
            place = edits.holder(script.cell(row, edits.TARGET))
            edits.empty(place)
            place.append(edits.run(text))
        number = next(script.cell(sheet.rows[2], edits.NUMBER).iter(qn("w:t")))
        number.text = str(sheet.rows[3].number)

    result = taken(edits.as_google_docs_saves_it(changed(sheet, do)), sheet)
    assert {p.segment for p in result.proposals} == {r.segment for r in sheet.rows[2:4] if "<" not in r.source}
    assert {p.segment for p in result.proposals} | {q.segment for q in result.questions} == {
        r.segment for r in sheet.rows[2:4]
    }


def test_a_row_whose_number_and_english_disagree_is_asked_about() -> None:
    sheet = unedited()

    def do(script: Script) -> None:
        one, two = script.tr(sheet.rows[1]), script.tr(sheet.rows[2])
        a, b = one.findall(qn("w:tc"))[edits.SOURCE], two.findall(qn("w:tc"))[edits.SOURCE]
        here, there = a.find(qn("w:p")), b.find(qn("w:p"))
        a.append(there)
        b.append(here)
        edits.holder(one.findall(qn("w:tc"))[edits.TARGET]).append(edits.run("ថ្មី"))

    result = taken(changed(sheet, do), sheet)
    assert not result.proposals
    assert {q.what for q in result.questions} == {"its number and its English belong to different sentences"}
    assert {r.number for r in sheet.rows[1:3]} <= set(result.missing), "they did not come back for sure"


def test_two_different_copies_of_a_row_are_asked_about() -> None:
    sheet = unedited()

    def do(script: Script) -> None:
        tr = script.tr(sheet.rows[2])
        edits.type_over(script, sheet.rows[2])
        tr.addnext(edits.copy.deepcopy(tr))
        edits.type_over(script, sheet.rows[2])

    result = taken(changed(sheet, do), sheet)
    assert not result.proposals
    assert len({q.theirs for q in result.questions if q.segment == sheet.rows[2].segment}) == 2


def test_a_new_row_is_asked_about_and_text_around_the_table_is_a_remark() -> None:
    sheet = unedited()

    def do(script: Script) -> None:
        cells = script.table.add_row().cells
        cells[edits.TARGET].paragraphs[0].add_run("ប្រយោគថ្មី")
        script.document.add_paragraph("The title page is missing.")

    result = taken(changed(sheet, do), sheet)
    assert [(q.segment, q.theirs) for q in result.questions] == [(None, "ប្រយោគថ្មី")]
    assert [r.text for r in result.remarks] == ["The title page is missing."]
    assert result.unchanged == len(sheet.rows)


def test_a_deleted_column_of_information_changes_nothing() -> None:
    sheet = unedited()

    def do(script: Script) -> None:
        for tr in script.table._tbl.findall(qn("w:tr")):
            tr.remove(tr.findall(qn("w:tc"))[edits.ABOUT])
        cell = script.tr(sheet.rows[0]).findall(qn("w:tc"))[edits.TARGET]
        edits.holder(cell).append(edits.run("។"))

    result = taken(changed(sheet, do), sheet)
    assert [p.segment for p in result.proposals] == [sheet.rows[0].segment]
    assert not result.questions


def test_hidden_text_is_asked_about() -> None:
    sheet = unedited()

    def do(script: Script) -> None:
        run = edits.run("unseen")
        properties = edits.OxmlElement("w:rPr")
        properties.append(edits.OxmlElement("w:vanish"))
        run.insert(0, properties)
        place = edits.holder(script.cell(sheet.rows[0], edits.TARGET))
        place.extend([run, edits.run("។")])

    (question,) = taken(changed(sheet, do), sheet).questions
    assert "hidden text" in question.what


# --- three ways


def moved(sheet: Sheet, place: int, target: str) -> Sheet:
    """The edition after somebody else changed one translation: another round."""
    from pubpipe import identity
    from pubpipe.model import from_markup

    row = sheet.rows[place]
    content = edits.contents(sheet)[row.segment]
    new = row.model_copy(update={"target": target, "base": identity.content_hash(from_markup(target, content))})
    rows = (*sheet.rows[:place], new, *sheet.rows[place + 1 :])
    return sheet.model_copy(update={"rows": rows, "digest": identity.digest("later")})


def plain_rows(sheet: Sheet) -> list[int]:
    return [n for n, row in enumerate(sheet.rows) if "<" not in row.source and row.target]


@pytest.mark.parametrize("on_record", [True, False])
def test_a_stale_base_is_shown_three_ways_and_not_taken(on_record: bool) -> None:
    sheet = unedited()
    stale, fresh = plain_rows(sheet)[:2]
    present = moved(sheet, stale, "ពាក្យ របស់ អ្នក ផ្សេង")

    def do(script: Script) -> None:
        for place in (stale, fresh):
            edits.holder(script.cell(sheet.rows[place], edits.TARGET)).append(edits.run("។"))

    data = changed(sheet, do)
    result = taken(data, sheet, present, sheet if on_record else None)
    assert not result.current
    assert [p.segment for p in result.proposals] == [sheet.rows[fresh].segment]
    (question,) = result.questions
    assert question.segment == sheet.rows[stale].segment
    assert question.theirs == sheet.rows[stale].target + "។"
    assert question.now == "ពាក្យ របស់ អ្នក ផ្សេង"
    assert question.was == (sheet.rows[stale].target if on_record else None)


def test_the_same_change_made_by_somebody_else_meanwhile_is_no_question() -> None:
    sheet = unedited()
    place = plain_rows(sheet)[0]
    present = moved(sheet, place, sheet.rows[place].target + "។")

    def do(script: Script) -> None:
        edits.holder(script.cell(sheet.rows[place], edits.TARGET)).append(edits.run("។"))

    result = taken(changed(sheet, do), sheet, present, sheet)
    assert (result.proposals, result.questions, result.unchanged) == ((), (), len(sheet.rows))


def test_an_untouched_old_file_does_not_undo_what_was_done_since() -> None:
    sheet = unedited()
    present = moved(sheet, plain_rows(sheet)[0], "ពាក្យ ថ្មី")
    for base in (sheet, None):
        result = taken(review_docx.write(sheet), sheet, present, base)
        assert not result.proposals
    assert len(result.questions) <= 1, "without the record the file cannot show that nobody touched it"


def test_a_row_pasted_from_an_older_file_is_not_taken_for_a_new_edit() -> None:
    old = unedited()
    place = plain_rows(old)[0]
    present = moved(old, place, "ពាក្យ ថ្មី")
    older = docx.Document(io.BytesIO(review_docx.write(old)))

    def do(script: Script) -> None:
        theirs = Script(random.Random(1), old, older).tr(old.rows[place])
        tr = script.tr(old.rows[place])
        tr.addprevious(edits.copy.deepcopy(theirs))
        script.table._tbl.remove(tr)

    result = taken(changed(present, do), present)
    assert result.current
    assert not result.proposals
    assert [q.segment for q in result.questions] == [old.rows[place].segment]


# --- the decision


@pytest.mark.parametrize(
    ("written", "decision"),
    [
        ("approve", "approve"),
        ("Approved.", "approve"),
        ("____ request changes", "request_changes"),
        ("REJECT", "reject"),
        ("rejected", "reject"),
        ("____", None),
        ("", None),
    ],
)
def test_the_decision_line_is_read(written: str, decision: str | None) -> None:
    result = taken(signed(unedited(), written, "Sokha Chan"), unedited())
    assert (result.decision, result.reviewer, result.questions) == (decision, "Sokha Chan", ())


@pytest.mark.parametrize("written", ["approve / reject", "not approve", "yes", "approve?"])
def test_an_unclear_decision_is_none(written: str) -> None:
    result = taken(signed(unedited(), written, "Sokha Chan"), unedited())
    assert result.decision is None
    assert [q.theirs for q in result.questions] == [written]


def signed(sheet: Sheet, decision: str, name: str) -> bytes:
    document = docx.Document(io.BytesIO(review_docx.write(sheet)))
    fill_in(document, decision, name)
    return edits.saved(document)


def fill_in(document: Any, decision: str, name: str) -> None:
    for paragraph in document.element.body.findall(qn("w:p")):
        for label, value in (("Decision: ", decision), ("Your name: ", name)):
            if edits.text_of(paragraph).startswith(label):
                placeholder = paragraph.find(f".//{qn('w:showingPlcHdr')}")
                if placeholder is not None:
                    placeholder.getparent().remove(placeholder)
                content = edits.holder(paragraph)
                edits.empty(content)
                content.append(edits.run(value))


# --- hostile files


def rezipped(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as other:
        for name in archive.namelist():
            part = change(name, archive.read(name))
            if part is not None:
                other.writestr(name, part)
    return out.getvalue()


def test_entities_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><w:document xmlns:w="x">&a;</w:document>'
    data = rezipped(review_docx.write(unedited()), lambda n, d: bomb if n == "word/document.xml" else d)
    with pytest.raises(ReviewError, match="entities"):
        read(data)


def test_a_part_that_unpacks_to_a_huge_size_is_refused() -> None:
    big = b"<x>" + b" " * 50_000_000 + b"</x>"
    data = rezipped(review_docx.write(unedited()), lambda n, d: big if n == "word/document.xml" else d)
    assert len(data) < 200_000
    with pytest.raises(ReviewError, match="unpacks to more"):
        read(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"hello", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"PK\x03\x04" + b"\0" * 200],
    ids=["empty", "two letters", "text", "locked", "rubbish"],
)
def test_a_file_that_is_no_docx_is_refused_with_a_way_out(data: bytes) -> None:
    with pytest.raises(ReviewError) as caught:
        read(data)
    assert caught.value.remedy


def test_a_truncated_file_is_refused() -> None:
    with pytest.raises(ReviewError):
        read(review_docx.write(unedited())[:-300])


def test_broken_xml_is_refused_with_its_line() -> None:
    data = rezipped(review_docx.write(unedited()), lambda n, d: d[:-40] if n == "word/document.xml" else d)
    with pytest.raises(ReviewError, match="line "):
        read(data)


def test_a_spreadsheet_is_no_review() -> None:
    data = rezipped(review_docx.write(unedited()), lambda n, d: None if n.startswith("word/") else d)
    with pytest.raises(ReviewError, match="no Word document"):
        read(data)


def mangled(rng: random.Random, data: bytes) -> bytes:
    """The document after elements were taken out, doubled and moved about at random."""
    from lxml import etree

    root = etree.fromstring(data)
    for _ in range(rng.randint(1, 12)):
        elements = [e for e in root.iter() if e.getparent() is not None]
        if not elements:
            break
        element, other = rng.choice(elements), rng.choice(elements)
        what = rng.randrange(4)
        if what == 0:
            element.getparent().remove(element)
        elif what == 1:
            element.addnext(edits.copy.deepcopy(element))
        elif what == 2 and element not in other.iterancestors() and element is not other:
            other.append(element)
        elif element.attrib:
            element.attrib[rng.choice(sorted(element.attrib))] = rng.choice(["", "-1", "ក", "999999999999", "pp::"])
    return etree.tostring(root)


@pytest.mark.parametrize("seed", range(10))
def test_a_mangled_document_never_breaks_the_reader_nor_puts_a_text_on_another_segment(seed: int) -> None:
    rng = random.Random(seed)
    sheet = unedited("th")
    ours = {row.segment: row.target for row in sheet.rows}
    original = review_docx.write(sheet)
    for _ in range(20):
        data = rezipped(original, lambda n, d: mangled(rng, d) if n == "word/document.xml" else d)
        try:
            result = taken(data, sheet)
        except ReviewError:
            continue
        for proposal in result.proposals:
            others = {target for segment, target in ours.items() if segment != proposal.segment and target}
            assert proposal.text not in others or proposal.text in copies(data, proposal.text)


def copies(data: bytes, text: str) -> set[str]:
    """The text, if it stands in the document more than once: a copy is somebody's will, a move is asked about."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = "".join(docx.oxml.parse_xml(archive.read("word/document.xml")).itertext())
    return {text} if body.count(text) > 1 else set()


def test_a_forged_base_gives_a_question_at_most() -> None:
    sheet = unedited()
    place = plain_rows(sheet)[0]

    def forge(name: str, data: bytes) -> bytes:
        base = (sheet.rows[place].base or "")[:12].encode()
        return data.replace(base, b"0" * 12) if name == "word/document.xml" else data

    def do(script: Script) -> None:
        edits.holder(script.cell(sheet.rows[place], edits.TARGET)).append(edits.run("។"))

    result = taken(rezipped(changed(sheet, do), forge), sheet)
    assert not result.proposals
    assert [q.was for q in result.questions] == [None]
