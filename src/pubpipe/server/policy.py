"""What a person who is logged in may ask of Prefect: a list of what is open; all that is not on it is closed."""

from __future__ import annotations

import re
import uuid

from pubpipe.server.people import Account

_ID = r"[0-9a-fA-F-]{32,36}"
_NAME = r"[\w .-]{1,120}"

_READ = (
    "health",
    "ready",
    "hello",
    "version",
    "csrf-token",
    "admin/version",
    rf"flow_runs/{_ID}",
    rf"flow_runs/{_ID}/graph(-v2)?",
    rf"flow_runs/{_ID}/input/[\w-]{{1,80}}-(schema|description)",  # the form; answers are read by the flow only
    rf"flow_runs/{_ID}/logs/download",
    "flow_run_states/",
    rf"flow_run_states/{_ID}",
    rf"task_runs/{_ID}",
    "task_run_states/",
    rf"task_run_states/{_ID}",
    rf"ui/task_runs/{_ID}",
    rf"flows/{_ID}",
    rf"flows/name/{_NAME}",
    rf"deployments/{_ID}",
    rf"deployments/{_ID}/(schedules|work_queue_check)",
    rf"deployments/name/{_NAME}/{_NAME}",
    rf"artifacts/{_ID}",
    rf"artifacts/{_NAME}/latest",
    rf"work_pools/{_NAME}",
    rf"work_pools/{_NAME}/queues/{_NAME}",
    rf"work_queues/{_ID}(/status)?",
    "events/filter/next",
    rf"v2/concurrency_limits/{_ID}",  # the page of events names them
)
_ASK = (  # POST that only asks
    "(artifacts|artifacts/latest|flow_runs|task_runs|flows|deployments)/(filter|count)",
    "(flow_runs|task_runs|flows|deployments)/paginate",
    "(flow_runs|task_runs)/history",
    "flow_runs/lateness",
    "(logs|events|saved_searches|work_pools|work_queues)/filter",
    "work_pools/count",
    rf"work_pools/{_NAME}/(queues|workers)/filter",
    r"events/count-by/[\w-]{1,20}",
    "ui/flow_runs/(history|count-task-runs)",
    "ui/flows/(count-deployments|next-runs)",
    "ui/schemas/validate",
    "ui/task_runs/(count|dashboard/counts)",
)
_LISTEN = ("events/out", "logs/out")  # websockets that only tell


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("/api/(?:" + "|".join(patterns) + ")", re.ASCII)


READ, ASK, LISTEN = map(_any_of, (_READ, _ASK, _LISTEN))
RESUME = re.compile(rf"/api/flow_runs/({_ID})/resume", re.ASCII)
_LIKE_RESUME = re.compile(r"resume\W*$", re.IGNORECASE)


def resumed_run(method: str, path: str) -> str | None:
    """The id of the run that this request resumes, None for any other request."""
    match = RESUME.fullmatch(path)
    if match is None or method != "POST":
        return None
    try:
        return str(uuid.UUID(match[1]))  # one spelling, the one that the flow knows
    except ValueError:
        return None


def odd(path: str) -> bool:
    """Whether this spelling of a path could mean another one to somebody behind us; nobody needs such a path."""
    return (
        not path.startswith("/")
        or (path.lower().startswith("/api") and not path.startswith("/api"))
        or re.search(r"//|/\.{1,2}(/|$)|[\\%;\x00-\x1f\x7f]", path) is not None
        or (_LIKE_RESUME.search(path) is not None and "/flow_runs/" in path and not RESUME.fullmatch(path))
    )


def allowed(account: Account, kind: str, method: str, path: str) -> bool:
    """Whether this account may make this request, a resume apart (that is judged by what is under review).

    kind: "http" or "websocket". Admins and programs may do everything; people may read runs, forms, tables and logs.
    """
    if account.role in ("admin", "service"):
        return True
    if kind == "websocket":
        return LISTEN.fullmatch(path) is not None
    if not path.startswith("/api"):
        return method in ("GET", "HEAD")  # the interface itself
    if method in ("GET", "HEAD"):
        return READ.fullmatch(path) is not None
    return method == "POST" and ASK.fullmatch(path) is not None
