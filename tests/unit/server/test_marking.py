"""Texts as HTML: marks at the right words, and nothing in a text that could do anything."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe.model import Content, Placeholder, Span, TagClose, TagOpen, Text, to_markup
from pubpipe.model.change import DiffPart
from pubpipe.server.marking import Mark, changed, compare, marked, says_the_same, text

LAW: Content = (
    Text(text="The "),
    TagOpen(id=1, kind="strong"),
    Text(text="migrant"),
    TagClose(id=1),
    Text(text=" worker"),
    Placeholder(id=2, kind="break"),
    Text(text="pays"),
)


class Read(HTMLParser):
    """What a browser would make of it: texts, and elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_term_that_goes_over_a_formatting_mark_is_set_off_on_both_sides_of_it() -> None:
    html = marked(LAW, [Mark(Span(start=4, end=18), "term")])
    assert html.count('<mark class="term">') == 2
    assert Read(html).words == "The <1>migrant</1> worker<2/>pays" == to_markup(LAW)


def test_a_line_break_counts_as_one_character_as_in_the_findings() -> None:
    html = marked(LAW, [Mark(Span(start=19, end=23), "finding", "a")])
    assert '<mark class="finding" data-ref="a">pays</mark>' in html


def test_stretches_that_overlap_are_both_named_once() -> None:
    content: Content = (Text(text="abcdef"),)
    html = marked(content, [Mark(Span(start=0, end=4), "finding", "a"), Mark(Span(start=2, end=6), "term", "b")])
    assert Read(html).words == "abcdef"
    assert [e[1].get("data-ref") for e in Read(html).elements] == ["a", "b", None]


@pytest.mark.parametrize("span", [Span(start=5, end=5), Span(start=9, end=4), Span(start=90, end=99)])
def test_a_stretch_that_is_nowhere_marks_nothing(span: Span) -> None:
    assert "<mark" not in marked(LAW, [Mark(span, "term")])


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><b>x",
    "javascript:alert(1) &lt;x&gt;",
    "a\u202etxt.exe\x00\x1b",
    "' onmouseover='alert(1)",
    "{{ 7*7 }} ${x}",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_in_a_text_becomes_an_element(words: str) -> None:
    for html in (text(words), marked((Text(text=words),), [Mark(Span(start=1, end=4), "finding", words)])):
        read = Read(f'<p title="{text(words)}">{html}</p>')
        assert {tag for tag, _ in read.elements} <= {"p", "mark"}
        assert {name for _, names in read.elements for name in names} <= {"title", "class", "data-ref"}
    assert "\u202e" not in text(words)


@given(st.text(alphabet="<>/123\\&\"' aក", max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_the_short_form_reads_back_whatever_is_marked(words: str, start: int, end: int) -> None:
    content: Content = (Text(text=words),) if words else ()
    if says_the_same(content):
        shown = Read(marked(content, [Mark(Span(start=start, end=end), "term")])).words
        assert shown == to_markup(content) or "\\<" in to_markup(content)


def test_what_changed_is_said_in_words_too() -> None:
    html = changed(
        (DiffPart(op="same", text="in "), DiffPart(op="removed", text="3"), DiffPart(op="added", text="<4>"))
    )
    assert html == (
        'in <del><span class="vh">[removed: </span>3<span class="vh">]</span></del>'
        '<ins><span class="vh">[added: </span>&lt;4&gt;<span class="vh">]</span></ins>'
    )


@pytest.mark.parametrize(("before", "after", "spaced"), [("Không ai trả", "Không một ai", True), ("ទឹក", "ទឹកថ្មី", False)])
def test_a_comparison_rejoins_to_both_texts(before: str, after: str, spaced: bool) -> None:
    parts = compare(before, after, spaced=spaced)
    assert "".join(p.text for p in parts if p.op != "added") == before
    assert "".join(p.text for p in parts if p.op != "removed") == after
