"""Calls an engine for many segments and loses none: the one hardened way to any engine.

One failing segment never takes another one with it; an answer is kept the moment it arrives; an engine that
is gone is given up in seconds; nothing is taken that cannot be proved to hold what was protected.
"""

from __future__ import annotations

import logging
import queue
import random as random_module
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pubpipe.engines.answers import complaint
from pubpipe.engines.base import (
    Cache,
    Engine,
    EngineDown,
    EngineRefused,
    TranslationRequest,
    TranslationResult,
    UsesTerms,
)
from pubpipe.engines.pace import CommonPace, Ledger, Pace, shared
from pubpipe.engines.protect import SECOND_FORM, Shield, TokensLost, digits, protect, restore, restore_bare
from pubpipe.errors import EngineBusy, EngineError
from pubpipe.identity import Hash, content_hash, digest
from pubpipe.languages import LanguageProfile
from pubpipe.model import Content, TermHit, plain

log = logging.getLogger(__name__)

Verify = Callable[[Content, Content, tuple[TermHit, ...]], tuple[str, ...]]
"""(source, target, term hits) -> what the target fails in, one string each; pure, called from several
threads."""

_REFUSALS_IN_A_ROW = 4
"""So many requests in a row that nothing answered, or that were refused, and the engine is given up."""
_FAILED_SEGMENTS_IN_A_ROW = 3
"""So many segments in a row whose every attempt failed, and the engine is given up."""
_LONGEST_SILENCE = 90.0
"""Seconds of Retry-After that are waited out; an engine that asks for more is given up for this call."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 10.0


class NoCache:
    """A cache that knows nothing and keeps nothing."""

    def get(self, keys: Sequence[Hash]) -> Mapping[Hash, str]:  # noqa: ARG002 - the Protocol's name
        return {}

    def put(self, answers: Mapping[Hash, str]) -> None:
        """Forgets them."""


def translate_all(
    engine: Engine,
    requests: Sequence[TranslationRequest],
    source: LanguageProfile,
    target: LanguageProfile,
    *,
    cache: Cache | None = None,
    verify: Verify | None = None,
    attempts: int = 5,
    timeout: float | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    stop: threading.Event | None = None,
    ledger: Ledger | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] | None = None,
    random: Callable[[], float] = random_module.random,
) -> tuple[TranslationResult, ...]:
    """What became of each request, in order; a segment that cannot be translated has a `problem`, never an
    exception.

    `timeout` is for the whole call, in seconds (default: two minutes and ten seconds a segment). `stop`
    ends it early; what is not done then says so. `cache` and `on_progress(done, total)` are used in the
    calling thread only, `verify` in worker threads. With `ledger`, all processes that have it keep to the
    provider's limit together; without, those of this process. `sleep` stands in for waiting (tests); otherwise
    waiting ends at once when the call does.
    """
    requests = tuple(requests)
    if not requests:
        return ()
    limit = timeout if timeout is not None else 120.0 + 10.0 * len(requests)
    call = _Call(engine, source, target, verify, max(1, attempts), clock, sleep, random, clock() + limit, ledger)
    store: Cache = cache if cache is not None else NoCache()

    # The same sentence twice in a document is one request; results are handed to every place it stands.
    places: dict[Hash, list[int]] = {}
    for index, request in enumerate(requests):
        terms = [t.model_dump(mode="json") for t in request.terms]
        places.setdefault(digest("request", content_hash(request.content), terms), []).append(index)
    jobs: queue.SimpleQueue[tuple[int, TranslationRequest]] = queue.SimpleQueue()
    same_as = {same[0]: same for same in places.values()}
    for index in same_as:
        jobs.put((index, requests[index]))
    first = tuple(call.first_key(requests[index]) for index in same_as)
    call.known.update({**dict.fromkeys(first), **store.get(first)})

    results: list[TranslationResult | None] = [None] * len(requests)
    done = 0
    # Threads of our own, not an executor: an engine without a time-out must not keep the program from ending.
    for _ in range(min(max(1, engine.limits.concurrency), len(places))):
        threading.Thread(target=_work, args=(call, jobs), name=f"engine-{engine.name}", daemon=True).start()
    try:
        while done < len(requests):
            if stop is not None and stop.is_set():
                call.give_up("stopped before this segment was done")
                break
            left = call.deadline - clock()
            if left <= 0:
                call.give_up(f"not done within {limit:.0f} seconds")
                break
            try:
                message = call.inbox.get(timeout=min(0.1, left))
            except queue.Empty:
                continue
            if isinstance(message, _Question):
                message.reply.put(store.get((message.key,)).get(message.key))
            elif isinstance(message, _Answer):
                store.put({message.key: message.text})
            elif isinstance(message, _Defect):
                raise message.error
            else:
                for index in same_as[message.index]:
                    results[index] = message.result.model_copy(update={"segment": requests[index].segment})
                    done += 1
                if on_progress is not None:
                    on_progress(done, len(requests))
        # Answers that came in with the last message are paid for as well.
        while not call.inbox.empty():
            message = call.inbox.get()
            if isinstance(message, _Answer):
                store.put({message.key: message.text})
    finally:
        call.give_up("the call was ended")
    return tuple(
        result if result is not None else call.failed(request, call.reason)
        for request, result in zip(requests, results, strict=True)
    )


@dataclass(frozen=True)
class _Question:
    """A worker asks the calling thread to look into the cache."""

    key: Hash
    reply: queue.SimpleQueue[str | None]


@dataclass(frozen=True)
class _Answer:
    """An accepted answer, for the cache."""

    key: Hash
    text: str


@dataclass(frozen=True)
class _Done:
    """The result of the request at `index`."""

    index: int
    result: TranslationResult


@dataclass(frozen=True)
class _Defect:
    """An error of ours or of `verify`: it is raised in the calling thread instead of being lost in a
    worker."""

    error: BaseException


class _GivenUp(Exception):
    """Nothing more is asked of the engine in this call."""


@dataclass(frozen=True)
class _Try:
    """The best that one way of asking gave for a segment."""

    target: Content | None
    problem: str = ""
    raw: str = ""
    cached: bool = True


class _Call:
    """What the threads of one call share."""

    def __init__(
        self,
        engine: Engine,
        source: LanguageProfile,
        target: LanguageProfile,
        verify: Verify | None,
        attempts: int,
        clock: Callable[[], float],
        sleep: Callable[[float], None] | None,
        random: Callable[[], float],
        deadline: float,
        ledger: Ledger | None,
    ) -> None:
        self.engine, self.source, self.target, self.verify = engine, source, target, verify
        self.attempts, self.clock, self.random, self.deadline = attempts, clock, random, deadline
        self.inbox: queue.SimpleQueue[_Question | _Answer | _Defect | _Done] = queue.SimpleQueue()
        self.known: dict[Hash, str | None] = {}
        self.reason = ""
        self._over = threading.Event()
        self._sleep = sleep
        self._lock = threading.Lock()
        self._refusals = 0
        self._failed_segments = 0
        limits = engine.limits
        burst = limits.concurrency
        self.pace: Pace | CommonPace
        if ledger is not None and limits.requests_per_minute is not None:
            self.pace = CommonPace(ledger, engine.fingerprint, limits.requests_per_minute, burst)
        elif clock is time.monotonic:
            self.pace = shared(engine.fingerprint, limits.requests_per_minute, burst, clock)
        else:
            self.pace = Pace(limits.requests_per_minute, burst, clock)

    # -- giving up ---------------------------------------------------------------------------

    def give_up(self, reason: str) -> None:
        """Ends all asking; the first reason stays."""
        with self._lock:
            if not self._over.is_set():
                self.reason = reason
                self._over.set()

    def check(self) -> None:
        """Raises _GivenUp when nothing more is to be asked."""
        if self._over.is_set():
            raise _GivenUp

    def pause(self, seconds: float) -> None:
        """Waits, but not a moment longer than there is something to wait for."""
        if self._sleep is not None:
            self._sleep(seconds)
        else:
            self._over.wait(seconds)
        self.check()

    def refused(self, reason: str) -> None:
        """Counts a request that was refused or that nothing answered."""
        with self._lock:
            self._refusals += 1
            enough = self._refusals >= _REFUSALS_IN_A_ROW
        if enough:
            self.give_up(f"{reason} (given up after {_REFUSALS_IN_A_ROW} in a row)")

    def segment_failed(self, reason: str) -> None:
        """Counts a segment whose every attempt failed."""
        with self._lock:
            self._failed_segments += 1
            enough = self._failed_segments >= _FAILED_SEGMENTS_IN_A_ROW
        if enough:
            self.give_up(f"{reason} (given up after {_FAILED_SEGMENTS_IN_A_ROW} segments in a row)")

    def answered(self) -> None:
        """The engine is alive."""
        with self._lock:
            self._refusals = self._failed_segments = 0

    def failed(self, request: TranslationRequest, problem: str, raw: str = "") -> TranslationResult:
        """The result of a segment that stays open."""
        return TranslationResult(
            segment=request.segment, target=None, engine=self.engine.name, problem=problem, raw=raw
        )

    # -- one text ------------------------------------------------------------------------------

    def key(self, text: str, terms: tuple[TermHit, ...]) -> Hash:
        """What an answer is remembered under; the terms count only where the engine is told them."""
        told = [t.model_dump(mode="json") for t in terms] if isinstance(self.engine, UsesTerms) else []
        return digest("engine-answer", self.engine.fingerprint, self.source.tag, self.target.tag, text, told)

    def first_key(self, request: TranslationRequest) -> Hash:
        """The key of what is asked first for a request, so that all of them are looked up in one go."""
        shield = protect(request.content, form=self.engine.limits.token_form, terms=request.terms)
        return self.key(shield.text, request.terms)

    def remembered(self, key: Hash) -> str | None:
        """An answer paid for before, by way of the calling thread."""
        if key in self.known:
            return self.known[key]
        reply: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.inbox.put(_Question(key, reply))
        while True:
            self.check()
            try:
                return reply.get(timeout=0.2)
            except queue.Empty:
                continue

    def _request(self, text: str, terms: tuple[TermHit, ...]) -> str:
        """One request, when the provider's pace allows it; failures that count towards giving up are counted."""
        self.check()
        while (wait := self.pace.take()) > 0:
            self.pause(wait)
        self.check()
        try:
            if isinstance(self.engine, UsesTerms) and terms:
                return self.engine.translate_with_terms(text, self.source, self.target, terms)
            return self.engine.translate(text, self.source, self.target)
        except EngineRefused as error:
            self.give_up(error.message)
            raise
        except EngineError as error:
            if isinstance(error, EngineDown) or not isinstance(error, EngineBusy):
                self.refused(error.message)
            raise
        except Exception as error:
            # A third-party engine's own defect. Its text may hold a key or the source: only the type is told.
            message = f"{self.engine.name} failed with {type(error).__name__}"
            log.warning("%s", message)
            self.refused(message)
            raise EngineError(message) from None

    def ask(self, shield: Shield, terms: tuple[TermHit, ...], accept: Callable[[str], _Try]) -> _Try:
        """The accepted answer for one protected text, from the cache or the engine; retries what a retry
        may cure.

        Raises TokensLost when the engine loses what was protected twice, EngineError when it does not
        translate.
        """
        key = self.key(shield.text, terms)
        old = self.remembered(key)
        if old is not None:
            try:
                return accept(old)
            except TokensLost:
                log.debug("a remembered answer no longer fits; asking again")
        most = self.engine.limits.max_chars
        if most is not None and len(shield.text) > most:
            raise EngineError(
                f"the segment is longer ({len(shield.text)} characters) than {self.engine.name} takes ({most})",
                remedy="Split the sentence in the source, or translate it by hand.",
            )
        bad_texts = 0
        last: EngineError = EngineError("it was not asked")
        for attempt in range(1, self.attempts + 1):
            try:
                answer = self._request(shield.text, terms)
            except EngineBusy as error:
                last = error
                self._wait_after(error, attempt)
                continue
            wrong = complaint(shield.text, answer, shield.form, self.target)
            if wrong is None:
                self.answered()
                try:
                    taken = accept(answer)
                except TokensLost:
                    bad_texts += 1
                    if bad_texts == 2 or attempt == self.attempts:
                        raise
                    continue
                self.inbox.put(_Answer(key, answer))
                return replace(taken, cached=False)
            last = EngineBusy(f"it answered with {wrong.message}")
            if wrong.kind == "text":
                # The service is well; it will hardly do better the third time.
                bad_texts += 1
                if bad_texts == 2:
                    break
            self._wait_after(last, attempt)
        if bad_texts < 2:
            self.segment_failed(last.message)
        raise last

    def _wait_after(self, error: EngineError, attempt: int) -> None:
        """Waits before the next attempt: exponential, with jitter, and never less than the engine asked
        for."""
        self.check()
        asked = error.retry_after if isinstance(error, EngineBusy) else None
        if asked is not None:
            if asked > _LONGEST_SILENCE or self.clock() + asked > self.deadline:
                self.give_up(f"{error.message}; it asks to be left alone for {asked:.0f} seconds")
                raise _GivenUp
            self.pace.hold(asked)
        if attempt < self.attempts:
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (attempt - 1)) * (0.5 + self.random() / 2)
            self.pause(max(wait, asked or 0.0))

    # -- one segment ---------------------------------------------------------------------------

    def draft(
        self, request: TranslationRequest, *, masked: frozenset[str] = frozenset(), numbers: bool = False
    ) -> _Try:
        """One way of translating a segment: with tokens, with tokens of another shape, at last without
        any."""
        form = self.engine.limits.token_form
        lost = ""
        for shape in (form, SECOND_FORM[form]):
            shield = protect(request.content, form=shape, terms=request.terms, masked=masked, numbers=numbers)
            if not shield.has_letters:
                return _Try(restore(shield, shield.text, self.target))
            try:
                return self.ask(shield, request.terms, self._accept(shield))
            except TokensLost as error:
                lost = lost or str(error)
                if not shield.tokens:
                    break
        if masked or numbers:
            return _Try(None, problem=lost)
        bare = protect(request.content, form=form, terms=request.terms, bare=True)
        return self.ask(bare, request.terms, lambda answer: self._accept_bare(bare, answer, lost))

    def _accept(self, shield: Shield) -> Callable[[str], _Try]:
        return lambda answer: _Try(restore(shield, answer, self.target))

    def _accept_bare(self, shield: Shield, answer: str, lost: str) -> _Try:
        target, text = restore_bare(shield, answer)
        if target is not None:
            return _Try(target)
        return _Try(None, problem=f"it lost the inline formatting: {lost}", raw=text)

    def translate(self, request: TranslationRequest) -> TranslationResult:
        """The result of one segment: translated, its numbers proved, its terms verified, and mended once if
        need be."""
        best = self.draft(request)
        if best.target is None:
            return self.failed(request, best.problem, best.raw)
        cached = best.cached
        wanted = digits(plain(request.content))
        numbers = False
        if digits(plain(best.target)) != wanted:
            other = self._attempt(request, numbers=True)
            cached = cached and other.cached
            if other.target is not None and digits(plain(other.target)) == wanted:
                best, numbers = other, True
        masked: frozenset[str] = frozenset()
        missed = self._missed(request, best.target) if best.target is not None else frozenset()
        to_mask, tried = missed, frozenset[str]()
        # The second round is for a term that was right by luck and is missed now that the text is another.
        for _ in range(2):
            if not missed or to_mask == tried:
                break
            tried = to_mask
            other = self._attempt(request, masked=tried, numbers=numbers)
            cached = cached and other.cached
            if other.target is None:
                break
            still = self._missed(request, other.target)
            if len(still) < len(missed) and self._digits_as_good(wanted, best.target, other.target):
                best, masked, missed = other, tried, still
            to_mask = tried | still
        return TranslationResult(
            segment=request.segment,
            target=best.target,
            engine=self.engine.name,
            cached=cached,
            masked_terms=tuple(sorted(masked)),
        )

    @staticmethod
    def _digits_as_good(wanted: tuple[str, ...], old: Content | None, new: Content) -> bool:
        """Whether `new` keeps the source's digits, unless `old` did not keep them either."""
        return digits(plain(new)) == wanted or digits(plain(old or ())) != wanted

    def _attempt(
        self, request: TranslationRequest, *, masked: frozenset[str] = frozenset(), numbers: bool = False
    ) -> _Try:
        """Another draft of a segment that has one already: when it cannot be had, the first one stays."""
        try:
            return self.draft(request, masked=masked, numbers=numbers)
        except (EngineError, TokensLost, _GivenUp):
            return _Try(None)

    def _missed(self, request: TranslationRequest, target: Content) -> frozenset[str]:
        """The terms that the target fails, each judged with all its places in the segment."""
        if self.verify is None:
            return frozenset()
        by_term: dict[str, list[TermHit]] = {}
        for hit in request.terms:
            if not hit.keep and hit.preferred:
                by_term.setdefault(hit.term, []).append(hit)
        return frozenset(term for term, hits in by_term.items() if self.verify(request.content, target, tuple(hits)))


def _work(call: _Call, jobs: queue.SimpleQueue[tuple[int, TranslationRequest]]) -> None:
    """A worker thread: takes segments until there are none or the engine is given up."""
    while True:
        try:
            index, request = jobs.get_nowait()
        except queue.Empty:
            return
        try:
            result = call.translate(request)
        except _GivenUp:
            result = call.failed(request, call.reason)
        except EngineError as error:
            result = call.failed(request, error.message)
        except TokensLost as error:
            result = call.failed(request, f"it lost what was protected: {error}")
        except BaseException as error:
            call.inbox.put(_Defect(error))
            return
        call.inbox.put(_Done(index, result))
