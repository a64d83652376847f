"""Hashes are a contract: these values may change only with a decision record and a migration."""

from __future__ import annotations

from pubpipe import identity
from pubpipe.model import TagClose, TagOpen, Text

A = identity.content_hash([Text(text="Workers must not pay.")])
B = identity.content_hash([Text(text="Workers must pay.")])


def test_the_hashes_of_known_values_are_pinned() -> None:
    assert identity.short(A) == "429756a2b014"
    assert identity.short(identity.context_hash(None, A)) == "8d0c7374a212"
    assert identity.short(identity.terms_hash([{"id": "x", "preferred": "y"}])) == "8d85644f53f4"
    assert identity.short(identity.draft_key(A, "km", ["none/1"], B, "km/1")) == "140d4e1a694c"
    assert identity.short(identity.edition_hash("km", [(A, B)], {"title": "t"})) == "1a6fff7e5743"
    assert identity.short(identity.rendition_key(A, "pdf", {"template": "x"})) == "add033aaa5b0"
    assert identity.short(identity.decision_hash(None, {"reviewer": "r"})) == "d1da4055aa9e"


def test_a_dropped_not_is_another_text() -> None:
    assert A != B


def test_where_a_reader_cuts_runs_does_not_matter() -> None:
    assert identity.content_hash([Text(text="Workers must "), Text(text="not pay.")]) == A


def test_formatting_is_part_of_what_a_text_says() -> None:
    bold = [TagOpen(id=1, kind="strong"), Text(text="Workers must not pay."), TagClose(id=1)]
    assert identity.content_hash(bold) != A


def test_the_order_of_term_entries_does_not_matter() -> None:
    one, two = {"id": "a"}, {"id": "b"}
    assert identity.terms_hash([one, two]) == identity.terms_hash([two, one])
