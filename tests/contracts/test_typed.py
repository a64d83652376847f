"""What the store promises of texts that were typed and not sent yet, over each database."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pubpipe.store import Collision, Store, Typed

NOON = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


def typed(text: str | None = "ទឹក", version: int = 0, **more: Any) -> Typed:
    values: dict[str, Any] = {
        "publication": "water", "language": "km", "segment": "0" * 12 + "-1", "base": "b" * 64, "reviewer": "Sokha",
        "looked": False, "at": NOON,
    }  # fmt: skip
    return Typed(**{**values, "text": text, "version": version, **more})


def test_a_text_comes_back_as_it_was_typed_under_the_next_version(store: Store) -> None:
    first = store.typed.save(typed("a\r\n ‘x’; --"))
    assert first == typed("a\r\n ‘x’; --", 1)
    second = store.typed.save(typed(None, 1, looked=True))
    assert store.typed.all("water", "km") == (second,)
    assert store.typed.all("water", "lo") == ()


def test_nothing_is_overwritten_that_its_writer_has_not_seen(store: Store) -> None:
    kept = store.typed.save(typed("one"))
    assert store.typed.save(typed("two")) == Collision(kept)
    assert store.typed.save(typed("two", 7)) == Collision(kept)
    assert store.typed.save(typed("three", 1)) == typed("three", 2)
    assert store.typed.save(typed("four", 3, segment="")) == Collision(None)


def test_a_save_that_is_repeated_is_no_collision(store: Store) -> None:
    kept = store.typed.save(typed("one"))
    assert store.typed.save(typed("one")) == kept


def test_each_person_and_each_wording_below_has_a_text_of_its_own(store: Store) -> None:
    for more in ({}, {"reviewer": "Dara"}, {"base": ""}, {"segment": ""}):
        assert isinstance(store.typed.save(typed(**more)), Typed)
    assert len(store.typed.all("water", "km")) == 4
    assert store.typed.count("water", "km", "Sokha") == 3


def test_of_many_that_save_at_once_one_is_first_and_the_others_are_told(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: store.typed.save(typed(f"text {n}")), range(8)))
    (won,) = (d for d in done if isinstance(d, Typed))
    assert store.typed.all("water", "km") == (won,)
    assert [d for d in done if isinstance(d, Collision)] == [Collision(won)] * 7


def test_forgetting_leaves_what_was_typed_meanwhile(store: Store) -> None:
    old = store.typed.save(typed("one"))
    other = store.typed.save(typed("other", segment=""))
    assert isinstance(old, Typed)
    assert isinstance(other, Typed)
    new = store.typed.save(typed("two", 1))
    store.typed.forget((old, other))
    assert store.typed.all("water", "km") == (new,)


def test_a_backup_holds_what_was_typed_and_restores_it_once(store: Store, new_url: Callable[[], str]) -> None:
    kept = store.typed.save(typed("ទឹក"))
    stream = io.StringIO()
    store.export_jsonl(stream)
    with Store.open(new_url()) as other:
        assert other.import_jsonl(io.StringIO(stream.getvalue())) == 1
        assert other.import_jsonl(io.StringIO(stream.getvalue())) == 0
        assert other.typed.all("water", "km") == (kept,)
        newer = other.typed.save(typed("ថ្មី", 1))
        other.import_jsonl(io.StringIO(stream.getvalue()))
        assert other.typed.all("water", "km") == (newer,)
