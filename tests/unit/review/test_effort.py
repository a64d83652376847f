"""How much a person changed is counted in what they see as characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe.model import Content, TagClose, TagOpen, Text
from pubpipe.review.effort import distance, effort


def text(words: str) -> Content:
    return (Text(text=words),)


@pytest.mark.parametrize(
    ("draft", "approved", "edits", "length"),
    [
        ("", "", 0, 0),
        ("không", "không", 0, 5),
        ("người lao động", "người di cư", 7, 14),
        ("労働者", "移住労働者", 2, 5),
        ("ກໍ", "ກໍາ", 1, 1),  # one cluster, changed
        ("a  b", "a b", 0, 3),  # white space is one
        ("e\u0301", "é", 0, 1),  # the canonical form is compared
    ],
)
def test_edits_are_counted_over_grapheme_clusters(draft: str, approved: str, edits: int, length: int) -> None:
    assert distance(text(draft), text(approved)) == (edits, length)


def test_formatting_alone_is_no_change() -> None:
    bold = (TagOpen(id=1, kind="strong"), Text(text="สิทธิ"), TagClose(id=1))
    assert distance(text("สิทธิ"), bold)[0] == 0


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), min_size=1, max_size=8))
def test_shares_lie_between_nothing_and_everything(pairs: list[tuple[str, str]]) -> None:
    made = effort("engine", "km", [(text(one), text(other)) for one, other in pairs])
    assert made is not None
    assert made.segments == len(pairs) == made.untouched + made.changed
    assert 0 <= made.median <= 1
    assert 0 <= made.mean <= 1
    assert made.edits <= made.clusters
    assert (made.edits == 0) == (made.untouched == made.segments)


def test_no_approved_segment_is_no_figure() -> None:
    assert effort("engine", "km", []) is None
