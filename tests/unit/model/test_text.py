"""Inline markup as values, and the short form that people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe.model import (
    Content,
    Inline,
    MarkupError,
    Placeholder,
    TagClose,
    TagOpen,
    Text,
    from_markup,
    plain,
    tag_problems,
    tidy,
    to_markup,
)

BOLD: Content = (
    Text(text="Read the "),
    TagOpen(id=1, kind="strong"),
    Text(text="law"),
    TagClose(id=1),
    Placeholder(id=2, kind="note", ref="n1"),
)


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Well-formed content: texts (with things that look like marks), tags that nest, placeholders."""
    texts = st.one_of(
        st.text(max_size=8),
        st.sampled_from(["<1>", "</2>", "<3/>", "\\<1>", "\\\\<4/>", "\\", "a\\\\", "a < b", "ខ្មែរ"]),
    )
    number = 0
    out: list[Inline] = []
    stack: list[int] = []
    for _ in range(draw(st.integers(0, 8))):
        choice = draw(st.sampled_from(["text", "open", "close", "break"]))
        if choice == "text":
            out.append(Text(text=draw(texts)))
        elif choice == "open":
            number += 1
            stack.append(number)
            out.append(TagOpen(id=number, kind="strong"))
        elif choice == "close" and stack:
            out.append(TagClose(id=stack.pop()))
        elif choice == "break":
            number += 1
            out.append(Placeholder(id=number, kind="break"))
    out += [TagClose(id=n) for n in reversed(stack)]
    return tidy(out)


@given(contents())
def test_the_short_form_comes_back_as_the_same_content(content: Content) -> None:
    assert from_markup(to_markup(content), content) == content


@given(contents())
def test_a_text_has_no_tag_problems_with_itself(content: Content) -> None:
    assert tag_problems(content, content) == ()


def test_plain_text_has_a_newline_for_a_line_break_and_nothing_for_a_note() -> None:
    assert plain((Text(text="a"), Placeholder(id=1, kind="break"), *BOLD)) == "a\nRead the law"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("Read the law<2/>", "<1> is missing"),
        ("Read the <1>law</1>", "<2/> is missing"),
        ("Read <1>the</1> <1>law</1><2/>", "<1> stands 2 times instead of 1"),
        ("Read the </1>law<1><2/>", "</1> closes what is not open there"),
    ],
)
def test_a_tag_fault_is_named(typed: str, problem: str) -> None:
    assert problem in tag_problems(BOLD, from_markup(typed, BOLD))


@pytest.mark.parametrize("typed", ["<3>x</3>", "<1/>", "<2>x</2>"])
def test_a_tag_that_the_source_does_not_have_is_refused(typed: str) -> None:
    with pytest.raises(MarkupError):
        from_markup(typed, BOLD)
