"""How fast each provider may be asked, shared by all processes over one database (derived)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.store.database import Database

_LONGEST_SILENCE = 3600.0
"""Seconds of silence that are believed: a clock that was set wrong does not stop an engine for ever."""
_SAVE = sa.text(
    "INSERT INTO paces (provider, tokens, filled, silent) VALUES (:provider, :tokens, :filled, :silent) "
    "ON CONFLICT (provider) DO UPDATE SET tokens = excluded.tokens, filled = excluded.filled, silent = excluded.silent"
)


class Paces:
    """A token bucket for each provider; times are seconds since 1970, so that machines can share them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, provider: str, per_minute: float, burst: int, now: float) -> float:
        """0.0 if a request may be made now (and is counted for everybody), else the seconds to wait before asking."""

        def run(connection: Connection) -> float:
            self._database.lock(connection)
            tokens, filled, silent = _state(connection, provider, float(burst), now)
            if now < silent <= now + _LONGEST_SILENCE:
                return silent - now
            rate = per_minute / 60.0
            # a clock that went back gives nothing, and takes nothing away
            tokens = min(float(burst), tokens + max(0.0, now - filled) * rate)
            wait = 0.0 if tokens > 0.999 else (1.0 - tokens) / rate
            values = {"tokens": tokens if wait else tokens - 1.0, "filled": now, "silent": silent}
            connection.execute(_SAVE, {"provider": provider, **values})
            return wait

        return self._database.write(run)

    def hold(self, provider: str, seconds: float, burst: int, now: float) -> None:
        """Nobody asks this provider for so many seconds."""

        def run(connection: Connection) -> None:
            self._database.lock(connection)
            tokens, filled, silent = _state(connection, provider, float(burst), now)
            until = max(now + seconds, silent if silent <= now + _LONGEST_SILENCE else 0.0)
            connection.execute(_SAVE, {"provider": provider, "tokens": tokens, "filled": filled, "silent": until})

        self._database.write(run)


def _state(connection: Connection, provider: str, full: float, now: float) -> tuple[float, float, float]:
    """(tokens, when they were counted, silent until); a provider that was never asked has all its tokens."""
    row = connection.execute(
        sa.text("SELECT tokens, filled, silent FROM paces WHERE provider = :provider"), {"provider": provider}
    ).first()
    return (float(row.tokens), float(row.filled), float(row.silent)) if row else (full, now, 0.0)
