"""Prefect's own application where SQLite refuses it a lock, which it does to one of two writers at the same moment."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pubpipe.server.gate import Gate


def locked() -> Exception:
    """What SQLAlchemy raises where another connection has written since this one began to read."""
    from sqlalchemy.exc import OperationalError

    return OperationalError("INSERT INTO flow_run_state", {}, sqlite3.OperationalError("database is locked"))


@pytest.mark.parametrize(("refusals", "status"), [(0, 200), (2, 200), (3, 503)])
def test_a_lock_that_prefect_is_refused_is_asked_for_again(
    prefect_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusals: int, status: int
) -> None:
    from prefect.server import models
    from prefect.server.api.server import create_app

    left = refusals

    async def read(*_: Any, **__: Any) -> list[Any]:
        nonlocal left
        if left:
            left -= 1
            raise locked()
        return []

    monkeypatch.setattr(models.flow_runs, "read_flow_runs", read)
    monkeypatch.setattr("pubpipe.server.gate._PAUSES", (0.0, 0.0))
    gate = Gate(create_app(), host="127.0.0.1", port=4200, output=tmp_path)
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http"}
    found = asyncio.run(gate._ask(scope, "POST", "/api/flow_runs/filter", {}))
    assert found[0] == status
    assert left == 0
    assert found[1] == ([] if status == 200 else {"exception_message": "Service Unavailable"})
