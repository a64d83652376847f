"""What `pubpipe up` refuses before it starts anything, and whose settings its processes get."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pubpipe import server
from pubpipe.errors import ServerError
from pubpipe.project import Project, RebuildSettings, ServerSettings
from pubpipe.server.supervise import check_reach, environment


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pubpipe.toml").write_text("[project]\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "example.org", "::"])
def test_an_address_that_others_can_reach_is_refused_without_accounts(root: Path, host: str) -> None:
    with pytest.raises(ServerError, match="it has no accounts") as refused:
        server.up(root, ServerSettings(host=host), RebuildSettings(), say=print)
    assert "pubpipe people add" in refused.value.remedy
    assert "accounts.md" in refused.value.remedy
    assert not (root / ".pubpipe").exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "0.0.0.0"},
        {"host": "0.0.0.0", "public_url": "https://reviews.example.org"},
        {"host": "0.0.0.0", "trusted_proxy": True},
        {"public_url": "http://reviews.example.org", "trusted_proxy": True},
        {"public_url": "https://reviews.example.org/below", "trusted_proxy": True},
    ],
)
def test_an_address_that_others_can_reach_is_refused_without_tls_in_front(settings: dict[str, Any]) -> None:
    with pytest.raises(ServerError, match="TLS") as refused:
        check_reach(ServerSettings(**settings), accounts=True)
    assert "trusted_proxy = true" in refused.value.remedy


def test_with_accounts_and_tls_in_front_others_may_reach_it() -> None:
    check_reach(ServerSettings(public_url="https://reviews.example.org", trusted_proxy=True), accounts=True)
    check_reach(ServerSettings(), accounts=False)


def test_a_port_in_use_is_named(root: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port} on 127.0.0.1 is in use"):
            server.up(root, ServerSettings(port=port), RebuildSettings(), say=print)


def test_a_second_server_of_the_same_workspace_is_refused_and_down_stops_only_the_holder(root: Path) -> None:
    (root / ".pubpipe").mkdir()
    holder = "import fcntl,os,sys,time;f=open(sys.argv[1],'a+');fcntl.flock(f,fcntl.LOCK_EX);f.write(str(os.getpid()));"
    holder += "f.flush();print(flush=True);time.sleep(60)"
    lock = root / ".pubpipe" / "server.lock"
    with subprocess.Popen([sys.executable, "-c", holder, str(lock)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(ServerError, match="runs already"):
            server.up(root, ServerSettings(), RebuildSettings(), say=print)
        assert server.down(root, say=print)
        assert process.wait(10) != 0
    assert not server.down(root, say=print)


def test_a_stale_record_with_a_foreign_process_number_stops_nobody(root: Path) -> None:
    (root / ".pubpipe").mkdir()
    (root / ".pubpipe" / "server.json").write_text('{"address": "http://127.0.0.1:9", "pid": 1}', encoding="utf-8")
    (root / ".pubpipe" / "server.lock").write_text("1\n", encoding="utf-8")
    assert not server.down(root, say=print)
    assert server.find_server(root, {}) is None


def test_the_users_own_prefect_is_left_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_KEY", "secret")
    monkeypatch.setenv("PREFECT_PROFILE", "work")
    made = environment(root, Project(), "http://127.0.0.1:4200")
    assert not {"PREFECT_API_KEY", "PREFECT_PROFILE"} & made.keys()
    assert made["PREFECT_HOME"].startswith(str(root))
    assert made["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert made["PREFECT_SERVER_UI_V2_ENABLED"] == "false"


def test_importing_the_room_does_not_load_prefect() -> None:
    code = "import sys, pubpipe.server.client, pubpipe.server.runs, pubpipe.server.supervise; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
