"""A program that is killed loses nothing that was done, pays no engine twice and leaves no half file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.e2e.commands import approve_everything, done, pubpipe, workspace
from tests.mt_server import serve


def with_google(ws: Path, settings: dict[str, object]) -> None:
    toml = ws / "pubpipe.toml"
    head = toml.read_text(encoding="utf-8").split("\n[engines.google]")[0].replace('["pseudo"]', '["google"]')
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    toml.write_text(f"{head}\n[engines.google]\n{lines}", encoding="utf-8")


def start(ws: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PUBPIPE_", "PREFECT_"))}
    command = [sys.executable, "-m", "pubpipe", *arguments]
    return subprocess.Popen(command, cwd=ws, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_an_engine_is_not_paid_twice_when_the_program_is_killed_halfway(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    with serve() as server:
        with_google(ws, server.settings("google", requests_per_minute=90.0, concurrency=1))
        process = start(ws, "publish", "rights.md", "--languages", "km")
        deadline = time.monotonic() + 60
        while len(server.seen) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        paid = len(server.seen)
        assert paid >= 4
        with_google(ws, server.settings("google", concurrency=1))
        done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
        texts = Counter(server.texts)
    status = json.loads(done(pubpipe("status", "--json", cwd=ws)))[0]
    assert status["open"] == 0
    # the one request that was on its way when the process died may have been lost with it
    assert sum(count - 1 for count in texts.values()) <= 1
    assert len(texts) > paid - 1


def test_files_are_whole_or_absent_when_the_program_is_killed_while_it_writes(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    done(pubpipe("publish", "rights.md", "--languages", "km,my,th,ja", cwd=ws))
    approve_everything(ws, "rights")
    folder = ws / "outputs" / "rights"
    process = start(ws, "publish", "rights.md")
    deadline = time.monotonic() + 60
    while not list(folder.glob("*/*.docx")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    first = {p: p.read_bytes() for p in folder.glob("*/rights.*")}
    assert first
    for path, data in first.items():
        assert data.startswith(b"PK" if path.suffix == ".docx" else b"%PDF-")
        assert data.rstrip().endswith(b"%%EOF") or path.suffix == ".docx"
    done(pubpipe("publish", "rights.md", cwd=ws))
    assert len(list(folder.glob("*/rights.*"))) == 8
    assert {p: p.read_bytes() for p in first} == first, "what was made already is made the same"


def test_the_output_folder_of_choice_gets_the_layout_of_the_manual(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    chosen = tmp_path / "shelf"
    done(pubpipe("publish", "rights.md", "--languages", "vi", "--output", chosen, cwd=ws))
    approve_everything(ws, "rights")
    done(pubpipe("publish", "rights.md", "--output", chosen, cwd=ws))
    made = sorted(p.relative_to(chosen).as_posix() for p in chosen.rglob("*") if p.is_file())
    expected = [
        "rights/manifest.json",
        *(f"rights/vi/{n}" for n in ("manifest.json", "rights.vi.docx", "rights.vi.pdf")),
    ]
    assert made == expected
    assert not (ws / "outputs" / "rights").exists()
