"""What every engine must hold, over the registry: those with a network talk to a service on loopback."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from pubpipe.engines import (
    ENGINES,
    Engine,
    EngineDown,
    TranslationRequest,
    TranslationResult,
    build,
    translate_all,
)
from pubpipe.engines.base import code
from pubpipe.errors import ConfigError, EngineBusy, EngineError
from pubpipe.identity import Hash
from pubpipe.languages import SOURCE, TARGETS, LanguageProfile
from pubpipe.model import Content, Placeholder, TagClose, TagOpen, Text, plain, tag_problems, to_markup
from tests import mt_server
from tests.mt_server import KEY, MtServer, always, first, flaky, nobody, serve

ENVIRON = {"PUBPIPE_MICROSOFT_KEY": KEY, "PUBPIPE_LLM_KEY": KEY}
MORE: dict[str, dict[str, Any]] = {
    "llm": {"model": "any", "key_env": "PUBPIPE_LLM_KEY", "base_url": "https://mt.example.com"}
}
REMOTE = tuple(name for name in ENGINES if name not in ("pseudo", "none"))
TRANSLATING = tuple(name for name in ENGINES if name != "none")
KHMER = next(iter(TARGETS.values()))


class Memory:
    """A cache that lives as long as the test, and knows which thread used it."""

    def __init__(self) -> None:
        self.known: dict[Hash, str] = {}
        self.threads: set[int] = set()

    def get(self, keys: Sequence[Hash]) -> Mapping[Hash, str]:
        self.threads.add(threading.get_ident())
        return {k: self.known[k] for k in keys if k in self.known}

    def put(self, answers: Mapping[Hash, str]) -> None:
        self.threads.add(threading.get_ident())
        self.known.update(answers)


@pytest.fixture
def server() -> Iterator[MtServer]:
    with serve() as running:
        yield running


def engine_at(server: MtServer | None, name: str, **settings: Any) -> Engine:
    table = server.settings(name) if server is not None and name in REMOTE else {}
    return build(name, {**MORE.get(name, {}), **table, **settings}, ENVIRON)


def request(segment: str, *content: Any) -> TranslationRequest:
    items = tuple(Text(text=c) if isinstance(c, str) else c for c in content)
    return TranslationRequest(segment=segment, content=items)


def right(name: str, text: str, target: LanguageProfile = KHMER) -> str:
    """What the loopback service answers to a text, as it stands in the result."""
    wanted = code(target, name)
    assert wanted is not None
    return mt_server.translation(text, wanted)


def quickly(seconds: float) -> None:
    """Waits a fiftieth of the time."""
    time.sleep(seconds / 50)


def run(engine: Engine, requests: Sequence[TranslationRequest], **options: Any) -> tuple[TranslationResult, ...]:
    return translate_all(engine, requests, SOURCE, options.pop("target", KHMER), **options)


# -- being made -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENGINES)
def test_making_an_engine_sends_nothing(name: str, server: MtServer) -> None:
    engine = engine_at(server, name)
    assert engine.name == name
    assert server.seen == []


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_that_translates_knows_all_our_languages(name: str, server: MtServer) -> None:
    known = engine_at(server, name).languages
    assert known is None or known == frozenset(TARGETS)


@pytest.mark.parametrize("name", ENGINES)
def test_a_misspelled_setting_is_refused_with_its_name(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(name, {"base_ulr": "https://example.org"}, ENVIRON)
    assert f"[engines.{name}]" in caught.value.message
    assert "base_ulr" in caught.value.message
    assert name not in REMOTE or "'base_url'" in caught.value.remedy


@pytest.mark.parametrize("name", ENGINES)
def test_a_fingerprint_stays_and_holds_no_key(name: str, server: MtServer) -> None:
    engine, same = engine_at(server, name), engine_at(server, name)
    assert engine.fingerprint == same.fingerprint
    assert engine.fingerprint.startswith(f"{name}/")
    assert KEY not in engine.fingerprint + repr(vars(engine))


@pytest.mark.parametrize("name", REMOTE)
def test_another_address_is_another_fingerprint_and_another_timeout_is_not(name: str, server: MtServer) -> None:
    here = engine_at(server, name)
    assert engine_at(server, name, read_timeout=9.0).fingerprint == here.fingerprint
    assert engine_at(server, name, base_url="https://mt.example.org").fingerprint != here.fingerprint


# -- translating ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda p: p.tag)
def test_each_language_is_asked_for_by_the_code_the_service_knows(
    name: str, target: LanguageProfile, server: MtServer
) -> None:
    [result] = run(engine_at(server, name), [request("s", "Workers keep their passports.")], target=target)
    assert result.problem == ""
    assert plain(result.target or ()) == right(name, "Workers keep their passports.", target)


@pytest.mark.parametrize("name", TRANSLATING)
def test_results_stand_in_the_order_of_the_requests(name: str, server: MtServer) -> None:
    texts = [f"This is sentence {n} of the report." for n in range(30)]
    results = run(engine_at(server, name), [request(f"s{n}", t) for n, t in enumerate(texts)])
    assert [r.segment for r in results] == [f"s{n}" for n in range(30)]
    for n, result in enumerate(results):
        assert str(n) in plain(result.target or ())


@pytest.mark.parametrize("name", TRANSLATING)
@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda p: p.tag)
def test_tags_placeholders_addresses_and_numbers_come_back_proved(
    name: str, target: LanguageProfile, server: MtServer
) -> None:
    content: Content = (
        Text(text="Convention C189 "),
        TagOpen(id=1, kind="strong"),
        Text(text="protects "),
        TagOpen(id=2, kind="link", href="https://example.org"),
        Text(text="domestic workers"),
        TagClose(id=2),
        TagClose(id=1),
        Placeholder(id=3, kind="note", ref="n1"),
        Text(text=" since 2011; see https://example.org/a_b?c=1 or write to help@example.org (No. 249/13)."),
        Placeholder(id=4, kind="note", ref="n2"),
    )
    [result] = run(engine_at(server, name), [request("s", *content)], target=target)
    assert result.target is not None, result.problem
    assert tag_problems(content, result.target) == ()
    for kept in ("C189", "2011", "https://example.org/a_b?c=1", "help@example.org", "No. 249/13"):
        assert kept in plain(result.target)
    assert "domestic" not in plain(result.target)


@pytest.mark.parametrize("name", REMOTE)
def test_a_segment_of_names_and_numbers_only_is_not_paid_for(name: str, server: MtServer) -> None:
    [result] = run(engine_at(server, name), [request("s", "C189, https://example.org/x (2011)")])
    assert plain(result.target or ()) == "C189, https://example.org/x (2011)"
    assert server.seen == []


def test_none_leaves_every_segment_to_a_person() -> None:
    results = run(build("none", {}, {}), [request(f"s{n}", f"Sentence {n} here.") for n in range(3)])
    assert [r.target for r in results] == [None] * 3
    assert {r.problem for r in results} == {"left for a human translator"}


# -- failing ----------------------------------------------------------------------------------------


RETRYABLE = ("429", "500", "503", "hang", "truncated", "reset", "drip", "page", "redirect")


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize("fault", RETRYABLE)
def test_a_passing_failure_is_marked_retryable(name: str, fault: str, server: MtServer) -> None:
    server.faults = always(fault)
    engine = engine_at(server, name)
    started = time.monotonic()
    with pytest.raises(EngineBusy) as caught:
        engine.translate("Workers keep their passports.", SOURCE, KHMER)
    assert caught.value.retryable
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize("fault", [*RETRYABLE, "poison", "empty", "echo", "latin"])
def test_one_bad_answer_is_cured_by_asking_again(name: str, fault: str, server: MtServer) -> None:
    server.faults = first(1, fault)
    [result] = run(engine_at(server, name), [request("s", "Workers keep their passports.")], sleep=quickly)
    assert plain(result.target or ()) == right(name, "Workers keep their passports.")


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize("fault", ["poison", "page", "echo", "latin", "empty", "lose-all-tokens", "double-tokens"])
def test_a_bad_answer_is_never_taken_for_a_translation(name: str, fault: str, server: MtServer) -> None:
    server.faults = always(fault)
    content = ("Workers ", TagOpen(id=1, kind="strong"), "keep", TagClose(id=1), " their passports.")
    [result] = run(engine_at(server, name), [request("s", *content)], sleep=quickly)
    assert result.target is None or to_markup(result.target).count("<1>") == 1
    assert result.target is not None or result.problem
    if fault not in ("double-tokens",):
        assert result.target is None


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize("fault", ["401", "403"])
def test_a_refused_key_gives_the_engine_up_at_once(name: str, fault: str, server: MtServer) -> None:
    server.faults = always(fault)
    results = run(engine_at(server, name), [request(f"s{n}", f"Sentence {n} here.") for n in range(50)])
    assert all(r.target is None and "refuses access" in r.problem for r in results)
    assert len(server.seen) <= engine_at(server, name).limits.concurrency


@pytest.mark.parametrize("name", REMOTE)
def test_a_dead_service_costs_seconds_not_minutes(name: str) -> None:
    engine = build(name, {**MORE.get(name, {}), "base_url": nobody()}, ENVIRON)
    with pytest.raises(EngineDown):
        engine.translate("Hello there, workers.", SOURCE, KHMER)
    started = time.monotonic()
    results = run(engine, [request(f"s{n}", f"This is sentence {n}.") for n in range(100)])
    assert time.monotonic() - started < 3
    assert len(results) == 100
    assert all(r.target is None and "cannot be reached" in r.problem for r in results)


@pytest.mark.parametrize("name", REMOTE)
def test_no_key_and_no_source_text_reach_a_log_or_an_exception(
    name: str, server: MtServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("pubpipe").setLevel(logging.DEBUG)
    for fault in ("401", "403", "429", "500", "reset", "hang", "page", "redirect", "truncated"):
        server.faults = always(fault)
        try:
            engine_at(server, name).translate("Confidential zebra words.", SOURCE, KHMER)
        except EngineError as error:
            told = "".join(traceback.format_exception(error)) + repr(error) + error.remedy
            # The line of this file that holds the text is part of the traceback; nothing else may be.
            told = told.replace('translate("Confidential zebra words.", SOURCE, KHMER)', "")
            assert KEY not in told
            assert "zebra" not in told
        results = run(engine_at(server, name), [request("s", "Confidential zebra words.")], sleep=quickly, attempts=2)
        assert "zebra" not in results[0].problem
        assert KEY not in results[0].problem
    assert KEY not in caplog.text
    assert "zebra" not in caplog.text


@pytest.mark.parametrize("name", REMOTE)
def test_400_segments_on_8_threads_with_a_flaky_service_are_400_right_answers(name: str, server: MtServer) -> None:
    server.faults = flaky({"429": 0.1, "poison": 0.1, "reset": 0.03, "truncated": 0.03, "hang": 0.01})
    engine = engine_at(server, name, concurrency=8)
    texts = [f"Segment number {n} & <more> of the report" for n in range(400)]
    results = run(
        engine, [request(f"s{n}", t) for n, t in enumerate(texts)], sleep=quickly, attempts=10, random=lambda: 1.0
    )
    wrong = [(t, r) for t, r in zip(texts, results, strict=True) if plain(r.target or ()) != right(name, t)]
    assert wrong == []
    assert server.busiest > 1


@pytest.mark.parametrize("name", REMOTE)
def test_what_was_answered_before_a_call_was_killed_is_not_paid_again(name: str, server: MtServer) -> None:
    cache = Memory()
    requests = [request(f"s{n}", f"This is sentence {n} of many.") for n in range(40)]

    def killed(done: int, total: int) -> None:
        if done == 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(engine_at(server, name), requests, cache=cache, on_progress=killed)
    kept = len(cache.known)
    assert kept >= 15
    time.sleep(0.2)  # requests on their way when the call was killed end
    server.seen.clear()
    results = run(engine_at(server, name), requests, cache=cache)
    assert all(r.target is not None for r in results)
    assert sum(r.cached for r in results) == kept
    assert len(server.seen) == 40 - kept
    assert cache.threads == {threading.get_ident()}
