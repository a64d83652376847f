"""The wheel in a clean environment, in a folder that is no checkout: plain pip, no lock file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from pubpipe.server.client import call
from tests.e2e.commands import approve_everything, done, pubpipe

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `pubpipe` of a new environment into which pip put the wheel and what its metadata asks for."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("pubpipe-*.whl")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    environ = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    result = subprocess.run(pip, capture_output=True, text=True, env=environ, check=False)
    assert result.returncode == 0, result.stderr
    return python.parent / "pubpipe"


@pytest.fixture(scope="module")
def ws(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example workspace, made by the installed program, with a rebuild every minute."""
    folder = tmp_path_factory.mktemp("elsewhere") / "ws"
    done(pubpipe("init", folder, "--example", cwd=folder.parent, command=[str(installed)], PYTHONPATH=""))
    toml = folder / "pubpipe.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"0 5 * * *"', '"* * * * *"'), encoding="utf-8")
    return folder


def test_doctor_finds_everything_that_is_needed(installed: Path, ws: Path) -> None:
    lines = json.loads(done(pubpipe("doctor", "--json", cwd=ws, command=[str(installed)], PYTHONPATH="")))
    assert not [line for line in lines if line["state"] in ("missing", "broken")]
    assert "store" in {line["name"] for line in lines}


def test_the_example_is_published_from_the_wheel(installed: Path, ws: Path) -> None:
    command = [str(installed)]
    done(pubpipe("memory", "import", "memory.tmx", cwd=ws, command=command, PYTHONPATH=""))
    publish = ("publish", "summary.docx", "--id", "example", "--languages", "lo", "--direct")
    done(pubpipe(*publish, cwd=ws, command=command, PYTHONPATH=""))
    approve_everything(ws, "example", command=command)
    done(pubpipe(*publish, cwd=ws, command=command, PYTHONPATH=""))
    assert (ws / "outputs/example/lo/example.lo.pdf").read_bytes().startswith(b"%PDF-")
    assert (ws / "outputs/example/lo/example.lo.docx").read_bytes().startswith(b"PK")


@pytest.fixture
def address(installed: Path, ws: Path) -> Iterator[str]:
    command = [str(installed)]
    port = _free_port()
    said = done(pubpipe("up", "--background", "--port", port, cwd=ws, command=command, PYTHONPATH=""))
    try:
        yield said.strip().splitlines()[-1]
    finally:
        done(pubpipe("down", cwd=ws, command=command, PYTHONPATH=""))


def test_the_scheduler_of_a_plain_install_runs_the_rebuild(address: str) -> None:
    """Newer SQLAlchemy makes Prefect's scheduler create no runs, and nothing else shows it."""
    query = {
        "flows": {"name": {"any_": ["rebuild"]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}},
    }
    deadline = time.monotonic() + 240
    runs: list[dict[str, object]] = []
    while not runs and time.monotonic() < deadline:
        time.sleep(2)
        runs = call(address, "POST", "/flow_runs/filter", query)
    assert [run["state_type"] for run in runs][:1] == ["COMPLETED"]
    assert runs[0]["auto_scheduled"] is True


def _free_port() -> str:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
