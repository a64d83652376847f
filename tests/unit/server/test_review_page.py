"""What the review page says of a sentence: where it comes from, what changed, what is found, who may take it on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pubpipe.languages import profile
from pubpipe.model import Finding, ReviewItem, Span, Suggestion, TermHit, Text
from pubpipe.model.change import Difference, DiffPart, SourceChange
from pubpipe.server.review_labels import LABELS, script_labels
from pubpipe.server.review_page import Preview, Sheet, list_page, review_page
from pubpipe.store import Typed
from tests.unit.server.requests import item, request
from tests.unit.server.test_marking import Read

NOON = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)


def page(*items: ReviewItem, asked: dict[str, Any] | None = None, **more: Any) -> str:
    made = request(*items, **(asked or {}))
    return review_page(
        Sheet(
            request=made,
            profile=profile("km"),
            sources={i.segment: (Text(text=i.source),) for i in made.items},
            targets={i.segment: (Text(text=i.target),) if i.target else None for i in made.items},
            **more,
        )
    )


def test_a_revised_sentence_shows_what_changed_and_what_was_approved() -> None:
    change = SourceChange(
        classes=("number",),
        differences=(Difference(kind="number", before="3", after="4"),),
        diff=(DiffPart(op="same", text="In "), DiffPart(op="removed", text="3"), DiffPart(op="added", text="4")),
    )
    html = page(item(1, source="In 4", previous_source="In 3", previous_target="ក្នុង 3", target="ក្នុង 4", change=change))
    read = Read(html).words
    assert "Changed in English (number 3 → 4): In [removed: 3][added: 4]" in read
    assert "Approved before: ក្នុង 3 Start from this" in read
    assert "Against what was approved: ក្នុង [removed: 3][added: 4]" in read


def test_terms_and_findings_are_marked_in_the_text_and_said_in_words() -> None:
    html = page(
        item(
            1,
            source="No migrant worker pays.",
            terms=(TermHit(term="t1", surface="migrant worker", span=Span(start=3, end=17), preferred="ពលករ"),),
            findings=(
                Finding(check="negation", severity="error", message="“No” is lost.", source=Span(start=0, end=2)),
            ),
            suggestion=Suggestion(source="No worker pays.", target="<b>គ្មាន</b>", score=80, provenance="memory"),
        )
    )
    assert '<mark class="finding" data-ref="a">No</mark> <mark class="term">migrant worker</mark>' in html
    assert '<span class="ref">a</span> <b>error:</b> “No” is lost.' in html
    assert "migrant worker → ពលករ" in html
    assert "<b>Similar in the memory (80 %):</b>" in html
    assert "&lt;b&gt;គ្មាន&lt;/b&gt;" in html
    assert Read(html).words.count("Start from this") == 1


def test_a_finding_that_stops_publication_is_taken_on_once_for_all_its_places() -> None:
    finding = Finding(check="terms", severity="block", message="wrong")
    html = page(
        item(1, findings=(finding,)), item(2, findings=(finding,)), asked={"blocking": ("terms: wrong",)},
        waived=frozenset({"1"}),
    )  # fmt: skip
    boxes = [e for tag, e in Read(html).elements if tag == "input" and e.get("name") == "waive"]
    assert boxes == [{"type": "checkbox", "name": "waive", "value": "1", "checked": None}]
    assert "the same as at sentence 1" in html


def test_sentences_that_nobody_has_to_look_at_are_folded_away_and_can_be_changed() -> None:
    html = page(
        item(1), item(2, attention=False, state="approved"), item(3, attention=False, state="approved"), item(4)
    )
    assert '<details class="group"><summary>Sentences 2 to 3 · 2 approved</summary>' in html
    assert 'value="open-2"' in html
    assert Read(html).words.count("Change sentence") == 2
    opened = page(item(1), item(2, attention=False), opened=frozenset({2}))
    assert 'id="t2"' in opened


def test_what_a_colleague_types_and_what_was_typed_over_an_earlier_wording_are_shown() -> None:
    one = item(1)
    mine = Typed("water", "km", one.segment, "0" * 64, "Sokha", 2, "ចាស់", False, NOON)
    html = page(one, who="Sokha", accounts=True, stale={one.segment: (mine,)}, others={
        one.segment: (mine._replace(reviewer="<Dara>", text="ថ្មី"),)
    })  # fmt: skip
    read = Read(html).words
    assert "Typed by you over an earlier wording (2026-03-09 12:00 UTC); the text has moved since: ចាស់" in read
    assert "<Dara> has typed here and not sent it (2026-03-09 12:00 UTC): ថ្មី" in read
    assert "You decide as Sokha." in read


def test_a_text_without_remarks_is_not_followed_by_an_empty_list_of_them() -> None:
    one = item(1)
    mine = Typed("water", "km", one.segment, "0" * 64, "Sokha", 2, "ថ្មី", False, NOON)
    read = Read(page(one, who="Sokha", own={one.segment: mine}, remarks={one.segment: ()})).words
    assert "Your text, not sent yet. No remarks on it." in read


def test_the_pages_are_loaded_when_they_are_opened_and_say_what_they_show() -> None:
    html = page(
        item(1), item(2),
        preview=Preview(folder="/p", sizes=((840, 1188),), version="abc", pages={1: 1, 2: 1}, pdf="/x.pdf", older=True),
    )  # fmt: skip
    (picture,) = [e for tag, e in Read(html).elements if tag == "img"]
    assert picture["src"] == "/p/1.webp?v=abc"
    assert picture["loading"] == "lazy"
    assert picture["alt"] == "Page 1 of the preview, with sentences 1 to 2"
    assert "as it was when this round was opened" in html
    assert '<a class="where" href="#p1">page 1</a>' in html


@pytest.mark.parametrize("kind", ["segments", "edition"])
def test_who_may_not_decide_reads_and_finds_no_box_and_no_button(kind: str) -> None:
    html = page(item(1), asked={"kind": kind}, hindrance="Dara may not decide here.")
    elements = Read(html).elements
    assert not any(tag == "textarea" for tag, _ in elements)
    assert not any(e.get("name") == "decision" for _, e in elements)
    assert "You may read this. Dara may not decide here." in html


def test_each_box_has_a_name_and_no_two_elements_have_one_id() -> None:
    html = page(item(1), item(2), item(3, attention=False))
    elements = Read(html).elements
    ids = [e["id"] for _, e in elements if "id" in e]
    assert len(ids) == len(set(ids))
    labelled = {e.get("for") for tag, e in elements if tag == "label"}
    assert all(e.get("id") in labelled for tag, e in elements if tag == "textarea")


def test_an_empty_list_says_so() -> None:
    assert "There is no publication in your languages yet." in list_page((), "Sokha", styles=())


def test_every_label_is_used_and_the_script_finds_its_own() -> None:
    import re
    from pathlib import Path

    folder = Path(__file__).parents[3] / "src" / "pubpipe" / "server"
    script = (folder / "review.js").read_text(encoding="utf-8")
    asked = set(re.findall(r'(?:say|tell)\((?:lines\.length \? )?"(\w+)"', script)) | set(
        re.findall(r'lost\("(\w+)"', script)
    )
    asked |= {"clean"}
    assert asked - set(script_labels()) == set()
    code = "".join((folder / name).read_text(encoding="utf-8") for name in ("review_page.py", "desk.py"))
    for key in LABELS:
        family = key.rsplit(".", 1)[0] + "."
        used = (
            f'"{key}"' in code
            or f"'{key}'" in code
            or f"{family}{{" in code
            or key in ("approve", "request_changes", "reject")
        )
        assert used or key.startswith(("js.", "state.", "list.")), key
