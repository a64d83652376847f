"""A source is revised, a term changes: what approvals are still worth, from the file to the review and back."""

from __future__ import annotations

import datetime as dt
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pubpipe import memory
from pubpipe.cli.app import app
from pubpipe.identity import content_hash
from pubpipe.model import MemoryUnit, ReviewAnswer, ReviewItem, ReviewRequest, Text, plain
from pubpipe.pipeline import Workspace, next_review, open_workspace, plan, prepare, register, take_answer
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.steps import finish

SETTINGS = """
[project]
languages = ["km"]
[engines]
chain = ["pseudo"]
[review]
self_approval = true
"""
TERMS = "id,source,variants,kind,case,note,status,km,km_allowed,km_forbidden\n"
MIGRANT = "migrant-worker,migrant worker,,term,fold,,reviewed,ពលករ,,\n"
FIRST = """# Rights at work

Every migrant worker may keep a passport. Nobody pays a fee of 300 baht. He said "it is the law" - and it is.

Employers must **not** hold back wages. The survey was made in 2019.
"""
ANSWERED = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "glossary").mkdir()
    (tmp_path / "glossary" / "terms.csv").write_text(TERMS + MIGRANT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def ws(root: Path) -> Iterator[Workspace]:
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as opened:
        yield opened


def revise(ws: Workspace, *changes: tuple[str, str], text: str = FIRST) -> EditionView:
    """The edition after the source file was written with these words replaced, and prepared."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = ws.root / "rights.md"
    path.write_text(text, encoding="utf-8")
    register(ws, path)
    ws.stamps.clear()
    return prepare(ws, "rights", "km")


def waiting(ws: Workspace) -> ReviewRequest:
    request = next_review(ws, "rights", "km")
    assert request is not None
    return request


def answer(ws: Workspace, decision: str = "approve", **more: object) -> None:
    request = waiting(ws)
    values = {"publication": "rights", "language": "km", "stage": request.stage, "digest": request.digest}
    values |= {"decision": decision, "reviewer": "Sokha", "at": ANSWERED, **more}
    assert take_answer(ws, request, ReviewAnswer.model_validate(values)) == ()


def approved(ws: Workspace) -> EditionView:
    revise(ws)
    answer(ws)
    answer(ws)
    present = view(ws, "rights", "km")
    assert present.standing.state == "approved"
    return present


def item(request: ReviewRequest, words: str) -> ReviewItem:
    return next(i for i in request.items if words in i.source)


def test_an_edit_of_the_format_alone_keeps_the_approval_and_says_so(ws: Workspace) -> None:
    before = approved(ws)
    present = revise(ws, ('"it is the law" -', "“it is the law” –"))
    request = waiting(ws)
    assert request.stage == "sign-off"
    shown = item(request, "the law")
    assert shown.carried == "approved before by Sokha; only formatting changed in the English"
    assert shown.change is not None
    assert shown.change.classes == ("format",)
    assert shown.change.words == ("the style of quotation marks", "the style of dashes")
    old = next(s for s in before.segments if "the law" in plain(s.content))
    assert present.targets[shown.segment] == before.targets[old.id]
    answer(ws)
    final = view(ws, "rights", "km")
    assert final.standing.state == "approved"
    assert final.credits.carried == 1
    assert ("language review", "Sokha") in final.credits.reviewers


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fee of 300 baht", "fee of 500 baht", ("number", "number 300 → 500")),
        ("must **not** hold", "must **never** hold", ("negation", "‘not’ → ‘never’")),
        ("may keep", "must keep", ("modal", "‘may’ → ‘must’")),
        ("in 2019", "in 2020", ("number", "number 2019 → 2020")),
        ("migrant worker", "worker", ("term", "term ‘migrant worker’ removed")),
        ("The survey", "The IOM survey", ("name", "name ‘IOM’ added")),
        ("hold back wages", "hold back pay", ("meaning", "‘wages’ → ‘pay’")),
    ],
)
def test_an_edit_that_may_say_something_else_waits_with_what_changed(
    ws: Workspace, old: str, new: str, said: tuple[str, str]
) -> None:
    approved(ws)
    revise(ws, (old, new))
    request = waiting(ws)
    (asked,) = request.attention
    assert request.stage == "language review"
    assert asked.change is not None
    assert (asked.change.risk, asked.change.words[0]) == said
    assert asked.previous_target
    assert asked.reason == f"the source was revised since it was approved: {', '.join(asked.change.words)}"
    assert asked.carried == ""


@pytest.mark.parametrize(("setting", "stage"), [('["format"]', "language review"), ('["typo"]', "sign-off")])
def test_a_mended_typo_is_carried_only_where_the_project_says_so(root: Path, setting: str, stage: str) -> None:
    (root / "pubpipe.toml").write_text(f"{SETTINGS}carry_over = {setting}\n", encoding="utf-8")
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        misspelt = FIRST.replace("The survey", "The goverment survey")
        revise(ws, text=misspelt)
        answer(ws)
        answer(ws)
        old = view(ws, "rights", "km")
        present = revise(ws, ("goverment", "government"), text=misspelt)
        request = waiting(ws)
        assert request.stage == stage
        shown = item(request, "government")
        assert shown.change is not None
        assert shown.change.words == ("spelling ‘goverment’ → ‘government’",)
        assert present.targets[shown.segment] in old.targets.values()  # offered, where it is not carried


def test_nothing_is_carried_where_the_project_allows_nothing(root: Path) -> None:
    (root / "pubpipe.toml").write_text(f"{SETTINGS}carry_over = []\n", encoding="utf-8")
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        approved(ws)
        revise(ws, ('"it is the law" -', "“it is the law” –"))
        request = waiting(ws)
        assert (request.stage, [i.carried for i in request.attention]) == ("language review", [""])


def test_a_bold_word_that_is_bold_no_more_keeps_the_words_and_waits(ws: Workspace) -> None:
    before = approved(ws)
    present = revise(ws, ("**not**", "not"))
    (asked,) = waiting(ws).attention
    assert asked.change is not None
    assert asked.change.words == ("bold removed",)
    old = next(s for s in before.segments if "hold back" in plain(s.content))
    assert plain(present.targets[asked.segment] or ()) == plain(before.targets[old.id] or ())
    assert "<1>" not in asked.target


def test_bold_that_is_new_is_for_a_person_to_place(ws: Workspace) -> None:
    before = approved(ws)
    revise(ws, ("in 2019", "in **2019**"))
    (asked,) = waiting(ws).attention
    old = next(s for s in before.segments if "survey" in plain(s.content))
    assert asked.previous_target == plain(before.targets[old.id] or ())
    assert asked.change is not None
    assert asked.change.words == ("bold added",)
    suggestion = view(ws, "rights", "km").drafts[asked.segment].suggestion
    assert suggestion is not None
    assert suggestion.target == asked.previous_target
    assert asked.suggestion is None  # it is what was approved before, and shown as that


def test_a_carried_approval_falls_with_the_term_that_it_was_given_under(ws: Workspace) -> None:
    approved(ws)
    revise(ws, ("a passport.", "a\u00a0passport."))
    assert waiting(ws).stage == "sign-off"
    (ws.root / "glossary" / "terms.csv").write_text(TERMS + MIGRANT.replace("ពលករ", "ពលករចំណាកស្រុក"), encoding="utf-8")
    with open_workspace(ws.root, environ={}, now=lambda: ANSWERED) as again:
        prepare(again, "rights", "km")
        (asked,) = waiting(again).attention
        assert "migrant worker" in asked.source


def test_a_carried_sentence_can_be_sent_back_and_is_then_asked_for(ws: Workspace) -> None:
    approved(ws)
    revise(ws, ('"it is the law" -', "“it is the law” –"))
    number = item(waiting(ws), "the law").number
    answer(ws, "request_changes", segments=(number,), comment="The quotation is wrong")
    request = waiting(ws)
    assert request.stage == "language review"
    assert [i.number for i in request.attention] == [number]
    answer(ws)
    assert waiting(ws).stage == "sign-off"


def test_a_chain_of_revisions_goes_back_to_what_a_person_approved(ws: Workspace) -> None:
    approved(ws)
    changes = ('"it is the law" -', "“it is the law” –")
    revise(ws, changes)
    revise(ws, changes, ("300 baht", "400 baht"))  # elsewhere: the carried sentence is still carried
    assert item(waiting(ws), "the law").carried
    present = revise(ws, changes, ("300 baht", "400 baht"), ("it is the law", "it is a law"))
    shown = item(waiting(ws), "a law")
    assert shown.previous_source == 'He said "it is the law" - and it is.'
    assert shown.change is not None
    assert "meaning" in shown.change.classes
    assert shown.carried == ""
    assert present.standing.stage == "language review"


def test_a_revision_that_a_language_missed_is_still_compared_with_what_was_approved(ws: Workspace) -> None:
    approved(ws)
    path = ws.root / "rights.md"
    path.write_text(FIRST.replace("300 baht", "400 baht"), encoding="utf-8")
    register(ws, path)  # read for another language, not prepared in this one
    revise(ws, ("300 baht", "500 baht"))
    (asked,) = waiting(ws).attention
    assert asked.change is not None
    assert asked.change.words == ("number 300 → 500",)


def test_a_moved_sentence_keeps_its_approval(ws: Workspace) -> None:
    approved(ws)
    present = revise(
        ws, (" Nobody pays a fee of 300 baht.", ""), ("in 2019.", "in 2019. Nobody pays a fee of 300 baht.")
    )
    assert present.standing.stage == "sign-off"


def test_split_and_merged_sentences_show_what_they_were_and_wait(ws: Workspace) -> None:
    approved(ws)
    revise(ws, ("a passport. Nobody pays", "a passport, and nobody pays"))
    (asked,) = waiting(ws).attention
    assert asked.change is not None
    assert asked.change.relation == "merged"
    assert asked.previous_source == "Every migrant worker may keep a passport. Nobody pays a fee of 300 baht."
    revise(ws, ('the law" - and it is.', 'the law". And it is.'))
    pieces = waiting(ws).attention
    assert [i.change.relation for i in pieces if i.change] == ["split", "split"]
    assert {i.previous_source for i in pieces} == {'He said "it is the law" - and it is.'}
    assert not any(i.carried for i in pieces)


def test_a_similar_sentence_is_never_filled_in_when_number_negation_modal_or_name_differ(ws: Workspace) -> None:
    remembered = "Employers may hold back wages of 300 baht in Thailand for one month, the new law of 2019 says."
    unit = MemoryUnit(
        key=memory.key((Text(text=remembered),)), language="km", source=(Text(text=remembered),),
        target=(Text(text="ពីមុន"),), status="approved", at=ANSWERED,
    )  # fmt: skip
    ws.store.memory.remember([unit])
    sentences = [
        remembered.replace("300", "310"),
        remembered.replace("may hold", "may not hold"),
        remembered.replace("may", "must"),
        remembered.replace("Thailand", "Myanmar"),
    ]
    present = revise(ws, text="# Law\n\n" + "\n\n".join(sentences) + "\n")
    wanted = ["number 300 → 310", "‘not’ added", "‘may’ → ‘must’", "name ‘Thailand’ → ‘Myanmar’"]
    for segment, words in zip(present.segments[1:], wanted, strict=True):
        draft = present.drafts[segment.id]
        assert draft.suggestion is not None
        assert draft.suggestion.score >= 90
        assert draft.suggestion.change is not None
        assert draft.suggestion.change.words == (words,)
        assert draft.suggestion.provenance.endswith(f"differs in: {words}")
        assert plain(draft.target or ()) != "ពីមុន"
        assert draft.origin == "engine"


def test_a_match_in_context_passes_only_under_the_terms_of_its_approval(root: Path) -> None:
    (root / "pubpipe.toml").write_text(f"{SETTINGS}pass_context_matches = true\n", encoding="utf-8")
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        approved(ws)
        again = root / "again.md"
        again.write_text(FIRST, encoding="utf-8")
        register(ws, again)
        present = prepare(ws, "again", "km")
        assert present.passed == {s.id for s in present.segments}
    (root / "glossary" / "terms.csv").write_text(TERMS + MIGRANT.replace("ពលករ", "ពលករចំណាកស្រុក"), encoding="utf-8")
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        present = prepare(ws, "again", "km")
        left = {plain(s.content) for s in present.segments if s.id not in present.passed}
        assert left == {"Every migrant worker may keep a passport."}


def test_a_carried_approval_comes_back_from_a_backup(root: Path) -> None:
    kept = io.StringIO()
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        approved(ws)
        revise(ws, ('"it is the law" -', "“it is the law” –"))
        answer(ws)
        before = view(ws, "rights", "km")
        assert before.standing.state == "approved"
        ws.store.export_jsonl(kept)
    (root / ".pubpipe" / "pubpipe.db").unlink()
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        ws.store.import_jsonl(io.StringIO(kept.getvalue()))
        after = prepare(ws, "rights", "km")
        assert after.standing.state == "approved"
        assert after.standing.carried == before.standing.carried
        assert after.credits == before.credits


def test_a_forged_draft_carries_nothing(ws: Workspace) -> None:
    approved(ws)
    present = revise(ws, ("fee of 300 baht", "fee of 500 baht"))
    (asked,) = waiting(ws).attention
    old = present.replaced[asked.segment]
    forged = present.drafts[asked.segment].model_copy(update={"target": old.target, "approved_source": old.source})
    ws.store.drafts.put("rights", [forged])
    again = view(ws, "rights", "km")
    assert content_hash(again.targets[asked.segment] or ()) == content_hash(old.target)
    assert again.standing.carried == {}
    assert again.standing.stage == "language review"


def test_the_terminal_shows_what_was_approved_and_what_changed_and_is_steered_by_no_text(root: Path) -> None:
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        approved(ws)
        revise(ws, ("fee of 300 baht", "fee of 500 baht\u202e"))
    shown = CliRunner().invoke(app, ["review", "show", "rights", "--language", "km", "--workspace", str(root)])
    assert shown.exit_code == 0
    assert "the source was revised since it was approved: number 300 → 500" in shown.output
    assert "   before: Nobody pays a fee of 300 baht." in shown.output
    assert "   what changed: " in shown.output
    assert "Nobody pays a fee of [300 → 500] baht[+ [U+202E]]." in shown.output
    planned = CliRunner().invoke(app, ["plan", "--workspace", str(root)])
    assert "  sentence 3 “Nobody pays a fee of 500 baht[U+202E].”" in planned.output
    assert planned.output.endswith("Nothing can be done without a person: 'pubpipe review list'.\n")


# --- the plan


def published(ws: Workspace) -> None:
    """An edition that went out: the files are made, so that the plan can say which of them are concerned."""
    approved(ws)
    finish(ws, "rights", "km")
    (nothing,) = plan(ws)
    assert (nothing.needs, nothing.segments, nothing.files) == ("nothing", (), ())


FILES = ("outputs/rights/km/rights.km.docx", "outputs/rights/km/rights.km.pdf")


def test_the_plan_names_the_sentences_and_the_published_files_that_a_term_or_the_source_concerns(root: Path) -> None:
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        published(ws)
    # a term changes
    (root / "glossary" / "terms.csv").write_text(TERMS + MIGRANT.replace("ពលករ", "ពលករចំណាកស្រុក"), encoding="utf-8")
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        (found,) = plan(ws)
        assert (found.needs, found.files) == ("review", FILES)
        assert [(s.number, s.words, s.reason) for s in found.segments] == [
            (2, "Every migrant worker may keep a passport.", "a term changed: ‘migrant worker’: ពលករ → ពលករចំណាកស្រុក")
        ]
        assert found.reasons == ("glossary changed where 'migrant worker' stands (1 sentence)",)
        prepare(ws, "rights", "km")
        (asked,) = waiting(ws).attention
        why = "a glossary term changed since Sokha approved it (‘migrant worker’: ពលករ → ពលករចំណាកស្រុក)"
        assert asked.reason == why
        with sqlite3.connect(root / ".pubpipe" / "pubpipe.db") as database:
            database.execute("DELETE FROM cache WHERE key LIKE 'terms/%'")
        (found,) = plan(ws)  # without the entries of then, the terms of the sentence are named
        assert [s.reason for s in found.segments] == ["a term changed: ‘migrant worker’"]
    # and back, and the source is revised: seen before anything is drafted, and after
    (root / "glossary" / "terms.csv").write_text(TERMS + MIGRANT, encoding="utf-8")
    revised = FIRST.replace("300 baht", "500 baht").replace("in 2019.", "in\u00a02019. It is new.")
    (root / "rights.md").write_text(revised, encoding="utf-8")
    wanted = [(3, "the English was revised: number 300 → 500"), (6, "the English was revised: white space"), (7, "new")]
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        (found,) = plan(ws)
        assert (found.needs, found.files) == ("draft", FILES)
        assert [(s.number, s.reason) for s in found.segments] == wanted
        prepare(ws, "rights", "km")
        (found,) = plan(ws)
        assert (found.needs, found.files) == ("waiting", FILES)
        assert [(s.number, s.reason) for s in found.segments] == [wanted[0], wanted[2]]  # 6 is carried over
        while next_review(ws, "rights", "km") is not None:
            answer(ws)
        (found,) = plan(ws)
        assert (found.needs, found.segments, found.files) == ("render", (), FILES)
        finish(ws, "rights", "km")
        manifest = json.loads((root / "outputs/rights/km/manifest.json").read_text(encoding="utf-8"))
        assert [(c["number"], c["reason"]) for c in manifest["carried_over"]] == [
            (6, "approved before by Sokha; only formatting changed in the English")
        ]
    # by hand
    (root / FILES[0]).write_bytes(b"")
    with open_workspace(root, environ={}, now=lambda: ANSWERED) as ws:
        (found,) = plan(ws)
        assert (found.needs, found.files) == ("render", FILES[:1])
