"""A review that travels as a file ends in the same record as the form, or in a question; never in a silent loss."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from pubpipe import pipeline
from pubpipe.errors import ReviewError
from pubpipe.exchange.bilingual import Decision, Sheet, sheet
from pubpipe.exchange.intake import Intake
from pubpipe.model import ReviewRequest, plain
from pubpipe.pipeline import Workspace, offline
from tests.e2e.commands import done, pubpipe, workspace
from tests.unit.exchange import edit_scripts as edits
from tests.unit.exchange.edit_scripts import Script
from tests.unit.exchange.test_review_docx import fill_in, rezipped

NAME = "rights.km.review.docx"
REVIEWER = "Sokha Chan"


@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which Khmer and Burmese wait for the language review."""
    folder = workspace(tmp_path_factory.mktemp("offline") / "ws")
    done(pubpipe("publish", "rights.md", "--languages", "km,my", cwd=folder))
    return folder


@pytest.fixture
def ws(translated: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(translated, tmp_path / "ws")
    with pipeline.open_workspace(tmp_path / "ws") as opened:
        yield opened


def waiting(ws: Workspace, language: str = "km") -> ReviewRequest:
    request = pipeline.next_review(ws, "rights", language)
    assert request is not None
    return request


class Reviewer:
    """Somebody with Word, who has been sent the round that waits."""

    def __init__(self, ws: Workspace, language: str = "km", whole: bool = False) -> None:
        self.sheet: Sheet = sheet(waiting(ws, language), whole=whole)
        data = offline.export(ws, "rights", language, "word", whole=whole).data
        self.script = Script(random.Random(1), self.sheet, docx.Document(io.BytesIO(data)))

    def types(self, place: int, text: str) -> Reviewer:
        cell = edits.holder(self.script.cell(self.sheet.rows[place], edits.TARGET))
        edits.empty(cell)
        cell.append(edits.run(text))
        return self

    def does(self, step: Callable[[Script, Any], None], place: int) -> Reviewer:
        step(self.script, self.sheet.rows[place])
        return self

    def decides(self, decision: str, name: str = REVIEWER) -> Reviewer:
        fill_in(self.script.document, decision, name)
        return self

    def sends(self) -> bytes:
        return edits.saved(self.script.document)


def handed_in(ws: Workspace, data: bytes, **more: Any) -> tuple[Intake, offline.Verdict, tuple[str, ...]]:
    taken, request = offline.take(ws, data, NAME)
    verdict = offline.settle(ws, taken, request, name=NAME, data=data, **more)
    problems = pipeline.take_answer(ws, request, verdict.answer) if verdict.answer else ()
    return taken, verdict, problems


def translation(ws: Workspace, segment: str, language: str = "km") -> str:
    target = ws.store.drafts.all("rights", language)[segment].target
    assert target is not None
    return plain(target)


def unmarked(made: Sheet) -> list[int]:
    return [place for place, row in enumerate(made.rows) if "<" not in row.source]


def test_corrections_and_an_approval_in_the_file_are_recorded_like_those_of_the_form(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    place = unmarked(reviewer.sheet)[0]
    row = reviewer.sheet.rows[place]
    data = reviewer.types(place, "សិទ្ធិនៅកន្លែងធ្វើការ").decides("approve").sends()
    taken, verdict, problems = handed_in(ws, data)
    assert (problems, verdict.hindrances) == ((), ())
    assert [p.segment for p in taken.proposals] == [row.segment]
    assert translation(ws, row.segment) == "សិទ្ធិនៅកន្លែងធ្វើការ"
    (edit,) = ws.store.edits.all("rights", "km")
    assert (edit.segment, edit.editor) == (row.segment, REVIEWER)
    verdicts = {d.verdict for d in ws.store.decisions.all("rights", "km")}
    assert verdicts == {"approve"}
    assert [(i.segment, i.authors) for i in waiting(ws).attention] == [(row.segment, (REVIEWER,))]


def test_without_a_decision_the_corrections_are_kept_and_shown_again(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    place = unmarked(reviewer.sheet)[0]
    row = reviewer.sheet.rows[place]
    data = reviewer.types(place, "ពាក្យថ្មី").does(edits.remark, place + 1).sends()
    _, verdict, problems = handed_in(ws, data, reviewer=REVIEWER)
    assert problems == ()
    assert verdict.answer is not None
    assert verdict.answer.decision == "request_changes"
    assert set(verdict.answer.segments) == {row.number, reviewer.sheet.rows[place + 1].number}
    assert f"Edits from {NAME}" in verdict.answer.comment
    assert f"Please check {reviewer.sheet.rows[place + 1].number}" in verdict.answer.comment
    again = next(i for i in waiting(ws).items if i.segment == row.segment)
    assert (again.target, again.attention) == ("ពាក្យថ្មី", True)
    assert any("Edits from" in c for c in waiting(ws).comments)


def test_who_typed_a_tracked_change_stands_in_the_record(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    place = unmarked(reviewer.sheet)[0]
    row = reviewer.sheet.rows[place]
    data = reviewer.does(edits.track, place).decides("request changes", "Sokha Chan").sends()
    _, verdict, problems = handed_in(ws, data)
    assert problems == ()
    assert verdict.answer is not None
    names = reviewer.script.authors[row.segment]
    assert f"Segment {row.number}: wording of {', '.join(names)}." in verdict.answer.comment
    (edit,) = ws.store.edits.all("rights", "km")
    assert edit.hands == tuple(dict.fromkeys(("Sokha Chan", *names)))
    (shown,) = [i for i in waiting(ws).items if i.segment == row.segment]
    assert shown.authors == edit.hands  # none of them approves these words


def test_the_only_author_in_a_file_is_its_reviewer_and_of_several_one_has_to_be_named(ws: Workspace) -> None:
    one = Reviewer(ws)
    place = unmarked(one.sheet)[0]
    words = edits.change("w:ins", "Dara Lim", edits.run("។"))
    edits.holder(one.script.cell(one.sheet.rows[place], edits.TARGET)).append(words)
    taken, request = offline.take(ws, one.sends(), NAME)
    verdict = offline.settle(ws, taken, request, name=NAME, data=one.sends())
    assert verdict.answer is not None
    assert verdict.answer.reviewer == "Dara Lim"

    several = Reviewer(ws).does(edits.track, place)
    taken, request = offline.take(ws, several.sends(), NAME)
    with pytest.raises(ReviewError, match="who reviewed it"):
        offline.settle(ws, taken, request, name=NAME, data=several.sends())


def not_approved(ws: Workspace, data: bytes, why: str, **more: Any) -> offline.Verdict:
    before = len(ws.store.decisions.all("rights", "km"))
    _, verdict, problems = handed_in(ws, data, **more)
    assert problems == ()
    assert any(why in line for line in verdict.hindrances), verdict.hindrances
    recorded = ws.store.decisions.all("rights", "km")[before:]
    assert all(d.verdict == "request_changes" for d in recorded)
    return verdict


def test_an_approval_does_not_count_while_there_is_a_question_and_the_clear_corrections_are_kept(
    ws: Workspace,
) -> None:
    reviewer = Reviewer(ws)
    clear, damaged = unmarked(reviewer.sheet)[0], 2
    assert "<1>" in reviewer.sheet.rows[damaged].source
    data = reviewer.types(clear, "ពាក្យថ្មី").types(damaged, "គ្មានសញ្ញា").decides("approve").sends()
    verdict = not_approved(ws, data, "1 questions are open")
    assert translation(ws, reviewer.sheet.rows[clear].segment) == "ពាក្យថ្មី"
    assert verdict.answer is not None
    assert "គ្មានសញ្ញា" in verdict.answer.comment, "what could not be taken is still to be read"


def test_an_approval_does_not_cover_sentences_that_did_not_come_back(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    data = reviewer.does(edits.delete, 3).decides("approve").sends()
    not_approved(ws, data, f"not in the file: {reviewer.sheet.rows[3].number}")


def test_an_approval_beside_another_english_does_not_count(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    row = reviewer.sheet.rows[unmarked(reviewer.sheet)[0]]
    edits.holder(reviewer.script.cell(row, edits.SOURCE)).append(edits.run(" only"))
    not_approved(ws, reviewer.decides("approve").sends(), "the English in the file is not that of the edition")


def test_an_approval_of_an_earlier_text_does_not_count(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    mine, theirs = unmarked(reviewer.sheet)[:2]
    meanwhile = Reviewer(ws).types(theirs, "ពាក្យរបស់ដារ៉ា").decides("request changes", "Dara Lim").sends()
    assert handed_in(ws, meanwhile)[2] == ()
    data = reviewer.types(mine, "ពាក្យរបស់សុខា").types(theirs, "ពាក្យផ្សេងទៀត").decides("approve").sends()
    verdict = not_approved(ws, data, "does not show the text as it waits now")
    rows = reviewer.sheet.rows
    assert translation(ws, rows[mine].segment) == "ពាក្យរបស់សុខា"
    assert translation(ws, rows[theirs].segment) == "ពាក្យរបស់ដារ៉ា"
    assert verdict.answer is not None
    assert "ពាក្យផ្សេងទៀត" in verdict.answer.comment


def test_a_stale_correction_is_shown_three_ways(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    place = unmarked(reviewer.sheet)[0]
    was = reviewer.sheet.rows[place].target
    handed_in(ws, Reviewer(ws).types(place, "ពាក្យរបស់ដារ៉ា").decides("request changes", "Dara Lim").sends())
    taken, _ = offline.take(ws, reviewer.types(place, "ពាក្យរបស់សុខា").sends(), NAME)
    (question,) = taken.questions
    assert (question.was, question.theirs, question.now) == (was, "ពាក្យរបស់សុខា", "ពាក្យរបស់ដារ៉ា")


def test_an_approval_sent_twice_counts_once_and_never_for_the_next_stage(ws: Workspace) -> None:
    data = Reviewer(ws).decides("approve").sends()
    assert handed_in(ws, data)[2] == ()
    assert waiting(ws).stage == "sign-off"
    before = len(ws.store.decisions.all("rights", "km"))
    _, verdict, _ = handed_in(ws, data)
    assert verdict.answer is None
    assert verdict.hindrances
    assert len(ws.store.decisions.all("rights", "km")) == before


def test_a_file_of_remarks_is_recorded_once(ws: Workspace) -> None:
    data = Reviewer(ws).does(edits.remark, 0).sends()
    assert handed_in(ws, data, reviewer=REVIEWER)[1].answer is not None
    rounds = len(ws.store.rounds.all("rights", "km"))
    assert handed_in(ws, data, reviewer=REVIEWER)[1].answer is None
    assert len(ws.store.rounds.all("rights", "km")) == rounds


def test_an_untouched_file_records_nothing(ws: Workspace) -> None:
    taken, verdict, _ = handed_in(ws, Reviewer(ws).sends())
    assert (taken.unchanged, verdict.answer) == (len(waiting(ws).items), None)


def test_zawgyi_is_asked_about(ws: Workspace) -> None:
    reviewer = Reviewer(ws, "my")
    taken, _ = offline.take(ws, reviewer.does(edits.type_zawgyi, unmarked(reviewer.sheet)[0]).sends(), NAME)
    (question,) = taken.questions
    assert "Zawgyi" in question.what
    assert taken.proposals == ()


def test_a_file_that_google_docs_saved_is_known_by_its_visible_code(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    place = unmarked(reviewer.sheet)[0]
    data = edits.as_google_docs_saves_it(reviewer.types(place, "ពាក្យថ្មី").decides("approve").sends())
    taken, verdict, problems = handed_in(ws, data)
    assert taken.current
    assert (verdict.hindrances, problems) == ((), ())
    assert translation(ws, reviewer.sheet.rows[place].segment) == "ពាក្យថ្មី"


def test_sign_off_takes_corrections_back_to_the_language_review(ws: Workspace) -> None:
    handed_in(ws, Reviewer(ws).decides("approve").sends())
    reviewer = Reviewer(ws)
    assert reviewer.sheet.stage == "sign-off"
    place = unmarked(reviewer.sheet)[0]
    data = reviewer.types(place, "ពាក្យថ្មី").decides("request changes", "The Chief").sends()
    assert handed_in(ws, data)[2] == ()
    assert waiting(ws).stage == "language review"
    assert [i.number for i in waiting(ws).attention] == [reviewer.sheet.rows[place].number]


def test_sign_off_cannot_approve_what_it_changes_and_keeps_the_words(ws: Workspace) -> None:
    handed_in(ws, Reviewer(ws).decides("approve").sends())
    reviewer = Reviewer(ws)
    place = unmarked(reviewer.sheet)[0]
    problems = handed_in(ws, reviewer.types(place, "ពាក្យថ្មី").decides("approve", "The Chief").sends())[2]
    assert "approves the text as it is" in problems[0]
    assert translation(ws, reviewer.sheet.rows[place].segment) == "ពាក្យថ្មី"


def test_a_finding_is_waived_with_an_approval_only(ws: Workspace) -> None:
    name = "numbers: made up"
    taken, request = offline.take(ws, Reviewer(ws).decides("approve").sends(), NAME)
    approval = offline.settle(ws, taken, request, name=NAME, data=b"", waive=(name,)).answer
    assert approval is not None
    assert approval.waive == (name,)
    assert pipeline.take_answer(ws, request, approval) == (f"There is no finding {name!r} to waive.",)


def test_xliff_takes_the_same_way(ws: Workspace) -> None:
    made = offline.export(ws, "rights", "km", "xliff")
    row = sheet(waiting(ws)).rows[unmarked(sheet(waiting(ws)))[0]]
    data = made.data.replace(f"<target>{row.target}".encode(), "<target>ពាក្យថ្មី".encode())
    _, verdict, problems = handed_in(ws, data, reviewer=REVIEWER, decision="approve")
    assert (verdict.hindrances, problems) == ((), ())
    assert translation(ws, row.segment) == "ពាក្យថ្មី"


def test_a_spreadsheet_takes_the_same_way(ws: Workspace) -> None:
    made = offline.export(ws, "rights", "km", "xlsx")
    row = sheet(waiting(ws)).rows[unmarked(sheet(waiting(ws)))[0]]
    place = "xl/worksheets/sheet1.xml"
    data = rezipped(
        made.data, lambda name, d: d.replace(row.target.encode(), "ពាក្យថ្មី".encode()) if name == place else d
    )
    _, verdict, problems = handed_in(ws, data, reviewer=REVIEWER, decision="approve")
    assert (verdict.hindrances, problems) == ((), ())
    assert translation(ws, row.segment) == "ពាក្យថ្មី"


def test_corrections_that_an_answer_did_not_carry_are_found(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    one, two = unmarked(reviewer.sheet)[:2]
    data = reviewer.types(one, "ពាក្យទីមួយ").types(two, "ពាក្យទីពីរ").sends()
    taken, request = offline.take(ws, data, NAME)
    answer = offline.settle(ws, taken, request, name=NAME, data=data, reviewer=REVIEWER).answer
    assert answer is not None
    rows = reviewer.sheet.rows
    less = {rows[one].segment: answer.texts[rows[one].segment]}
    asking_for_one = request.model_copy(
        update={
            "items": tuple(i.model_copy(update={"attention": i.segment == rows[one].segment}) for i in request.items)
        }
    )
    with pytest.raises(ReviewError, match="has not taken the answer yet"):
        offline.not_kept(ws, asking_for_one, answer)
    assert pipeline.take_answer(ws, request, answer.model_copy(update={"texts": less})) == ()
    assert offline.not_kept(ws, asking_for_one, answer) == {rows[two].segment: "ពាក្យទីពីរ"}
    assert offline.not_kept(ws, request, answer) == {}, "a form that asks for all of them carried them"


# --- who and what a file claims


def test_a_file_that_somebody_else_brings_gives_its_corrections_and_not_its_decision(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    place = unmarked(reviewer.sheet)[0]
    data = reviewer.types(place, "ពាក្យថ្មី").decides("approve").sends()
    verdict = not_approved(ws, data, "cannot decide in another's name", reviewer="Dara Lim")
    assert verdict.answer is not None
    assert verdict.answer.reviewer == "Dara Lim"
    assert f"The file is signed by {REVIEWER}." in verdict.answer.comment
    assert translation(ws, reviewer.sheet.rows[place].segment) == "ពាក្យថ្មី"


def test_a_decision_against_that_of_the_file_is_refused(ws: Workspace) -> None:
    data = Reviewer(ws).decides("approve").sends()
    with pytest.raises(ReviewError, match="it says 'approve'"):
        handed_in(ws, data, decision="reject")
    assert ws.store.decisions.all("rights", "km") == ()


def with_properties(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return rezipped(data, lambda name, part: change(part) if name == "docProps/custom.xml" else part)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d.replace(b">rights<", b">another<"), "does not have"),
        (lambda d: d.replace(b">rights<", b">../../etc<"), "does not have"),
        (lambda d: d.replace(b">km<", b">my<"), "mixed, or it was changed"),
        (lambda d: d.replace(b">km<", b">lo<"), "no edition in language"),
        (lambda d: d.replace(b">km<", b">xx<"), "no edition in language"),
        (lambda d: d.replace(b'digest"><vt:lpwstr>', b'digest"><vt:lpwstr>../'), "changed by hand"),
    ],
    ids=["publication", "path", "language", "no edition", "no language", "digest"],
)
def test_what_a_file_says_of_itself_is_not_believed(ws: Workspace, change: Callable[[bytes], bytes], why: str) -> None:
    data = with_properties(Reviewer(ws).decides("approve").sends(), change)
    with pytest.raises(ReviewError) as caught:
        offline.take(ws, data, NAME)
    assert why in str(caught.value)


def test_a_forged_digest_of_no_round_cannot_approve(ws: Workspace) -> None:
    digest = waiting(ws).digest.encode()
    data = with_properties(Reviewer(ws).decides("approve").sends(), lambda d: d.replace(digest, b"0" * 64))
    _, verdict, _ = handed_in(ws, data)
    assert verdict.answer is None
    assert verdict.hindrances


def test_a_file_that_says_nothing_of_itself_needs_to_be_told_and_cannot_approve(ws: Workspace) -> None:
    reviewer = Reviewer(ws).decides("approve")
    for paragraph in reviewer.script.document.element.body.findall(qn("w:p")):
        if "File code" in edits.text_of(paragraph):
            paragraph.getparent().remove(paragraph)
    data = edits.as_google_docs_saves_it(reviewer.sends())
    with pytest.raises(ReviewError, match="no longer says which publication"):
        offline.take(ws, data, NAME)
    taken, request = offline.take(ws, data, NAME, publication="rights", language="km")
    verdict = offline.settle(ws, taken, request, name=NAME, data=data)
    assert verdict.answer is None
    assert verdict.hindrances
    with pytest.raises(ReviewError, match="not 'other'"):
        offline.take(ws, reviewer_file(ws), NAME, publication="other")


def reviewer_file(ws: Workspace) -> bytes:
    return Reviewer(ws).sends()


def test_a_lost_note_of_what_went_out_costs_only_certainty(ws: Workspace) -> None:
    reviewer = Reviewer(ws)
    place = unmarked(reviewer.sheet)[0]
    for note in (ws.state / "reviews").iterdir():
        note.write_text("{", encoding="utf-8")
    taken, _ = offline.take(ws, reviewer.types(place, "ពាក្យថ្មី").sends(), NAME)
    assert [p.text for p in taken.proposals] == ["ពាក្យថ្មី"]


def test_an_edition_that_does_not_wait_takes_no_file(ws: Workspace) -> None:
    data = Reviewer(ws).sends()
    handed_in(ws, Reviewer(ws).decides("approve").sends())
    handed_in(ws, Reviewer(ws).decides("approve", "The Chief").sends())
    with pytest.raises(ReviewError, match="does not wait for a review: it is approved"):
        offline.take(ws, data, NAME)
    with pytest.raises(ReviewError, match="does not wait for a review"):
        offline.export(ws, "rights", "km", "word")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"<html/>", b"PK\x03\x04"])
def test_another_kind_of_file_is_refused(ws: Workspace, data: bytes) -> None:
    with pytest.raises(ReviewError):
        offline.take(ws, data, NAME)


@pytest.mark.parametrize("decision", ["approve", "reject", "request_changes"])
def test_all_three_decisions_can_be_given_beside_the_file(ws: Workspace, decision: Decision) -> None:
    _, verdict, problems = handed_in(
        ws, Reviewer(ws).sends(), reviewer=REVIEWER, decision=decision, comment="As discussed."
    )
    assert problems == ()
    assert verdict.answer is not None
    assert verdict.answer.decision == decision
    assert verdict.answer.comment.startswith("As discussed.")
