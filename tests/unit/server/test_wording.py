"""A text that is shown to a reviewer stays a text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe.model import Finding, Suggestion, TermHit, Text
from pubpipe.model.finding import Span
from pubpipe.review import classify
from pubpipe.server.wording import artifact_key, carried_over, escape, remarks, side_by_side
from tests.unit.server.requests import item, request

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=http://evil.example/x onerror=alert(1)>",
    "![p](http://evil.example/p.png)",
    "[go](javascript:alert(1))",
    "https://evil.example/path www.evil.example me@evil.example",
    "a | b \\| c",
    "# head\n- list\n> quote\n```\ncode\n```",
    "**bold** _it_ ~~gone~~ `code`",
    "&lt;b&gt; &amp;",
    "<!-- --> <1>mark</1><2/>",
    "[^1] [x]: http://evil.example",
    "{{ 7*7 }} {% raw %} $x^2$",
    "\u202egnirts desrever\u202c \x00\x1b[31m",
]


def shown(escaped: str) -> str:
    """What a browser shows of it: comments and backslashes resolved, `<br>` as a new line."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped.replace("<!-- -->", "").replace("<br>", "\n"))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_character_that_means_something_to_markdown_or_html_survives_escaping(text: str) -> None:
    bare = re.sub(r"\\[!-/:-@\[-`{-~]|<!-- -->|<br>", "", escape(text))
    assert not set(bare) & set("<>&|\\[]!*_`~#:@.-+={}^$")


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_an_escaped_text_reads_as_before(text: str) -> None:
    assert shown(escape(text)) == text


def test_a_line_that_runs_backwards_says_so_instead() -> None:
    assert shown(escape("a\u202eb\x00")) == "a[U+202E]b[U+0000]"


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cf", "Cs"))))
def test_escaping_loses_nothing_but_white_space_at_the_edges(text: str) -> None:
    assert shown(escape(text)) == text.strip()


@given(st.text())
def test_an_escaped_text_is_one_line_and_one_table_cell(text: str) -> None:
    escaped = escape(text)
    assert "\n" not in escaped
    assert "\r" not in escaped
    assert "|" not in re.sub(r"\\.", "", escaped)


def test_an_address_is_cut_so_that_nothing_makes_a_link_of_it() -> None:
    assert escape("http://evil.example").startswith("http\\:<!-- -->//evil")
    assert escape("www.evil.example").startswith("www\\.<!-- -->evil")
    assert escape("me@evil.example").startswith("me\\@<!-- -->evil")


def test_each_row_of_the_table_has_four_cells_whatever_the_text_is() -> None:
    (page,) = side_by_side(request(*(item(n, source=text, target=text) for n, text in enumerate(HOSTILE, 1))))
    rows = [line for line in page.splitlines() if line.startswith("| ") and "English" not in line]
    assert len(rows) == len(HOSTILE)
    assert {re.sub(r"\\.", "", row).count("|") for row in rows} == {5}


def test_a_table_above_the_limit_is_split_and_no_segment_is_left_out() -> None:
    pages = side_by_side(request(*(item(n, source="long " * 300) for n in range(1, 61))), limit=20_000)
    assert len(pages) > 3
    assert all(len(page.encode()) <= 20_000 for page in pages)
    found = [int(n) for page in pages for n in re.findall(r"^\| ▶ (\d+) ", page, re.M)]
    assert found == list(range(1, 61))


def test_remarks_say_the_worst_first_and_name_the_terms() -> None:
    lines = remarks(
        item(
            findings=(
                Finding(check="style", severity="info", message="Long."),
                Finding(check="numbers", severity="block", message="2019 became 2091.", suggestion="២០១៩"),
            ),
            terms=(
                TermHit(
                    term="t1",
                    surface="migrant workers",
                    span=Span(start=0, end=15),
                    preferred="ពលករចំណាកស្រុក",
                    forbidden=("x",),
                ),
                TermHit(term="t2", surface="ILO", span=Span(start=20, end=23), keep=True),
            ),
        )
    )
    assert lines[0] == "blocks publication: 2019 became 2091. Suggested: ២០១៩"
    assert "migrant workers → ពលករចំណាកស្រុក; not x" in lines[2]
    assert "ILO stays as it is" in lines[2]


def hostile_everywhere(text: str) -> dict[str, object]:
    """Every field of an item that holds words of a text, or words made of them."""
    change = classify((Text(text=f"Pay 3 {text} now."),), (Text(text=f"Pay 4 {text[::-1]} now."),))
    suggestion = Suggestion(source=text, target=text, score=97, provenance=text, change=change)
    finding = Finding(check="x", severity="warning", message=text, suggestion=text)
    hit = TermHit(term="t", surface=text, span=Span(start=0, end=1), preferred=text, allowed=(text,), forbidden=(text,))
    return {
        "source": text, "target": text, "detail": text, "reason": text, "previous_source": text, "previous_target": text,
        "change": change, "carried": text, "suggestion": suggestion, "findings": (finding,), "terms": (hit,),
    }  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_any_field_of_a_segment_means_something_in_the_table(text: str) -> None:
    (page,) = side_by_side(request(item(1, **hostile_everywhere(text)), comments=(text,)))
    (row,) = [line for line in page.splitlines() if line.startswith("| ▶")]
    bare = re.sub(r"\\[!-/:-@\[-`{-~]|<!-- -->|<br>", "", row)
    assert not set(bare) & set("<>&\\[]!*_`~#:@.-+={}^$")
    assert bare.count("|") == 5


def test_a_revision_is_said_in_words_and_marked() -> None:
    change = classify((Text(text="Pay 3 baht."),), (Text(text="Do not pay 4 baht."),))
    shown_item = item(previous_source="Pay 3 baht.", previous_target="បង់ ៣ បាត", change=change)
    assert remarks(shown_item) == (
        "English before: “Pay 3 baht.”, approved as “បង់ ៣ បាត”",
        "what changed: ‘not’ added; number 3 → 4: “[Pay 3 → Do not pay 4] baht.”",
    )


def test_what_the_reason_says_is_not_said_again_and_format_is_not_marked() -> None:
    change = classify((Text(text="Pay 3 baht."),), (Text(text="Pay 4 baht."),))
    assert remarks(item(previous_source="Pay 3 baht.", change=change, reason="revised: number 3 → 4"))[1:] == (
        "what changed: “Pay [3 → 4] baht.”",
    )
    quotes = classify((Text(text='"Pay"'),), (Text(text="“Pay”"),))
    assert remarks(item(previous_source='"Pay"', change=quotes))[1:] == ("what changed: the style of quotation marks",)


def test_a_carried_approval_is_named_with_its_reason() -> None:
    why = "approved before by Sokha; only formatting changed in the English"
    made = request(*(item(n, carried=why if n % 2 else "") for n in range(1, 6)))
    assert carried_over(made) == (f"segments 1, 3, 5: {why}",)
    assert shown(side_by_side(made)[0]).count(why) == 4  # above the table, and in three rows


def test_an_artifact_key_has_only_what_prefect_allows() -> None:
    assert artifact_key("review", "Water_2027", "zh-Hant") == "review-water-2027-zh-hant"
