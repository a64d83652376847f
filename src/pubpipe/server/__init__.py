"""The only room that talks to Prefect: start it, register with it, start runs, answer reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pubpipe.server.runs import answer_run, find_server, vouch
    from pubpipe.server.supervise import down, up, up_in_background

_HOMES = {
    "answer_run": "runs",
    "find_server": "runs",
    "down": "supervise",
    "up": "supervise",
    "up_in_background": "supervise",
    "vouch": "runs",
}


def __getattr__(name: str) -> object:
    """Load a part when it is first used; none of these loads Prefect."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"pubpipe.server.{_HOMES[name]}"), name)


__all__ = ["answer_run", "down", "find_server", "up", "up_in_background", "vouch"]
