"""Keeps to what a provider allows: so many requests a minute, silence when it asks for silence."""

from __future__ import annotations

import threading
from collections.abc import Callable


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
