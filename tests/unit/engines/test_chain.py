"""One engine after another, until a person."""

from __future__ import annotations

from pubpipe.engines import TranslationRequest, build, translate_with_chain
from pubpipe.languages import SOURCE, TARGETS
from pubpipe.model import Text, plain
from tests.mt_server import always, nobody, serve

KHMER = next(iter(TARGETS.values()))
REQUESTS = [TranslationRequest(segment=f"s{n}", content=(Text(text=f"This is sentence {n}."),)) for n in range(4)]


def test_the_next_engine_gets_only_what_the_one_before_left_open() -> None:
    with serve() as bad, serve() as good:
        bad.faults = lambda number, text: "echo" if "2" in text else None
        chain = [
            build("google", bad.settings("google"), {}),
            build("mymemory", good.settings("mymemory"), {}),
        ]
        told: list[tuple[int, int]] = []
        results = translate_with_chain(
            chain, REQUESTS, SOURCE, KHMER, on_progress=lambda done, total: told.append((done, total))
        )
        assert [r.engine for r in results] == ["google", "google", "mymemory", "google"]
        assert good.texts == ["This is sentence 2."]
        assert told[-1] == (4, 4)
        assert all(total == 4 for _, total in told)


def test_a_segment_that_nobody_translated_says_what_each_engine_said() -> None:
    with serve() as bad:
        bad.faults = always("quota")
        chain = [
            build("google", {"base_url": nobody()}, {}),
            build("mymemory", bad.settings("mymemory"), {}),
            build("none", {}, {}),
        ]
        results = translate_with_chain(chain, REQUESTS, SOURCE, KHMER)
    for result in results:
        assert result.target is None
        assert result.problem.startswith("google: google cannot be reached")
        assert "mymemory: the free quota of mymemory is used up for today" in result.problem
        assert result.problem.endswith("none: left for a human translator")


def test_an_engine_that_does_not_know_the_language_is_passed_over() -> None:
    class Narrow:
        name, fingerprint = "narrow", "narrow/1"
        languages: frozenset[str] | None = frozenset()
        limits = build("none", {}, {}).limits

        def translate(self, text: str, source: object, target: object) -> str:
            raise AssertionError("asked for a language it does not know")

    results = translate_with_chain([Narrow(), build("pseudo", {}, {})], REQUESTS, SOURCE, KHMER)
    assert {r.engine for r in results} == {"pseudo"}
    [open_] = translate_with_chain([Narrow()], REQUESTS[:1], SOURCE, KHMER)
    assert open_.problem == "narrow does not translate into Khmer"


def test_without_any_engine_everything_stays_open() -> None:
    results = translate_with_chain([], REQUESTS, SOURCE, KHMER)
    assert [(r.target, r.problem) for r in results] == [(None, "no engine is configured")] * 4
    assert plain(REQUESTS[0].content) not in results[0].problem
