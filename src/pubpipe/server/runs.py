"""Which runs a workspace should have: one for each edition that is due, none for a text that has moved."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pubpipe import pipeline
from pubpipe.errors import PubpipeError, ServerError
from pubpipe.server import client

if TYPE_CHECKING:
    from pubpipe.pipeline import Workspace
    from pubpipe.project import ServerSettings

log = logging.getLogger(__name__)

STATE_FILE = "server.json"
"""Under .pubpipe/: address and processes of the server that `pubpipe up` started."""


def server_record(root: Path) -> dict[str, Any] | None:
    """What a running `pubpipe up` wrote about itself, or None. That it is still running is not proved by it."""
    try:
        record = json.loads((root / ".pubpipe" / STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get("address"), str) else None


def address_of(root: Path, settings: ServerSettings) -> str:
    """Where this workspace's server answers, or would: the one that runs first, then pubpipe.toml's."""
    record = server_record(root)
    if record:
        return str(record["address"])
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def ensure_edition(
    ws: Workspace, address: str, publication: str, language: str, *, reasons: Iterable[str] = ()
) -> client.RunRef:
    """The run of this edition as it stands now, started where there is none that fits.

    `reasons` (why a rebuild wants it) go with a new run as tags, so that the list of runs shows them.
    """
    return client.ensure_run(
        address,
        publication,
        language,
        pipeline.edition_key(ws, publication, language),
        review=_due(ws, address, publication, language),
        tags=[f"why:{reason[:80]}" for reason in reasons][:5],
    )


def supersede_stale(ws: Workspace, address: str) -> tuple[client.RunState, ...]:
    """Close the runs that wait with a form for a text that has moved, or with no form at all; returns them.

    The second happens when a process is killed between telling Prefect that it waits and storing its form.
    """
    closed = []
    for run in client.open_reviews(address):
        if not run.publication or not run.language:
            continue
        try:
            request = pipeline.next_review(ws, run.publication, run.language)
            key = pipeline.edition_key(ws, run.publication, run.language)
        except PubpipeError as error:
            log.warning("%s/%s: %s", run.publication, run.language, error.message)
            continue
        fits = request is not None and client.review_tag(request.digest) in run.tags
        if fits and client.key_tag(key) in run.tags and client.review_schema(address, run.id) is not None:
            continue
        client.supersede(address, {"id": run.id, "state_type": run.type}, "the text under review has moved")
        closed.append(run)
    return tuple(closed)


def reopen(ws: Workspace, address: str, runs: Iterable[client.RunState]) -> tuple[client.RunRef, ...]:
    """A new run for each edition whose run was closed by `supersede_stale`."""
    editions = dict.fromkeys((run.publication, run.language) for run in runs)
    return tuple(ensure_edition(ws, address, publication, language) for publication, language in editions)


def take_up_interrupted(address: str) -> int:
    """How many runs were put back into the queue because the worker that had them is gone.

    Only to be called while no worker is at work. Steps find in the store what is done, so a run simply starts again.
    """
    count = 0
    for run in client.interrupted_runs(address):
        if run.type == "CANCELLING":
            state = {"type": "CANCELLED", "name": "Cancelled", "message": run.message}
        elif run.publication:
            state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "its process was interrupted"}
            count += 1
        else:
            state = {"type": "CRASHED", "name": "Crashed", "message": "its process was interrupted"}
        client.set_state(address, run.id, state, force=True)
    return count


def waiting_run(address: str, publication: str, language: str, digest: str) -> client.RunState | None:
    """The run whose form is bound to this review, where there is one: an answer goes to it."""
    for run in client.open_runs(address, publication, language):
        if run.waiting and client.review_tag(digest) in run.tags:
            return run
    return None


def _due(ws: Workspace, address: str, publication: str, language: str) -> str | None:
    """The digest of the review that is due, where some run of the edition waits with a form."""
    if not any(run.waiting for run in client.open_runs(address, publication, language)):
        return None
    request = pipeline.next_review(ws, publication, language)
    return request.digest if request else ""


def require(address: str) -> None:
    """Nothing where a Prefect server answers; ServerError with the remedy where none does."""
    if not client.running(address):
        raise ServerError(f"no Prefect server answers at {client.safe(address)}.", remedy="Start it with 'pubpipe up'.")
