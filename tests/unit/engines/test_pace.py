"""What a provider allows a minute is allowed to all processes together."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pubpipe.engines import Limits, TranslationRequest, translate_all
from pubpipe.engines.pace import CommonPace
from pubpipe.errors import StoreError
from pubpipe.languages import SOURCE, TARGETS, LanguageProfile
from pubpipe.model import Text
from pubpipe.store import Store

KHMER = next(iter(TARGETS.values()))
A_MINUTE = 300.0
"""Requests: one in a fifth of a second."""


@dataclass
class Dated:
    """An engine that notes when it was asked."""

    path: Path
    name: str = "dated"
    fingerprint: str = "dated/1"
    languages: None = None
    limits: Limits = field(default_factory=lambda: Limits(requests_per_minute=A_MINUTE))

    def translate(self, text: str, source: LanguageProfile, target: LanguageProfile) -> str:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{time.time()}\n")
        return f"ក {text}"


def ask(folder: Path, number: int) -> None:
    """Four requests from a process of its own."""
    with Store.open(f"sqlite:///{folder / 'shared.db'}") as store:
        requests = [
            TranslationRequest(segment=f"{number}-{i}", content=(Text(text=f"Words {number} {i}."),)) for i in range(4)
        ]
        results = translate_all(Dated(folder / "asked"), requests, SOURCE, KHMER, ledger=store.paces)
        assert all(r.target for r in results), results


def test_two_processes_keep_to_one_limit(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=ask, args=(tmp_path, number)) for number in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    asked = sorted(float(line) for line in (tmp_path / "asked").read_text(encoding="utf-8").splitlines())
    assert len(asked) == 8
    # one request at once, and then one for each fifth of a second: never faster, however slow the machine is
    assert asked[-1] - asked[0] >= 6 * 60 / A_MINUTE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'p.db'}") as made:
        yield made


def test_the_ledger_fills_with_time_up_to_the_burst(store: Store) -> None:
    take = store.paces.take
    assert [take("a", 60, 2, 100.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert take("b", 60, 2, 100.0) == 0.0, "providers do not count for one another"
    assert take("a", 60, 2, 100.5) == pytest.approx(0.5)
    assert take("a", 60, 2, 101.0) == 0.0
    assert [take("a", 60, 2, 500.0) for _ in range(3)] == [0.0, 0.0, 1.0], "no more than the burst is saved up"


def test_silence_is_for_everybody_and_a_clock_set_back_stops_nobody_for_ever(store: Store) -> None:
    store.paces.hold("a", 30, 1, 100.0)
    assert store.paces.take("a", 60, 1, 110.0) == 20.0
    assert store.paces.take("a", 60, 1, 130.0) == 0.0
    store.paces.hold("a", 30, 1, 1_000_000.0)
    assert store.paces.take("a", 60, 1, 200.0) <= 1.0


def test_a_ledger_that_is_busy_makes_wait_and_fails_nothing() -> None:
    class Busy:
        def take(self, provider: str, per_minute: float, burst: int, now: float) -> float:
            raise StoreError("busy", retryable=True)

        def hold(self, provider: str, seconds: float, burst: int, now: float) -> None:
            raise StoreError("busy", retryable=True)

    pace = CommonPace(Busy(), "a", 60, 1)
    assert pace.take() > 0
    pace.hold(1)
