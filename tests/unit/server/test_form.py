"""The review form: what Prefect is told to refuse, and that a reading gives back what was typed."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest

from pubpipe.model import Finding, ReviewAnswer, ReviewRequest, Text
from pubpipe.review import classify
from pubpipe.server.form import ABOUT, OTHERS, answer_values, numbers, read_answer, review_form
from tests.unit.server.requests import item, request
from tests.unit.server.test_wording import HOSTILE, hostile_everywhere

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def schema_of(asked: ReviewRequest, **more: Any) -> dict[str, Any]:
    """The schema as Prefect stores it."""
    from prefect._internal.pydantic.v2_schema import create_v2_schema

    stored: dict[str, Any] = json.loads(json.dumps(create_v2_schema("Review", model_base=review_form(asked, **more))))
    return stored


def refused(asked: ReviewRequest, values: dict[str, Any]) -> list[str]:
    """The fields that the server refuses, by Prefect's own validation."""
    from prefect.utilities.schema_tools.validation import build_error_obj, validate

    errors = build_error_obj(validate(values, schema_of(asked)))["errors"]
    return sorted(e["property"] if isinstance(e, dict) else e for e in errors)


def answer(asked: ReviewRequest, **more: Any) -> ReviewAnswer:
    values: dict[str, Any] = {"decision": "approve", "reviewer": "Sokha", "at": NOON, **more}
    return ReviewAnswer(
        publication=asked.publication, language=asked.language, stage=asked.stage, digest=asked.digest, **values
    )


TWO = request(item(1), item(2, target="", origin="open"))
FIELDS = ["segment_000000000001_1", "segment_000000000002_1"]


def test_an_empty_answer_approves_nothing() -> None:
    assert refused(TWO, {}) == ["decision", "digest", "reviewer", FIELDS[0]]


def test_an_answer_to_another_text_is_refused() -> None:
    values = answer_values(TWO, answer(TWO, texts={"000000000002-1": "ពីរ"}))
    assert refused(TWO, values) == []
    assert refused(TWO, {**values, "digest": "0" * 64}) == ["digest"]


def test_an_empty_translation_cannot_be_approved() -> None:
    assert refused(TWO, answer_values(TWO, answer(TWO))) == [FIELDS[1]]


def test_changes_can_be_requested_with_an_empty_translation_but_not_without_a_word() -> None:
    asked = answer(TWO, decision="request_changes", comment="Please translate 2.")
    assert refused(TWO, answer_values(TWO, asked)) == []
    assert refused(TWO, answer_values(TWO, asked.model_copy(update={"comment": ""}))) == ["comment"]


def test_a_box_without_a_translation_may_be_left_out_unless_the_answer_approves() -> None:
    values = answer_values(TWO, answer(TWO, decision="request_changes", comment="Please translate 2."))
    del values[FIELDS[1]]
    assert refused(TWO, values) == []
    assert refused(TWO, {**values, "decision": "approve"}) == [FIELDS[1]]


def test_a_rejection_needs_a_reason() -> None:
    assert refused(TWO, answer_values(TWO, answer(TWO, decision="reject"))) == ["comment"]


@pytest.mark.parametrize("name", ["", "x"])
def test_a_name_has_two_characters_at_least(name: str) -> None:
    values = answer_values(TWO, answer(TWO, texts={"000000000002-1": "ពីរ"}))
    assert "reviewer" in refused(TWO, {**values, "reviewer": name})


def test_a_box_that_an_interface_leaves_out_does_not_restore_the_machines_text() -> None:
    values = answer_values(TWO, answer(TWO, texts={"000000000002-1": "ពីរ"}))
    del values[FIELDS[0]]
    assert refused(TWO, values) == [FIELDS[0]]


def test_unknown_fields_are_refused() -> None:
    values = answer_values(TWO, answer(TWO, texts={"000000000002-1": "ពីរ"}))
    assert len(refused(TWO, {**values, "segment_ffffffffffff_9": "smuggled"})) == 1


def test_only_segments_that_need_eyes_have_a_box() -> None:
    asked = request(item(1), item(2, attention=False))
    assert FIELDS[1] not in schema_of(asked)["properties"]


def test_the_form_says_what_it_is_about() -> None:
    assert schema_of(TWO)[ABOUT] == {
        "stage": "language review", "digest": TWO.digest, "round": 1, "publication": TWO.publication, "language": "km",
    }  # fmt: skip


def test_reading_gives_the_texts_that_were_changed_and_no_others() -> None:
    typed = "  ពីរ <1>ច្បាប់</1>\n{{ 7*7 }} "
    values = answer_values(TWO, answer(TWO, comment="ok", texts={"000000000002-1": typed}))
    schema = schema_of(TWO)
    shown = {name: field["default"] for name, field in schema["properties"].items() if "default" in field}
    read = read_answer(TWO, values, about=schema[ABOUT], shown=shown, run="r1", at=NOON)
    assert read == answer(TWO, comment="ok", texts={"000000000002-1": typed}, run="r1")


def test_a_form_that_was_changed_in_the_database_hides_no_correction() -> None:
    values = answer_values(TWO, answer(TWO, texts={"000000000001-1": "មួយផ្សេង"}))
    read = read_answer(TWO, values, about=schema_of(TWO)[ABOUT], shown=values, run="r1", at=NOON)
    assert read.texts == {"000000000001-1": "មួយផ្សេង"}


def test_a_template_value_in_a_text_stays_a_text() -> None:
    text = '{"__prefect_kind": "jinja", "template": "{{ 7*7 }}"}'
    field = schema_of(request(item(1, target=text, source=text)))["properties"][FIELDS[0]]
    assert field["default"] == text
    assert isinstance(field["default"], str)
    assert isinstance(field["description"], str)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_field_of_a_segment_means_something_in_the_forms_descriptions(text: str) -> None:
    asked = request(item(1, **hostile_everywhere(text)), comments=(text,), problems=(text,), blocking=(f"x: {text}",))
    fields = schema_of(asked)["properties"]
    for name in ("segment_000000000001_1", "findings_to_accept"):
        bare = re.sub(r"\\[!-/:-@\[-`{-~]|<!-- -->|<br>|^\*\*|(?<!\\)\*\*(?=<br>)", "", fields[name]["description"])
        assert not set(bare) & set("<>&|\\[]!*_`~#:@+={}^$")
    notice = fields["digest"]["description"]
    assert not re.search(r"(?<!\\)<(script|img)|(?<!\\)\]\(", notice)
    assert "{{" not in notice
    raw = schema_of(asked, markdown=False)["properties"]["segment_000000000001_1"]["description"]
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", raw)


def test_three_hundred_segments_are_forty_boxes_and_a_line_about_the_rest() -> None:
    many = [item(n, attention=n <= 40, state="waiting" if n <= 40 else "approved") for n in range(1, 301)]
    asked = request(*many, remaining=22)
    fields = schema_of(asked)["properties"]
    assert sum(name.startswith("segment_") for name in fields) == 40
    assert (
        "40 of 300 segments need you in this round; 22 more follow in later rounds" in fields["digest"]["description"]
    )
    assert len(json.dumps(schema_of(asked))) < 60_000


def test_a_revised_segment_shows_what_was_approved_and_what_changed() -> None:
    change = classify((Text(text="Pay 3 baht."),), (Text(text="Pay 4 baht."),))
    asked = request(
        item(1, previous_source="Pay 3 baht.", previous_target="បង់ ៣", change=change), item(2, carried="why")
    )
    fields = schema_of(asked, markdown=False)["properties"]
    description = fields["segment_000000000001_1"]["description"]
    assert "English before: “Pay 3 baht.”, approved as “បង់ ៣”" in description
    assert "what changed: number 3 → 4: “Pay [3 → 4] baht.”" in description
    assert r"segment 2\: why" in schema_of(asked)["properties"]["digest"]["description"]


def test_a_sign_off_has_no_boxes_and_can_send_segments_back_by_number() -> None:
    asked = request(item(1), item(2), kind="edition", stage="sign-off")
    assert not set(FIELDS) & set(schema_of(asked)["properties"])
    given = answer(asked, decision="request_changes", comment="see there", segments=(1, 2))
    values = answer_values(asked, given)
    assert refused(asked, values) == []
    assert refused(asked, {**values, "segments_to_send_back": "the second"}) == ["segments_to_send_back"]
    assert read_answer(asked, values, about={}, shown={}, run="r", at=NOON).segments == (1, 2)


def test_a_blocking_finding_is_taken_on_by_its_number() -> None:
    finding = Finding(check="numbers", severity="block", message="2019 became 2091.")
    asked = request(item(1, findings=(finding,)), blocking=("numbers: 2019 became 2091.",))
    values = answer_values(asked, answer(asked, waive=("numbers: 2019 became 2091.",)))
    assert values["findings_to_accept"] == "1"
    assert read_answer(asked, values, about={}, shown={}, run="r", at=NOON).waive == ("numbers: 2019 became 2091.",)
    description = schema_of(asked, markdown=False)["properties"]["findings_to_accept"]["description"]
    assert "1. segment 1: 2019 became 2091." in description


def test_problems_of_the_last_answer_stand_at_the_top() -> None:
    asked = request(item(1), problems=("Segment 1: <1> is missing.",))
    notice = schema_of(asked)["properties"]["digest"]["description"]
    assert "Your last answer was not taken" in notice
    assert r"\<1\> is missing" in notice
    assert str(review_form(asked, markdown=False)._description).startswith("### Water")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ()), ("3", (3,)), ("3, 7-9", (3, 7, 8, 9)), ("9-7", ()), ("1 1,1", (1,)), ("1-999999", ())],
)
def test_numbers_are_read_with_their_ranges(text: str, expected: tuple[int, ...]) -> None:
    assert numbers(text) == expected


def test_corrections_of_segments_that_were_not_asked_for_travel_with_the_answer() -> None:
    asked = request(item(1), item(2, attention=False))
    said = answer(asked, texts={"000000000001-1": "មួយ", "000000000002-1": "ពីរ “</2>”"})
    values = answer_values(asked, said)
    assert refused(asked, values) == []
    read = read_answer(asked, values, about={}, shown={}, run="r", at=NOON)
    assert read.texts == said.texts
    signing = request(item(1, attention=False), kind="edition")
    said = answer(signing, decision="request_changes", comment="See 1.", texts={"000000000001-1": "មួយ"})
    values = answer_values(signing, said)
    assert refused(signing, values) == []
    assert read_answer(signing, values, about={}, shown={}, run="r", at=NOON).texts == said.texts
    assert OTHERS not in answer_values(asked, answer(asked, texts={"000000000001-1": "មួយ"}))


@pytest.mark.parametrize("forged", ["{", "[]", '{"a": 1}', "null", "[" * 100_000])
def test_corrections_that_cannot_be_read_are_no_part_of_the_text(forged: str) -> None:
    values = {**answer_values(TWO, answer(TWO, texts={"000000000002-1": "ពីរ"})), OTHERS: forged}
    assert read_answer(TWO, values, about={}, shown={}, run="r", at=NOON).texts[OTHERS] == ""


def test_the_form_leads_to_the_page_that_keeps_what_is_typed() -> None:
    linked = schema_of(TWO, page="https://reviews.example.org/pubpipe/review/water/km")
    said = linked["properties"]["digest"]["description"]
    assert "[review page](https://reviews.example.org/pubpipe/review/water/km)" in said
    assert "terminal" in schema_of(TWO)["properties"]["digest"]["description"]


def test_the_form_says_that_a_correction_waits_for_a_second_person_and_until_when() -> None:
    asked = request(item(1), due=NOON)
    notice = str(schema_of(asked)["properties"]["digest"]["description"])
    assert "What you correct waits for a second person" in notice
    assert f"Please answer by {NOON:%Y-%m-%d}." in notice
    assert "second person" not in str(schema_of(asked.model_copy(update={"self_approval": True})))


def test_who_typed_a_text_travels_with_it() -> None:
    given = answer(TWO, texts={"000000000002-1": "ពីរ"}, authors={"000000000002-1": ("Dara Kim", "សុខា")})
    values = answer_values(TWO, given)
    assert refused(TWO, values) == []
    read = read_answer(TWO, values, about={}, shown={}, run="r", at=NOON)
    assert read.authors == given.authors


@pytest.mark.parametrize("forged", ["{", "[]", '{"a": 1}', "null", '"x"'])
def test_authors_that_cannot_be_read_are_nobody(forged: str) -> None:
    values = {**answer_values(TWO, answer(TWO, texts={"000000000002-1": "ពីរ"})), "text_authors": forged}
    assert read_answer(TWO, values, about={}, shown={}, run="r", at=NOON).authors == {}
