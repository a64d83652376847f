"""The hardened caller: order, patience, haste, memory, and what it does when an engine misbehaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from pubpipe.engines import (
    Engine,
    Limits,
    TranslationRequest,
    TranslationResult,
    build,
    translate_all,
)
from pubpipe.engines.pace import Pace
from pubpipe.errors import EngineBusy, EngineError
from pubpipe.identity import Hash
from pubpipe.languages import SOURCE, TARGETS, LanguageProfile
from pubpipe.model import Content, Span, TagClose, TagOpen, TermHit, Text, plain, to_markup
from tests.mt_server import MtServer, always, first, serve, translation

KHMER, BURMESE = list(TARGETS.values())[:2]


@dataclass
class Clock:
    """Time that passes only where somebody waits."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@dataclass
class Shelf:
    """A cache in memory."""

    known: dict[Hash, str] = field(default_factory=dict)

    def get(self, keys: Sequence[Hash]) -> Mapping[Hash, str]:
        return {k: self.known[k] for k in keys if k in self.known}

    def put(self, answers: Mapping[Hash, str]) -> None:
        self.known.update(answers)


@dataclass
class Scripted:
    """An engine of a third party: what it does is a function."""

    do: Callable[[str], str]
    concurrency: int = 1
    name: str = "scripted"
    fingerprint: str = "scripted/1"
    languages: frozenset[str] | None = None
    seen: list[str] = field(default_factory=list)

    @property
    def limits(self) -> Limits:
        return Limits(concurrency=self.concurrency, max_chars=300)

    def translate(self, text: str, source: LanguageProfile, target: LanguageProfile) -> str:
        self.seen.append(text)
        return self.do(text)


@pytest.fixture
def server() -> Iterator[MtServer]:
    with serve() as running:
        yield running


def google(server: MtServer, **more: Any) -> Engine:
    return build("google", server.settings("google", **more), {})


def request(segment: str, text: str | Content, *terms: TermHit) -> TranslationRequest:
    content = (Text(text=text),) if isinstance(text, str) else text
    return TranslationRequest(segment=segment, content=content, terms=terms)


def run(engine: Engine, requests: Sequence[TranslationRequest], **options: Any) -> tuple[TranslationResult, ...]:
    return translate_all(engine, requests, SOURCE, options.pop("target", KHMER), **options)


def khmer(text: str) -> str:
    return translation(text, "km")


def sentences(count: int) -> list[TranslationRequest]:
    return [request(f"s{n}", f"This is sentence {n}.") for n in range(count)]


# -- patience and haste -----------------------------------------------------------------------------


def test_retry_after_is_waited_out(server: MtServer) -> None:
    server.faults = first(1, "429-soon")
    clock = Clock()
    [result] = run(google(server), sentences(1), clock=clock, sleep=clock.sleep)
    assert result.target is not None
    assert sum(clock.waits) >= 1.0


def test_an_engine_that_asks_for_a_day_is_given_up_at_once(server: MtServer) -> None:
    server.faults = always("429-tomorrow")
    clock = Clock()
    results = run(google(server, concurrency=1), sentences(20), clock=clock, sleep=clock.sleep)
    assert len(server.seen) == 1
    assert all("left alone for 86400 seconds" in r.problem for r in results)
    assert sum(clock.waits) < 1


def test_waits_between_attempts_grow_and_have_jitter(server: MtServer) -> None:
    server.faults = always("500")
    clock = Clock()
    lots = iter([0.0, 1.0, 0.0, 1.0])
    [result] = run(google(server), sentences(1), clock=clock, sleep=clock.sleep, attempts=5, random=lambda: next(lots))
    assert clock.waits == [0.25, 1.0, 1.0, 4.0]
    assert result.problem == "google has an error of its own (500)"


def test_three_segments_that_fail_in_a_row_end_the_call(server: MtServer) -> None:
    server.faults = always("500")
    clock = Clock()
    results = run(google(server, concurrency=1), sentences(30), clock=clock, sleep=clock.sleep, attempts=3)
    assert len(server.seen) == 9
    assert "given up after 3 segments in a row" in results[29].problem


def test_failures_with_successes_between_them_do_not_end_the_call(server: MtServer) -> None:
    server.faults = lambda number, text: "500" if "2" in text else None
    clock = Clock()
    results = run(google(server, concurrency=1), sentences(20), clock=clock, sleep=clock.sleep, attempts=2)
    assert [r.segment for r in results if r.target is None] == ["s2", "s12"]


def test_an_engine_without_a_timeout_is_left_behind_at_the_deadline() -> None:
    never = threading.Event()

    def stuck(text: str) -> str:
        if "1" in text:
            never.wait()
        return khmer(text)

    started = time.monotonic()
    results = run(Scripted(stuck, concurrency=2), sentences(4), timeout=0.6)
    assert time.monotonic() - started < 3
    never.set()
    assert [r.target is None for r in results] == [False, True, False, False]
    assert "not done within" in results[1].problem


def test_stop_keeps_what_is_done() -> None:
    stop = threading.Event()
    results = run(
        Scripted(khmer),
        sentences(50),
        stop=stop,
        on_progress=lambda done, total: stop.set() if done == 5 else None,
    )
    done = [r for r in results if r.target is not None]
    assert 5 <= len(done) < 50
    assert "stopped" in results[49].problem


def test_no_more_requests_are_under_way_than_the_limit(server: MtServer) -> None:
    run(google(server, concurrency=3), sentences(40))
    assert server.busiest <= 3


def test_the_pace_is_kept_and_silence_is_for_everybody() -> None:
    clock = Clock()
    pace = Pace(60, burst=2, clock=clock)
    assert [pace.take(), pace.take()] == [0.0, 0.0]
    assert pace.take() == pytest.approx(1.0)
    clock.now += 1.0
    assert pace.take() == 0.0
    pace.hold(30)
    assert pace.take() == pytest.approx(30)


# -- nothing is lost, nothing is paid twice ---------------------------------------------------------


def test_a_sentence_that_stands_twice_is_asked_for_once(server: MtServer) -> None:
    results = run(google(server), [request(f"s{n}", "The same sentence.") for n in range(5)])
    assert len(server.seen) == 1
    assert [r.segment for r in results] == ["s0", "s1", "s2", "s3", "s4"]
    assert len({plain(r.target or ()) for r in results}) == 1


def test_progress_goes_up_to_the_end_in_the_calling_thread(server: MtServer) -> None:
    told: list[tuple[int, int, int]] = []
    run(
        google(server),
        sentences(10),
        on_progress=lambda done, total: told.append((done, total, threading.get_ident())),
    )
    assert told == [(n, 10, threading.get_ident()) for n in range(1, 11)]


def test_another_language_or_another_engine_is_another_answer(server: MtServer) -> None:
    shelf = Shelf()
    run(google(server), sentences(1), cache=shelf)
    [other] = run(google(server), sentences(1), cache=shelf, target=BURMESE)
    [again] = run(google(server), sentences(1), cache=shelf)
    assert (other.cached, again.cached) == (False, True)
    assert plain(other.target or ()) != plain(again.target or ())
    assert len(shelf.known) == 2


def test_a_refused_answer_is_not_remembered(server: MtServer) -> None:
    server.faults = always("poison")
    shelf, clock = Shelf(), Clock()
    run(google(server), sentences(1), cache=shelf, clock=clock, sleep=clock.sleep)
    assert shelf.known == {}


def test_one_bad_segment_leaves_the_others_alone(server: MtServer) -> None:
    server.faults = lambda number, text: "poison" if "sentence 3" in text else None
    clock = Clock()
    results = run(google(server), sentences(6), clock=clock, sleep=clock.sleep)
    assert [r.target is None for r in results] == [False, False, False, True, False, False]
    assert results[3].problem == "it answered with an error page instead of a translation"


def test_a_segment_beyond_the_limit_is_told_and_not_sent() -> None:
    engine = Scripted(khmer)
    long, short = run(engine, [request("long", "word " * 100), request("short", "A word here.")])
    assert "longer (499 characters) than scripted takes (300)" in long.problem
    assert short.target is not None
    assert engine.seen == ["A word here."]


# -- engines that misbehave -------------------------------------------------------------------------


def test_a_third_partys_exception_tells_its_type_and_nothing_else() -> None:
    def broken(text: str) -> str:
        raise RuntimeError(f"key=abc while translating {text}")

    results = run(Scripted(broken), sentences(30))
    assert "scripted failed with RuntimeError" in results[0].problem
    assert "abc" not in "".join(r.problem for r in results)
    assert "given up" in results[29].problem


def test_an_error_of_the_callers_own_function_is_raised_not_swallowed() -> None:
    def verify(source: Content, target: Content, terms: tuple[TermHit, ...]) -> tuple[str, ...]:
        raise ZeroDivisionError

    hit = TermHit(term="t", surface="word", span=Span(start=2, end=6), preferred="ពាក្យ")
    with pytest.raises(ZeroDivisionError):
        run(Scripted(khmer), [request("s", "A word here.", hit)], verify=verify)


def test_a_busy_engine_of_a_third_party_is_retried() -> None:
    failures = iter([EngineBusy("busy"), EngineBusy("busy")])

    def tired(text: str) -> str:
        for failure in failures:
            raise failure
        return khmer(text)

    clock = Clock()
    [result] = run(Scripted(tired), sentences(1), clock=clock, sleep=clock.sleep)
    assert result.target is not None
    assert len(clock.waits) == 2


def test_an_error_about_one_text_is_not_retried() -> None:
    def refuses(text: str) -> str:
        if "1" in text:
            raise EngineError("not this one")
        return khmer(text)

    engine = Scripted(refuses)
    results = run(engine, sentences(3))
    assert [r.problem for r in results] == ["", "not this one", ""]
    assert len(engine.seen) == 3


# -- what was protected -----------------------------------------------------------------------------

BOLD: Content = (
    Text(text="Workers "),
    TagOpen(id=1, kind="strong"),
    Text(text="keep"),
    TagClose(id=1),
    Text(text=" their passports."),
)


def test_tokens_of_another_shape_are_tried_when_the_first_are_lost(server: MtServer) -> None:
    server.faults = always("lose-tokens")
    [result] = run(google(server), [request("s", BOLD)])
    assert result.target is not None
    assert to_markup(result.target) == f"{khmer('Workers')}<1>{khmer('keep')}</1>{khmer('their passports.')}"
    assert [("[X" in t, "XQZ" in t) for t in server.texts] == [(True, False), (True, False), (False, True)]


def test_text_without_its_tags_is_offered_and_never_taken(server: MtServer) -> None:
    server.faults = always("lose-all-tokens")
    [result] = run(google(server), [request("s", BOLD)])
    assert result.target is None
    assert result.raw == khmer("Workers keep their passports.")
    assert "lost the inline formatting" in result.problem
    assert "<1> (strong) was lost" in result.problem


def test_mangled_tokens_are_understood(server: MtServer) -> None:
    server.faults = always("mangled")
    [result] = run(google(server), [request("s", BOLD)])
    assert result.target is not None
    assert to_markup(result.target).count("<1>") == 1
    assert len(server.seen) == 1


def test_tags_in_the_wrong_order_are_asked_for_again(server: MtServer) -> None:
    server.faults = first(1, "cross-tokens")
    [result] = run(google(server), [request("s", BOLD)])
    assert result.target is not None
    assert len(server.seen) == 2


def test_a_changed_number_is_mended_by_protecting_the_numbers(server: MtServer) -> None:
    server.faults = lambda number, text: "change-numbers"
    [result] = run(google(server), [request("s", "In 2019, 350,000 workers left.")])
    assert "2019" in plain(result.target or ())
    assert "350,000" in plain(result.target or ())
    assert len(server.seen) == 2


def test_a_number_that_cannot_be_mended_leaves_the_fluent_text_for_the_checks() -> None:
    engine = Scripted(lambda text: "ពលករមួយសែន" if "[X" not in text and "XQZ" not in text else "ពលករ")
    [result] = run(engine, [request("s", "There were 350,000 workers.")])
    assert plain(result.target or ()) == "ពលករមួយសែន"


# -- terms ------------------------------------------------------------------------------------------

WORKER = TermHit(term="migrant-worker", surface="migrant workers", span=Span(start=4, end=19), preferred="ពលករចំណាកស្រុក")
TEXT = "All migrant workers keep their passports."


def missing(source: Content, target: Content, terms: tuple[TermHit, ...]) -> tuple[str, ...]:
    return tuple(f"{t.surface} is missing" for t in terms if t.preferred and t.preferred not in plain(target))


def test_a_missed_term_is_put_in_by_asking_once_more(server: MtServer) -> None:
    [result] = run(google(server), [request("s", TEXT, WORKER)], verify=missing)
    assert server.texts == [TEXT, "All [X1X] keep their passports."]
    assert plain(result.target or ()) == f"{khmer('All')}ពលករចំណាកស្រុក{khmer('keep their passports.')}"
    assert result.masked_terms == ("migrant-worker",)


def test_a_term_that_is_right_costs_nothing_more(server: MtServer) -> None:
    right = WORKER.model_copy(update={"preferred": khmer("migrantworkers")})
    [result] = run(google(server), [request("s", TEXT, right)], verify=missing)
    assert len(server.seen) == 1
    assert result.masked_terms == ()


def test_only_the_terms_that_were_missed_are_put_in(server: MtServer) -> None:
    right = TermHit(term="passport", surface="passports", span=Span(start=31, end=40), preferred=khmer("passports"))
    [result] = run(google(server), [request("s", TEXT, WORKER, right)], verify=missing)
    assert server.texts[1] == "All [X1X] keep their passports."
    assert result.masked_terms == ("migrant-worker",)


def test_where_putting_the_term_in_fails_the_fluent_text_stays(server: MtServer) -> None:
    server.faults = lambda number, text: "lose-all-tokens" if "X1" in text or "XQZ" in text else None
    [result] = run(google(server), [request("s", TEXT, WORKER)], verify=missing)
    assert plain(result.target or ()) == khmer(TEXT)
    assert result.masked_terms == ()


def test_an_engine_that_goes_away_between_two_drafts_keeps_the_first(server: MtServer) -> None:
    server.faults = lambda number, text: "401" if number > 1 else None
    [result] = run(google(server), [request("s", TEXT, WORKER)], verify=missing)
    assert plain(result.target or ()) == khmer(TEXT)


def test_a_term_that_was_right_by_luck_is_put_in_when_the_second_answer_misses_it() -> None:
    by_luck = TermHit(term="passport", surface="passports", span=Span(start=31, end=40), preferred="លិខិតឆ្លងដែន")
    answers = {
        TEXT: "ពលករទាំងអស់រក្សាលិខិតឆ្លងដែន។",
        "All [X1X] keep their passports.": "[X1X]ទាំងអស់រក្សាឯកសារ។",
        "All [X1X] keep their [X2X].": "[X1X]ទាំងអស់រក្សា[X2X]។",
    }
    [result] = run(Scripted(answers.__getitem__), [request("s", TEXT, WORKER, by_luck)], verify=missing)
    assert plain(result.target or ()) == "ពលករចំណាកស្រុកទាំងអស់រក្សាលិខិតឆ្លងដែន។"
    assert result.masked_terms == ("migrant-worker", "passport")
