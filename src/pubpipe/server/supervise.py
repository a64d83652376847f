"""`pubpipe up` and `pubpipe down`: Prefect's server, the deployments and a worker for one workspace.

Everything lies under `.pubpipe/` of the workspace: Prefect's home and database, logs, and `server.json`, which tells
other commands where the server is. Nothing of the user's own Prefect (~/.prefect, PREFECT_* variables) is read or
changed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import IO
from urllib.parse import urlsplit

from pubpipe.errors import ServerError
from pubpipe.pipeline import open_workspace
from pubpipe.project import Project, RebuildSettings, ServerSettings
from pubpipe.server import client, people, runs
from pubpipe.server.here import FILES_PATH, FILES_VARIABLE, UI_VARIABLE

log = logging.getLogger(__name__)

Tell = Callable[[str], None]
"""How progress reaches a person: one line at a time."""

NAMES_ARE_CLAIMS = (
    "no accounts: who reaches this address (this machine only) may answer under any name, and names in the record are "
    "claims; 'pubpipe people add' changes that"
)
START_LIMIT = 180.0
"""Seconds that the first start may take: it makes the database, and laptops are slow."""
STOP_LIMIT = 6.0
"""Seconds that a process gets to end by itself."""
WHY_V1 = (
    "Prefect shows its first interface (v1): it has a Resume button, marks missing answers beside their boxes and does "
    "not lose what was typed to a click beside the form; v2 does none of that ([server] ui in pubpipe.toml)"
)
WHY_V2 = (
    "Prefect shows its second interface (v2), as [server] ui in pubpipe.toml asks; a click beside the review form "
    "closes it and loses what was typed, and Resume is in the run's menu"
)


def up(
    root: Path,
    settings: ServerSettings,
    rebuild: RebuildSettings,
    *,
    say: Tell,
    stop: threading.Event | None = None,
) -> None:
    """Start server, deployments and worker, say where they are, and stay until Ctrl-C, SIGTERM or `stop`.

    A worker or server that dies is started again, after a pause that grows. When this returns all of it is stopped;
    schedules stay active and waiting reviews stay open in Prefect's database.
    Raises ServerError: an address beyond loopback without accounts or TLS, a port in use, a server that runs already
    or does not come up.
    """
    root = root.resolve()
    check_reach(settings, bool(people.load(root / ".pubpipe").people))
    stop = stop or threading.Event()
    state = root / ".pubpipe"
    with open_workspace(root) as ws:
        project = ws.project.model_copy(update={"server": settings, "rebuild": rebuild})
    _make(state)
    with _only_one(state, root), _signals(stop):
        _port_is_free(settings.host, settings.port)
        house = _House(root, project, say)
        try:
            house.start(stop)
            if not stop.is_set():
                house.watch(stop)
        finally:
            house.close()
            say("stopped; schedules and waiting reviews stay as they are")


def up_in_background(root: Path, *, say: Tell, port: int | None = None) -> str:
    """Start `up` in a process of its own and return the server's address as soon as it takes work.

    ServerError with the reason if it ends before that; its words are in `.pubpipe/logs/up.log`.
    """
    root = root.resolve()
    state = root / ".pubpipe"
    _make(state)
    if _held(state):
        raise _runs_already(root)
    command = [sys.executable, "-m", "pubpipe.server.supervise", str(root), *([str(port)] if port else [])]
    with _log(state, "up") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd=root
        )
    say("starting Prefect; the first start takes up to a minute")
    deadline = time.monotonic() + START_LIMIT + 30
    while time.monotonic() < deadline:
        record = runs.server_record(root)
        if record and record.get("pid") == process.pid:
            return str(record["address"])
        if process.poll() is not None:
            raise ServerError(
                _last_line(state / "logs" / "up.log") or "the server ended at once.",
                remedy=f"See {state / 'logs' / 'up.log'}.",
                retryable=False,
            )
        time.sleep(0.3)
    process.terminate()
    raise ServerError(f"the server did not come up in {START_LIMIT:.0f} s.", remedy=f"See {state / 'logs'}.")


def down(root: Path, *, say: Tell) -> bool:
    """Stop what `up` started for this workspace; False (and said so) where nothing runs.

    Only the process that holds this workspace's lock is signalled: a recorded number that now belongs to another
    program never is. ServerError where it does not end.
    """
    state = root.resolve() / ".pubpipe"
    holder = _held(state)
    if not holder:
        (state / runs.STATE_FILE).unlink(missing_ok=True)
        say("no server of this workspace is running")
        return False
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + 4 * STOP_LIMIT
    while _held(state) == holder:
        if time.monotonic() > deadline:
            raise ServerError(
                f"the server (process {holder}) does not stop.",
                remedy=f"Look at {state / 'logs'}; as a last resort: kill -9 {holder}.",
            )
        time.sleep(0.1)
    say("stopped; schedules and waiting reviews stay as they are")
    return True


class _House:
    """The processes of one `up`."""

    def __init__(self, root: Path, project: Project, say: Tell) -> None:
        self.root = root
        self.project = project
        self.port = project.server.port
        self.say = say
        self.state = root / ".pubpipe"
        host = project.server.host
        # where a server listens on every address, its own processes use loopback
        near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        self.address = f"http://{f'[{near}]' if ':' in near else near}:{self.port}"
        self.login = people.workspace_login(self.state)
        self.own_address = client.with_login(self.address, self.login)
        self.environment = environment(root, project, self.address)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.begun: dict[str, float] = {}
        self.delay: dict[str, float] = {}

    def start(self, stop: threading.Event) -> None:
        self.say("starting Prefect; the first start takes up to a minute")
        self._spawn("server")
        self._await_server(stop)
        if stop.is_set():
            return
        self.say("registering the deployments")
        self._register()
        self._tidy()
        self._spawn("worker")
        self._record()
        rebuild = self.project.rebuild
        ui = self.project.server.ui
        self.say(WHY_V1 if ui == "v1" else WHY_V2)
        if rebuild.cron:
            self.say(f"rebuilds what is stale: {rebuild.cron} ({rebuild.timezone})")
        if self.project.notify.wanted and self.project.notify.cron:
            self.say(f"tells people what waits for them: {self.project.notify.cron} ({rebuild.timezone})")
        accounts = [a for a in people.load(self.state).people if a.active]
        self.say(f"{len(accounts)} accounts; everything needs a login" if accounts else NAMES_ARE_CLAIMS)
        self.say(f"ready: {self.project.server.public_url or self.address}")

    def watch(self, stop: threading.Event) -> None:
        """Start again what dies, until `stop`."""
        while not stop.wait(0.5):
            for name in ("server", "worker"):
                process = self.processes[name]
                if process.poll() is None:
                    if time.monotonic() - self.begun[name] > 60:
                        self.delay[name] = 1.0
                    continue
                pause = self.delay.get(name, 1.0)
                self.delay[name] = min(60.0, 2 * pause)
                self.say(f"the {name} ended ({_ending(process.returncode)}); starting it again in {pause:.0f} s")
                _end_group(process.pid)
                if stop.wait(pause):
                    return
                if name == "server":
                    self._spawn("server")
                    self._await_server(stop, fatal=False)
                elif client.running(self.address):
                    # what the dead worker had begun is nobody's now
                    with _said(self.say):
                        runs.take_up_interrupted(self.own_address)
                    self._spawn("worker")
                else:
                    continue
                self._record()

    def close(self) -> None:
        """Worker first, so that it can still say goodbye to the server."""
        record = runs.server_record(self.root)
        if record and record.get("pid") == os.getpid():
            (self.state / runs.STATE_FILE).unlink(missing_ok=True)
        for name in ("worker", "server"):
            process = self.processes.get(name)
            if process is None:
                continue
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_LIMIT)
            _end_group(process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_LIMIT)

    def _spawn(self, name: str) -> None:
        settings = self.project.server
        gate = {
            "host": settings.host,
            "port": self.port,
            "output": str(self.root / self.project.output),
            "state": str(self.state),
            "public_url": settings.public_url or "",
            "trusted_proxy": settings.trusted_proxy,
            "exposed": exposed(settings),
        }
        arguments = {
            "server": [json.dumps(gate)],
            "worker": ["pubpipe", str(max(2, min(6, os.cpu_count() or 2)))],
        }[name]
        with _log(self.state, name) as output:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "pubpipe.server.child", str(os.getpid()), name, *arguments],
                # the login goes by environment, which other users cannot read; arguments they can
                env=self.environment | ({"PREFECT_API_AUTH_STRING": self.login} if name == "worker" else {}),
                cwd=self.state,  # a prefect.toml or .env in the workspace is not meant for this server
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches us, and we stop them in order
            )
        self.begun[name] = time.monotonic()

    def _await_server(self, stop: threading.Event, *, fatal: bool = True) -> None:
        begun = time.monotonic()
        said = begun
        while not client.running(self.address):
            ended = self.processes["server"].poll() is not None
            if ended or time.monotonic() - begun > START_LIMIT:
                if not fatal:
                    return
                why = "ended" if ended else f"did not answer within {START_LIMIT:.0f} s"
                words = _last_line(self.state / "logs" / "server.log")
                raise ServerError(
                    f"the Prefect server {why}: {words or 'no word in its log'}",
                    remedy=f"See {self.state / 'logs' / 'server.log'}.",
                    retryable=False,
                )
            if time.monotonic() - said > 15:
                said = time.monotonic()
                self.say(f"still starting ({said - begun:.0f} s)")
            if stop.wait(0.25):
                return

    def _register(self) -> None:
        with _log(self.state, "register") as output:
            done = subprocess.run(
                [sys.executable, "-m", "pubpipe.server.register", str(self.root)],
                env=self.environment | {"PREFECT_API_AUTH_STRING": self.login},
                cwd=self.state,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=START_LIMIT,
                check=False,
            )
        if done.returncode:
            path = self.state / "logs" / "register.log"
            raise ServerError(
                f"the deployments were not registered: {_last_line(path)}", remedy=f"See {path}.", retryable=False
            )

    def _tidy(self) -> None:
        """Put right what an earlier end left behind: interrupted runs, reviews of a text that has moved."""
        if count := runs.take_up_interrupted(self.own_address):
            self.say(f"took up {count} interrupted run{'s' if count > 1 else ''}")
        with _said(self.say), open_workspace(self.root) as ws:
            stale = runs.supersede_stale(ws, self.own_address)
            for run in runs.reopen(ws, self.own_address, stale):
                log.info("reopened %s", run.id)
            if stale:
                self.say(f"opened {len(stale)} review{'s' if len(stale) > 1 else ''} anew, because the text moved")

    def _record(self) -> None:
        record = {
            "address": self.address,
            "pid": os.getpid(),
            "started": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "ui": self.project.server.ui,
            "processes": {name: process.pid for name, process in self.processes.items()},
        }
        path = self.state / runs.STATE_FILE
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        temporary.replace(path)


def environment(root: Path, project: Project, address: str) -> dict[str, str]:
    """The environment of server, worker and flow runs: this workspace's, with nothing of the user's own Prefect."""
    home = root / ".pubpipe" / "prefect"
    public = project.server.public_url or address
    database = project.server.database_url or f"sqlite+aiosqlite:///{(home / 'prefect.db').as_posix()}"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    return {
        **inherited,
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_UI_URL": public,
        "PREFECT_SERVER_UI_API_URL": f"{public}/api",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
        "PREFECT_SERVER_DATABASE_TIMEOUT": "30",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": public,
        "PREFECT_SERVER_UI_V2_ENABLED": "true" if project.server.ui == "v2" else "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_WORKER_CANCELLATION_POLL_SECONDS": "20",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_CLI_PROMPT": "false",
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
        UI_VARIABLE: project.server.ui,
        FILES_VARIABLE: f"{public}{FILES_PATH}",
    }


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def exposed(settings: ServerSettings) -> bool:
    """Whether other machines reach this server, directly or through a web server in front of it."""
    return not is_loopback(settings.host) or settings.trusted_proxy or settings.public_url is not None


def check_reach(settings: ServerSettings, accounts: bool) -> None:
    """ServerError where other machines would reach a server without accounts, or passwords would go in clear text."""
    if not exposed(settings):
        return
    public = urlsplit(settings.public_url or "")
    if not accounts:
        raise ServerError(
            f"[server] lets other machines reach this server (host = {settings.host!r}, "
            f"public_url = {settings.public_url!r}), and it has no accounts: anybody there could approve.",
            remedy="Make the first with 'pubpipe people add NAME', or set host to 127.0.0.1 and leave public_url and "
            "trusted_proxy out: docs/how-to/accounts.md.",
            retryable=False,
        )
    if not settings.trusted_proxy or public.scheme != "https" or not public.netloc or public.path.strip("/"):
        raise ServerError(
            "other machines reach this server, and nothing says that TLS stands in front of it: passwords would cross "
            "the network in clear text.",
            remedy='Put a web server with TLS in front and set trusted_proxy = true and public_url = "https://HOST" '
            "under [server]: docs/how-to/accounts.md.",
            retryable=False,
        )


def _port_is_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            what = "Prefect" if client.running(f"http://{host}:{port}") else "another program"
            raise ServerError(
                f"port {port} on {host} is in use by {what}.",
                remedy="Stop it, or choose another with [server] port in pubpipe.toml or --port.",
                retryable=False,
            ) from error


def _make(state: Path) -> None:
    try:
        (state / "logs").mkdir(parents=True, exist_ok=True)
        (state / "prefect").mkdir(exist_ok=True)
    except OSError as error:
        raise ServerError(
            f"{state} cannot be written: {error.strerror}.", remedy="Mend its rights.", retryable=False
        ) from error


@contextlib.contextmanager
def _only_one(state: Path, root: Path) -> Iterator[None]:
    """Hold the workspace's lock; the system frees it when this process ends, however it ends."""
    import fcntl

    with (state / "server.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _runs_already(root) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
        lock.truncate(0)


def _held(state: Path) -> int:
    """The process that holds the lock, or 0."""
    import fcntl

    try:
        with (state / "server.lock").open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return int(lock.read().strip() or 0)
    except (OSError, ValueError):
        return 0
    return 0


def _runs_already(root: Path) -> ServerError:
    record = runs.server_record(root)
    where = f" at {record['address']}" if record else ""
    return ServerError(
        f"the server of {root} runs already{where}.", remedy="Stop it with 'pubpipe down'.", retryable=False
    )


@contextlib.contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal set `stop`; a second Ctrl-C changes nothing, stopping is under way."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.signal(name, on_signal) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextlib.contextmanager
def _log(state: Path, name: str) -> Iterator[IO[bytes]]:
    """Append to logs/<name>.log; above 5 MB the old one becomes <name>.1.log."""
    path = state / "logs" / f"{name}.log"
    if path.exists() and path.stat().st_size > 5_000_000:
        path.replace(path.with_suffix(".1.log"))
    with path.open("ab") as output:
        stamp = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        output.write(f"---- {stamp}\n".encode())
        output.flush()
        yield output


@contextlib.contextmanager
def _said(say: Tell) -> Iterator[None]:
    """What goes wrong here is told and does not stop the server: one bad publication must not block the others."""
    from pubpipe.errors import PubpipeError

    try:
        yield
    except PubpipeError as error:
        say(str(error))


def _end_group(pid: int) -> None:
    """Kill what is left of a process's group: its leader was started by us with a session of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit {code}"


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip() and not line.startswith("----")), "")


def main(arguments: list[str]) -> int:
    """`python -m pubpipe.server.supervise FOLDER [PORT]`: what `up_in_background` runs."""
    from pubpipe.errors import PubpipeError

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    try:
        with open_workspace(Path(arguments[0])) as ws:
            root, settings, rebuild = ws.root, ws.project.server, ws.project.rebuild
        if len(arguments) > 1:
            settings = settings.model_copy(update={"port": int(arguments[1])})
        up(root, settings, rebuild, say=say)
    except PubpipeError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
