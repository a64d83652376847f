"""Which runs a workspace should have: one for each edition that is due, none for a text that has moved."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pubpipe import pipeline
from pubpipe.errors import PubpipeError, ReviewError, ServerError
from pubpipe.server import client, form, people, rights, signature

if TYPE_CHECKING:
    from pubpipe.model import ReviewAnswer, ReviewRequest
    from pubpipe.pipeline import Workspace

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


def find_server(root: Path, environ: Mapping[str, str]) -> str | None:
    """The address of the server that this workspace uses, if it answers: that of `pubpipe up`, else PREFECT_API_URL's.

    The second counts only where this program's deployments are registered: a PREFECT_API_URL that is set for other
    work is left alone.
    """
    if (record := server_record(root)) and client.running(str(record["address"])):
        return own_login(root, str(record["address"]))
    address = environ.get("PREFECT_API_URL", "").rstrip("/").removesuffix("/api")
    if not address:
        return None
    if login := environ.get("PREFECT_API_AUTH_STRING"):
        address = client.with_login(address, login)
    return address if client.running(address) and client.is_registered(address) else None


def people_address(ws: Workspace) -> str:
    """The address under which people reach the server of `pubpipe up`, whether it is up or not."""
    server = ws.project.server
    running = server_record(ws.root) or {}  # it may have been started on another port
    return server.public_url or str(running.get("address") or f"http://{server.host}:{server.port}")


def own_login(root: Path, address: str) -> str:
    """The address with the workspace's own login: once there are accounts its server lets nobody in without one."""
    return client.with_login(address, people.workspace_login(root / ".pubpipe"))


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


def answer_run(
    address: str, ws: Workspace, request: ReviewRequest, answer: ReviewAnswer, *, wait: float = 120.0
) -> tuple[str, ...] | None:
    """Hand the answer to the run that waits with this review; what is wrong with it, or None where no run waits.

    Once there are accounts, the caller has asked the reviewer for their password (`vouch`); the answer is sealed here.
    Returns when the run has recorded it, so that the caller sees the next round; after `wait` seconds without a worker
    the answer is safe in Prefect and this returns as if it were recorded.
    """
    run = waiting_run(address, request.publication, request.language, request.digest)
    if run is None:
        return None
    values = form.answer_values(request, answer)
    state = ws.root / ".pubpipe"
    if people.load(state).people:
        values = signature.signed(people.secret(state), run.id, values, answer.reviewer, ws.now())
    problems = client.resume(address, run.id, values)
    if problems:
        return problems
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        now = client.run_state(address, run.id)
        if now.waiting and now.review != run.review:
            upcoming = pipeline.next_review(ws, request.publication, request.language)
            return upcoming.problems if upcoming and upcoming.stage == request.stage else ()
        if now.final:
            if (now.type == "FAILED" and now.name != "Rejected") or now.type == "CRASHED":
                raise ServerError(
                    f"the run that took the answer ended as {now.name}: {now.message}",
                    remedy=f"Its log: {now.url}. The answer is kept there; 'Retry' takes it again.",
                    retryable=False,
                )
            return ()
        time.sleep(0.5)
    return ()


def vouch(
    state: Path,
    reviewer: str,
    password: Callable[[str], str],
    *,
    language: str,
    stage: str,
    now: dt.datetime,
    publication: str = "",
) -> str:
    """The name under which an answer from the terminal goes on record.

    Without accounts that is what was typed. With accounts it is the account's name, after `password` (called with
    that name) gave the right one, and only with the right for this stage and language (`rights.refusal`). ReviewError
    otherwise.
    """
    accounts = people.load(state)
    if not accounts.people:
        return reviewer
    account = accounts.find(reviewer)
    if account is None or not account.active:
        raise ReviewError(
            f"{reviewer!r} has no account here, and reviewers of this workspace log in.",
            remedy="'pubpipe people list' shows who has; 'pubpipe people add' makes one.",
        )
    if refusal := rights.refusal(state, account, publication, language, stage, now):
        raise ReviewError(
            refusal, remedy="'pubpipe people grant' and the stages of pubpipe.toml say what a person may decide."
        )
    if account.start_until is not None:
        raise ReviewError(
            f"{account.name} has a start password, which decides nothing.",
            remedy="Log in at the server, or use 'pubpipe people password', to choose one.",
        )
    if not people.password_fits(account, password(account.name), now):
        raise ReviewError("the password is wrong.", remedy="Nothing was recorded.")
    return account.name


def _due(ws: Workspace, address: str, publication: str, language: str) -> str | None:
    """The digest of the review that is due; asked only where some run of the edition waits with a form."""
    if not any(run.waiting for run in client.open_runs(address, publication, language)):
        return None
    request = pipeline.next_review(ws, publication, language)
    return request.digest if request else None
