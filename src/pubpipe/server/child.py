"""The two processes under `pubpipe up`: `python -m pubpipe.server.child server|worker …`; each ends with its parent."""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any


def leave_with(parent: int) -> None:
    """End this process (as Ctrl-C would) when `parent` is gone: a server that nobody can stop would hold its port."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def serve(settings: dict[str, Any]) -> None:
    """Prefect's server with our layer around it, until SIGTERM. `settings`: what `Gate` takes, paths as texts."""
    import uvicorn
    from prefect.server.api.server import create_app

    from pubpipe.server.gate import Gate

    paths = {name: Path(settings[name]) for name in ("output", "state")}
    app = Gate(create_app(final=True), **{**settings, **paths})
    uvicorn.run(
        app,
        host=settings["host"],
        port=settings["port"],
        proxy_headers=False,  # whom to believe about addresses is for the gate to say
        server_header=False,
        log_level="warning",
        timeout_keep_alive=10,
        timeout_graceful_shutdown=3,
        ws_ping_interval=20,
        ws_ping_timeout=20,
    )


def work(pool: str, limit: int) -> None:
    """Prefect's own worker on our pool."""
    sys.argv = ["prefect", "worker", "start", "--pool", pool, "--type", "process", "--limit", str(limit)]
    sys.argv += ["--name", f"pubpipe-{os.getpid()}", "--install-policy", "never"]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


def main(arguments: list[str]) -> None:
    parent, kind, *rest = arguments
    leave_with(int(parent))
    if kind == "server":
        serve(json.loads(rest[0]))
    elif kind == "worker":
        work(rest[0], int(rest[1]))
    else:
        raise SystemExit(f"no such process: {kind}")


if __name__ == "__main__":
    main(sys.argv[1:])
