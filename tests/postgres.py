"""A private PostgreSQL cluster for tests, in a temporary folder and behind a local socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def cluster() -> Iterator[str]:
    """The URL prefix of a running cluster ("postgresql://tests@/{database}?host=…" with a `{database}` to
    fill in).

    PostgreSQL refuses to run as root; where the tests do, it runs as the user "postgres".
    """
    folder = Path(tempfile.mkdtemp(prefix="pubpipe-pg-"))
    as_user: dict[str, int] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid}
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        result = subprocess.run(
            [_program(program), *arguments],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **as_user,  # type: ignore[call-overload]
        )
        assert result.returncode == 0, f"{program} failed: {result.stderr}"

    try:
        run("initdb", "-D", str(data), "-U", "tests", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        run("pg_ctl", "-D", str(data), "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://tests@/{{database}}?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(found[-1]) if found else shutil.which(name)
    assert path, f"{name} is not installed"
    return path
