"""Prefect's HTTP API as command line and flows need it, without the two seconds that importing Prefect costs."""

from __future__ import annotations

import base64
import functools
import http.client
import json
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

from pubpipe.errors import ServerError
from pubpipe.identity import Hash, short

FLOW = "localize"
"""Flow and deployment of one edition; `publish` and `rebuild` are its neighbours."""
OPEN = ("SCHEDULED", "PENDING", "RUNNING", "PAUSED")
FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
_PAGE = 200
"""The most that Prefect's API answers at once."""
_TRIES = 8
BUSY = (429, 503)
"""SQLite under several writers answers 503 "database is locked"; nothing was done, so another try is safe."""


@dataclass(frozen=True)
class RunRef:
    """The run in which an edition is being made, and how it came about."""

    id: str
    how: Literal["started", "reused", "superseded"]
    """superseded: an open run of an older text was closed, and this one started in its place."""
    url: str


@dataclass(frozen=True)
class RunState:
    """Where the run of one edition stands."""

    id: str
    publication: str
    language: str
    type: str
    """Prefect's state type ("RUNNING", "PAUSED", …)."""
    name: str
    """Prefect's state name ("Suspended", "Rejected", …)."""
    message: str
    tags: tuple[str, ...]
    url: str

    @property
    def waiting(self) -> bool:
        """A person has to answer before the run goes on."""
        return self.type == "PAUSED"

    @property
    def final(self) -> bool:
        return self.type in FINAL

    @property
    def review(self) -> str:
        """The short digest of the review that is open, as `review_tag` made it; empty where none is."""
        return tag_value(self.tags, "review")


def running(address: str) -> bool:
    """True where a Prefect server answers at `address`; half a second is the longest that this takes."""
    try:
        return call(address, "GET", "/health", timeout=0.5, tries=1) is True
    except ServerError:
        return False


def ensure_run(
    address: str,
    publication: str,
    language: str,
    key: str,
    *,
    review: str | None = None,
    tags: Iterable[str] = (),
) -> RunRef:
    """The one open run of this edition: the open one if it is about the same thing, else a new one.

    `key` is everything that the edition depends on (`pipeline.edition_key`). `review` is the digest (short or whole)
    of the review that is due now, None where none is: a run that waits with a form for another digest would only
    collect an answer that no longer fits. Runs that are open for something else are closed as "Superseded". A new run
    has no parent: Prefect cannot suspend subflows. Two callers at the same moment get the same run.
    """
    own = edition_tags(publication, language)
    runs = list(_runs(address, tags=own))
    keep: dict[str, Any] | None = None
    closed = 0
    for run in runs:
        if run["state_type"] not in OPEN:
            continue
        if keep is None and _fits(run, key, review):
            keep = run
            continue
        supersede(address, run, f"replaced by a run for {short(Hash(key))}")
        closed += 1
    if keep is not None:
        return RunRef(keep["id"], "reused", run_url(address, keep["id"]))
    created = call(
        address,
        "POST",
        f"/deployments/{_deployment(address, FLOW)}/create_flow_run",
        {
            "name": f"{publication} · {language}",
            "parameters": {"publication": publication, "language": language},
            "tags": [*own, key_tag(key), *tags],
            # A run that failed must not be handed back, hence the count; two callers at once see the same one.
            "idempotency_key": f"{publication}:{language}:{key}:{len(runs)}",
        },
    )
    return RunRef(created["id"], "superseded" if closed else "started", run_url(address, created["id"]))


def supersede(address: str, run: Mapping[str, Any], why: str) -> None:
    """Close a run whose answer would not count any more; nothing is lost, all authored state is in our store."""
    state = (
        {"type": "CANCELLING", "name": "Cancelling", "message": f"Superseded: {why}"}
        if run["state_type"] == "RUNNING"  # its process has to be stopped by the worker
        else {"type": "CANCELLED", "name": "Superseded", "message": f"Superseded: {why}"}
    )
    set_state(address, run["id"], state)


def set_state(address: str, run_id: str, state: Mapping[str, Any], *, force: bool = False) -> None:
    """Move a run to `state`; a refusal means that it moved by itself meanwhile, which is as good."""
    call(address, "POST", f"/flow_runs/{run_id}/set_state", {"state": dict(state), "force": force})


def run_state(address: str, run_id: str) -> RunState:
    """Where this run stands now; ServerError (not retryable) where the server does not know it."""
    return _state_of(address, call(address, "GET", f"/flow_runs/{run_id}"))


def open_runs(address: str, publication: str | None = None, language: str | None = None) -> tuple[RunState, ...]:
    """All runs of editions that are scheduled, running or waiting, newest first."""
    runs = _runs(address, tags=edition_tags(publication, language), types=OPEN)
    return tuple(_state_of(address, run) for run in runs)


def open_reviews(address: str) -> tuple[RunState, ...]:
    """The runs that wait for a reviewer."""
    return tuple(_state_of(address, run) for run in _runs(address, types=("PAUSED",)))


def interrupted_runs(address: str) -> tuple[RunState, ...]:
    """Runs that say they are at work; without a worker nobody is at work on them."""
    busy = ("RUNNING", "PENDING", "CANCELLING")
    return tuple(_state_of(address, run) for run in _runs(address, types=busy, flow=None))


def follow(address: str, ids: Iterable[str], *, every: float = 1.0, patience: float = 60.0) -> Iterator[RunState]:
    """Each change of these runs, the present state first, until every one has ended or waits for a person.

    A server that is away for less than `patience` seconds is waited for; ServerError after that.
    """
    pending = list(dict.fromkeys(ids))
    seen: dict[str, tuple[str, str]] = {}
    lost: float | None = None
    while pending:
        try:
            runs = call(address, "POST", "/flow_runs/filter", {"flow_runs": {"id": {"any_": pending[:_PAGE]}}})
            lost = None
        except ServerError as error:
            if not error.retryable:
                raise
            lost = lost or time.monotonic()
            if time.monotonic() - lost > patience:
                raise
            time.sleep(every)
            continue
        for run in runs:
            state = _state_of(address, run)
            if seen.get(state.id) != (state.type, state.name):
                seen[state.id] = (state.type, state.name)
                yield state
            if state.final or state.waiting:
                pending.remove(state.id)
        missing = set(pending[:_PAGE]) - {run["id"] for run in runs}
        if missing:
            raise ServerError(
                f"the Prefect server at {safe(address)} does not know run {min(missing)}.",
                remedy="It was deleted there; publish again.",
                retryable=False,
            )
        if pending:
            time.sleep(every)


def review_schema(address: str, run_id: str, *, wait: float = 2.0) -> dict[str, Any] | None:
    """The JSON Schema of the form that this run waits with, or None where it waits for nothing.

    Prefect stores the schema just after the state, hence `wait`; a run that was killed in between never gets one.
    """
    run = call(address, "GET", f"/flow_runs/{run_id}")
    if run["state_type"] != "PAUSED":
        return None
    keys = (run["state"].get("state_details") or {}).get("run_input_keyset") or {}
    if "schema" not in keys:
        return None
    deadline = time.monotonic() + wait
    while True:
        schema = run_input(address, run_id, keys["schema"])
        if isinstance(schema, dict):
            return schema
        if time.monotonic() > deadline:
            return None
        time.sleep(0.2)


def run_input(address: str, run_id: str, key: str) -> Any:
    """What is stored under `key` with this run, or None."""
    return call(address, "GET", f"/flow_runs/{run_id}/input/{key}", missing=True)


def resume(address: str, run_id: str, answer: Mapping[str, str]) -> tuple[str, ...]:
    """Hand a reviewer's answer to a waiting run: nothing where it was taken, else what the server refuses and why.

    All values are texts: Prefect evaluates mappings with the key "__prefect_kind", texts are left alone.
    """
    if not all(isinstance(value, str) for value in answer.values()):
        raise TypeError("an answer is made of texts")
    try:
        result = call(address, "POST", f"/flow_runs/{run_id}/resume", {"run_input": dict(answer)})
    except RefusedError as error:
        if error.status == 409:
            return ("Somebody else answered this review at the same moment.",)
        raise
    if result.get("status") == "ACCEPT":
        return ()
    schema = review_schema(address, run_id) if result.get("status") == "REJECT" else None
    if schema is None:
        return ("This run does not wait for an answer any more.",)
    verdict = call(address, "POST", "/ui/schemas/validate", {"schema": schema, "values": dict(answer)})
    problems = tuple(_in_words(verdict.get("errors", ()), schema))
    return problems or (str((result.get("details") or {}).get("reason", "The server refuses the answer.")),)


def _in_words(errors: Iterable[Any], schema: Mapping[str, Any]) -> Iterator[str]:
    for error in errors:
        if isinstance(error, str):
            yield error
            continue
        name = error.get("property", "")
        title = schema.get("properties", {}).get(name, {}).get("title", name)
        for message in error.get("errors", ()):
            yield f"{title}: {message}"


# ---- tags: how an edition's runs are found again


def edition_tags(publication: str | None, language: str | None) -> list[str]:
    """The tags that all runs of an edition (or publication, or language) share."""
    tags = [f"pub:{publication}"] if publication else []
    return [*tags, f"lang:{language}"] if language else tags


def key_tag(key: str) -> str:
    return f"key:{short(Hash(key))}"


def review_tag(digest: str) -> str:
    """The tag of a run that waits: which review its form is bound to."""
    return f"review:{short(Hash(digest))}"


def tag_value(tags: Iterable[str], name: str) -> str:
    return next((tag[len(name) + 1 :] for tag in tags if tag.startswith(f"{name}:")), "")


def _fits(run: Mapping[str, Any], key: str, review: str | None) -> bool:
    tags = run.get("tags", ())
    if key_tag(key) not in tags:
        return False
    return run["state_type"] != "PAUSED" or (review is not None and review_tag(review) in tags)


def run_url(address: str, run_id: str) -> str:
    """Where a person sees the run."""
    return page_url(address, f"runs/flow-run/{run_id}")


def page_url(address: str, page: str) -> str:
    """A page of the interface that this server shows first; the other stands under another path."""
    return f"{_interface(address)}/{page}"


@functools.cache
def _interface(address: str) -> str:
    """Where people find this server's first interface; behind a proxy that is another address than ours."""
    try:
        settings = call(address, "GET", "/ui-settings", api="", tries=1, missing=True) or {}
    except ServerError:
        return safe(address)
    base = str(settings.get("api_url") or "").removesuffix("/api")
    path = str(settings.get(f"{settings.get('default_ui')}_base_url") or "").rstrip("/")
    return f"{base if urlsplit(base).scheme else safe(address)}{path}"


# ---- the wire


def _runs(
    address: str, *, tags: Iterable[str] = (), types: Iterable[str] = (), flow: str | None = FLOW
) -> Iterator[dict[str, Any]]:
    """All flow runs with these tags and state types, page by page, newest first."""
    where: dict[str, Any] = {}
    if tags := list(tags):
        where["tags"] = {"all_": tags}
    if types := list(types):
        where["state"] = {"type": {"any_": types}}
    body: dict[str, Any] = {"flow_runs": where, "sort": "EXPECTED_START_TIME_DESC", "limit": _PAGE}
    if flow:
        body["flows"] = {"name": {"any_": [flow]}}
    found: list[dict[str, Any]] = []
    while True:
        page = call(address, "POST", "/flow_runs/filter", {**body, "offset": len(found)})
        found += page
        if len(page) < _PAGE:
            return iter({run["id"]: run for run in found}.values())


def _deployment(address: str, name: str) -> str:
    found = call(address, "GET", f"/deployments/name/{name}/{name}", missing=True)
    if found is None:
        raise ServerError(
            f"the Prefect server at {safe(address)} has no deployment {name!r}.",
            remedy="Start it with 'pubpipe up', which registers the deployments.",
            retryable=False,
        )
    return str(found["id"])


def is_registered(address: str) -> bool:
    """Whether this server has our deployments."""
    return call(address, "GET", f"/deployments/name/{FLOW}/{FLOW}", missing=True) is not None


def start_deployment(address: str, name: str, parameters: Mapping[str, Any], *, idempotency_key: str) -> RunRef:
    """A run of the deployment `publish` or `rebuild`."""
    created = call(
        address,
        "POST",
        f"/deployments/{_deployment(address, name)}/create_flow_run",
        {"parameters": dict(parameters), "idempotency_key": idempotency_key},
    )
    return RunRef(created["id"], "started", run_url(address, created["id"]))


def _state_of(address: str, run: Mapping[str, Any]) -> RunState:
    state = run.get("state") or {}
    tags = tuple(run.get("tags") or ())
    return RunState(
        id=run["id"],
        publication=tag_value(tags, "pub"),
        language=tag_value(tags, "lang"),
        type=run.get("state_type") or "PENDING",
        name=run.get("state_name") or "Pending",
        message=state.get("message") or "",
        tags=tags,
        url=run_url(address, run["id"]),
    )


def call(
    address: str,
    method: str,
    path: str,
    body: Any = None,
    *,
    timeout: float = 30.0,
    tries: int = _TRIES,
    missing: bool = False,
    api: str = "/api",
) -> Any:
    """What the API answers, as JSON; None for a 404 where `missing` is allowed.

    `address` is "http://host:port", with "user:password@" before the host where Prefect's own password is set.
    A request that the server put off (429, 503) or that never reached it is tried again; one that broke off on
    the way is not, since nobody knows whether it was carried out. Raises ServerError.
    """
    parts = urlsplit(address)
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if parts.username:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    base = parts.path.rstrip("/").removesuffix("/api")
    status, answer = 0, b""
    for attempt in range(1, tries + 1):
        connection = kind(parts.hostname or "", parts.port, timeout=timeout)
        try:
            try:
                connection.connect()
            except OSError as error:
                if attempt < min(tries, 3):
                    time.sleep(0.2 * attempt)
                    continue
                raise _gone(address, error) from error
            try:
                connection.request(method, f"{base}{api}{path}", data, headers)
                response = connection.getresponse()
                status, answer = response.status, response.read()
            except (OSError, http.client.HTTPException) as error:
                raise _gone(address, error) from error
        finally:
            connection.close()
        if status not in BUSY or attempt == tries:
            break
        time.sleep(min(5.0, 0.1 * 2**attempt) * random.uniform(0.5, 1.5))  # noqa: S311 - spreads rivals
    if status == 404 and missing:
        return None
    if status >= 400:
        raise _refused(address, method, path, status)
    try:
        return json.loads(answer) if answer else None
    except ValueError as error:
        raise ServerError(
            f"{safe(address)} answers, but not as a Prefect server does.",
            remedy="Something else listens there: choose another port with [server] port in pubpipe.toml.",
            retryable=False,
        ) from error


def with_login(address: str, login: str) -> str:
    """The address with "user:password" in it, as `call` takes it."""
    user, _, password = login.partition(":")
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"


def safe(address: str) -> str:
    """The address without user name and password."""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/').removesuffix('/api')}"


def _gone(address: str, error: Exception) -> ServerError:
    return ServerError(
        f"the Prefect server at {safe(address)} does not answer ({type(error).__name__}).",
        remedy="Start it with 'pubpipe up'; its log is .pubpipe/logs/server.log.",
    )


class RefusedError(ServerError):
    """The server answered with an HTTP error."""

    status: int = 0


def _refused(address: str, method: str, path: str, status: int) -> RefusedError:
    remedies = {
        401: "It asks for a login: use its own workspace, or set PREFECT_API_AUTH_STRING=name:token.",
        403: "This account may not do that there.",
        404: "It was deleted there, or belongs to another server.",
        409: "Somebody else was faster; look at the run again.",
        429: "It is busy; try again in a minute.",
        503: "Its database is busy; try again. A team needs PostgreSQL: [server] database_url.",
    }
    error = RefusedError(
        f"the Prefect server at {safe(address)} answers {method} {path} with {status}.",
        remedy=remedies.get(status, "Its log is .pubpipe/logs/server.log."),
        retryable=status in BUSY or status >= 500,
    )
    error.status = status
    return error
