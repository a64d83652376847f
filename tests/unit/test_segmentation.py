"""Sentences end where a reader of NGO reports sees them end, and segments rejoin to their unit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pubpipe.identity import digest_bytes
from pubpipe.languages import TARGETS
from pubpipe.model import (
    Content,
    Inline,
    Paragraph,
    Placeholder,
    Segment,
    SourceDocument,
    TagClose,
    TagKind,
    TagOpen,
    Text,
    Unit,
    plain,
    tag_problems,
    tidy,
    to_markup,
)
from pubpipe.segmentation import localize, rejoin, segment, sentences

CASES = Path(__file__).parent.parent / "cases" / "segmentation.md"


def _cases() -> list[tuple[str, tuple[str, ...]]]:
    rows = [line.strip("|").split(" | ") for line in CASES.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [(text.strip(), tuple(s.strip() for s in wanted.split("‖"))) for text, wanted in rows[1:]]


@pytest.mark.parametrize(("text", "wanted"), _cases(), ids=[t[:40] for t, _ in _cases()])
def test_sentences_of_reports_end_where_the_table_says(text: str, wanted: tuple[str, ...]) -> None:
    assert sentences(text) == wanted


def test_the_table_has_at_least_sixty_rows() -> None:
    assert len(_cases()) >= 60


def test_a_projects_own_abbreviations_hold_too() -> None:
    assert sentences("Tak Prov. Office helps.", ("Prov.",)) == ("Tak Prov. Office helps.",)


def document(*contents: Content | str) -> SourceDocument:
    blocks = tuple(
        Paragraph(unit=Unit(id=f"u{n}", role="paragraph", content=(Text(text=c),) if isinstance(c, str) else c))
        for n, c in enumerate(contents, 1)
    )
    return SourceDocument(blocks=blocks, file_hash=digest_bytes(b""), reader="test/1")


def pieces(content: Content) -> list[str]:
    return [to_markup(s.content) for s in segment(document(content))]


def bold(number: int, text: str) -> Content:
    return (TagOpen(id=number, kind="strong"), Text(text=text), TagClose(id=number))


def test_a_tag_that_is_open_at_a_cut_is_closed_and_opened_again() -> None:
    content = (Text(text="We say "), *bold(1, "no fees. No debts."), Text(text=" Ever."))
    assert pieces(content) == ["We say <1>no fees.</1>", "<1>No debts.</1>", "Ever."]


def test_a_note_after_the_full_stop_stays_with_its_sentence() -> None:
    note = Placeholder(id=1, kind="note", ref="n")
    assert pieces((Text(text="Fees are illegal."), note, Text(text=" Pay nothing."))) == [
        "Fees are illegal.<1/>",
        "Pay nothing.",
    ]
    assert pieces((Text(text="Fees are illegal. "), note, Text(text="Pay nothing."))) == [
        "Fees are illegal. <1/>",
        "Pay nothing.",
    ]


def test_a_line_break_does_not_end_a_sentence_but_is_kept() -> None:
    line = Placeholder(id=1, kind="break")
    assert pieces((Text(text="Mekong Network"), line, Text(text="Bangkok"))) == ["Mekong Network<1/>Bangkok"]
    content = (Text(text="One sentence."), line, Text(text="Another one."))
    found = segment(document(content))
    assert [plain(s.content) for s in found] == ["One sentence.", "Another one."]
    assert rejoin(found, {}, "") == content
    assert plain(rejoin(found, {found[0].id: (Text(text="一。"),)}, "")) == "一。\nAnother one."


def test_placeholders_make_no_segment_of_their_own_unless_alone() -> None:
    image = Placeholder(id=1, kind="image", ref="a.png")
    assert pieces((Text(text="See it. "), image)) == ["See it. <1/>"]
    found = segment(document((image,)))
    assert [s.translatable for s in found] == [False]


@pytest.mark.parametrize(
    ("text", "translatable"), [("2019", False), ("12.5 %", False), ("—", False), ("3 men", True), ("é", True)]
)
def test_only_what_has_a_letter_is_translatable(text: str, translatable: bool) -> None:
    assert [s.translatable for s in segment(document(text))] == [translatable]


def test_targets_are_joined_as_their_language_joins_sentences() -> None:
    source = document((*bold(1, "Pay nothing. Sign nothing."),))
    found = segment(source)
    targets: dict[str, Content] = {found[0].id: bold(1, "払うな。"), found[1].id: bold(1, "署名するな。")}
    for tag, joined in (("ja", "<1>払うな。署名するな。</1>"), ("vi", "<1>払うな。 署名するな。</1>")):
        localized = localize(source, found, targets, TARGETS[tag])
        assert localized.language == tag
        assert [to_markup(u.content) for u in localized.document.units()] == [joined]


def test_an_open_segment_keeps_its_source_text() -> None:
    source = document("Pay nothing. Sign nothing.")
    found = segment(source)
    localized = localize(source, found, {found[1].id: (Text(text="X"),)}, TARGETS["vi"])
    assert [plain(u.content) for u in localized.document.units()] == ["Pay nothing. X"]


def test_two_targets_with_the_same_tag_numbers_do_not_collide() -> None:
    source = document(
        (
            *bold(1, "Pay"),
            Text(text=" nothing. "),
            TagOpen(id=2, kind="emphasis"),
            Text(text="Sign"),
            TagClose(id=2),
            Text(text=" nothing."),
        )
    )
    found = segment(source)
    content = rejoin(found, {s.id: s.content for s in found}, " ")
    assert to_markup(content) == "<1>Pay</1> nothing. <2>Sign</2> nothing."


def test_ids_survive_an_insertion_elsewhere_and_tell_repeats_apart() -> None:
    before = segment(document("Pay nothing.", "Same.", "Same."))
    after = segment(document("Pay nothing.", "A new paragraph.", "Same.", "Same."))
    assert {s.id for s in before} <= {s.id for s in after}
    assert len({s.id for s in after}) == 4
    assert [s.number for s in after] == [1, 2, 3, 4]
    assert before[0].context_hash != after[0].context_hash
    assert before[2].context_hash == after[3].context_hash


_WORDS = st.sampled_from(
    ["Workers", "pay", "No", "Art", "Dr", "U.S", "etc", "5", "“Stop", "is", "ផ", "(1)", "Yes", "the", "A", "é"]
)
_ENDS = st.sampled_from([". ", " ", "? ", "! ", ".” ", ".", "… ", ".\u00a0", ", ", ".  "])
_TEXTS = st.lists(st.tuples(_WORDS, _ENDS), min_size=1, max_size=6).map(
    lambda p: Text(text="".join(a + b for a, b in p))
)
_HOLDERS = st.sampled_from(["break", "note", "image", "math"]).map(lambda k: Placeholder(id=0, kind=k, ref="r"))  # type: ignore[arg-type]
_KINDS: st.SearchStrategy[TagKind] = st.sampled_from(["strong", "emphasis", "underline"])


def _tagged(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(_KINDS, st.lists(children, min_size=1, max_size=3))


_TREES = st.lists(st.recursive(st.one_of(_TEXTS, _HOLDERS), _tagged, max_leaves=6), min_size=1, max_size=5)


def _flat(tree: Sequence[Any], ids: list[int]) -> list[Inline]:
    out: list[Inline] = []
    for node in tree:
        if isinstance(node, tuple):
            ids[0] += 1
            number = ids[0]
            out += [TagOpen(id=number, kind=node[0]), *_flat(node[1], ids), TagClose(id=number)]
        elif isinstance(node, Placeholder):
            ids[0] += 1
            out.append(node.model_copy(update={"id": ids[0]}))
        else:
            out.append(node)
    return out


def _look(content: Content) -> list[tuple[str, tuple[str, ...]]]:
    """Each visible character and placeholder with the formatting it stands in: what a reader of the page sees."""
    out: list[tuple[str, tuple[str, ...]]] = []
    stack: list[tuple[int, str]] = []
    for item in content:
        look = tuple(sorted({kind for _, kind in stack}))
        if isinstance(item, TagOpen):
            stack.append((item.id, item.kind))
        elif isinstance(item, TagClose):
            stack = [s for s in stack if s[0] != item.id]
        elif isinstance(item, Placeholder):
            out.append((f"<{item.kind}>", () if item.kind == "break" else look))
        else:
            out += [(c, look) for c in item.text if not c.isspace()]
    return out


@given(_TREES)
@example([("strong", [Text(text="One. "), Placeholder(id=0, kind="note", ref="r")]), Text(text="Two.")])
def test_segments_rejoin_to_their_unit(tree: list[Any]) -> None:
    content = tidy(_flat(tree, [0]))
    found = segment(document(content))
    if not found:
        assert not plain(content).strip()
        return
    again = rejoin(found, {}, "JOINT")
    assert plain(again) == plain(content)
    assert _look(again) == _look(content)
    assert not tag_problems(again, again)
    ids = [i.id for i in again if isinstance(i, TagOpen | Placeholder)]
    assert len(set(ids)) == len(ids)


@given(_TREES)
def test_every_segment_is_whole_in_itself(tree: list[Any]) -> None:
    for item in segment(document(tidy(_flat(tree, [0])))):
        assert not tag_problems(item.content, item.content)
        ids = [i.id for i in item.content if isinstance(i, TagOpen | Placeholder)]
        assert ids == list(range(1, len(ids) + 1))
        assert isinstance(item, Segment)
        if len(ids) != len(item.content):
            assert item.before.strip() == ""


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=4))
def test_any_text_is_cut_without_loss(texts: list[str]) -> None:
    source = document(*texts)
    found = segment(source)
    localized = localize(source, found, {}, TARGETS["ja"])
    for old, new in zip(source.units(), localized.document.units(), strict=True):
        assert plain(new.content) == plain(old.content)
    assert len({s.id for s in found}) == len(found)


def test_a_long_paragraph_takes_time_in_proportion() -> None:
    def seconds(times: int) -> float:
        source = document("The workers of No. 5 were not paid. " * times)
        start = time.perf_counter()
        segment(source)
        return time.perf_counter() - start

    seconds(100)
    assert seconds(8_000) < 40 * max(seconds(1_000), 0.01)
