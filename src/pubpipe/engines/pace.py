"""Keeps to what a provider allows: so many requests a minute, silence when it asks for silence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from pubpipe.errors import StoreError


class Pace:
    """A token bucket that all threads of one engine share; `clock` gives seconds that only go up."""

    def __init__(self, per_minute: float | None, burst: int, clock: Callable[[], float]) -> None:
        self._rate = None if per_minute is None else per_minute / 60.0
        self._burst = float(max(1, burst))
        self._clock = clock
        self._tokens = self._burst
        self._filled = clock()
        self._silent_until = self._filled
        self._lock = threading.Lock()

    def take(self) -> float:
        """0.0 if a request may be made now (and is counted), else the seconds to wait before asking again."""
        with self._lock:
            now = self._clock()
            if now < self._silent_until:
                return self._silent_until - now
            if self._rate is None:
                return 0.0
            self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._rate)
            self._filled = now
            if self._tokens > 0.999:  # waiting exactly long enough may round to a hair less than one
                self._tokens -= 1.0
                return 0.0
            return (1.0 - self._tokens) / self._rate

    def hold(self, seconds: float) -> None:
        """Nobody asks for so many seconds: what Retry-After means for every thread, not only for one."""
        with self._lock:
            self._silent_until = max(self._silent_until, self._clock() + seconds)


class Ledger(Protocol):
    """Where processes that ask the same provider count their requests together. Called from several threads."""

    def take(self, provider: str, per_minute: float, burst: int, now: float) -> float:
        """0.0 if a request may be made now (and is counted), else the seconds to wait; `now` in seconds since 1970."""

    def hold(self, provider: str, seconds: float, burst: int, now: float) -> None:
        """Nobody asks this provider for so many seconds."""


class CommonPace:
    """The pace of one provider for all processes that share a ledger; `clock` gives seconds since 1970."""

    def __init__(
        self, ledger: Ledger, provider: str, per_minute: float, burst: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._ledger, self._provider, self._per_minute = ledger, provider, per_minute
        self._burst, self._clock = max(1, burst), clock

    def take(self) -> float:
        """As `Pace.take`, for everybody."""
        try:
            return self._ledger.take(self._provider, self._per_minute, self._burst, self._clock())
        except StoreError:
            return _BUSY

    def hold(self, seconds: float) -> None:
        """As `Pace.hold`, for everybody."""
        try:
            self._ledger.hold(self._provider, seconds, self._burst, self._clock())
        except StoreError:
            return  # this thread waits all the same, and the others meet the provider's own refusal


_BUSY = 0.5
"""Seconds to wait where the ledger is so busy that it could not be asked."""
_PACES: dict[tuple[str, float | None], Pace] = {}
_PACES_LOCK = threading.Lock()


def shared(provider: str, per_minute: float | None, burst: int, clock: Callable[[], float]) -> Pace:
    """The pace that every call in this process shares for one provider, so that six languages do not add
    up."""
    with _PACES_LOCK:
        pace = _PACES.get((provider, per_minute))
        if pace is None:
            pace = _PACES[provider, per_minute] = Pace(per_minute, burst, clock)
        return pace
