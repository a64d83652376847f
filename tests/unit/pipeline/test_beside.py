"""Editions side by side: all of them come out, by whichever process, and one that changed is made alone."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pubpipe.errors import PubpipeError
from pubpipe.model import ReviewAnswer
from pubpipe.pipeline import Workspace, next_review, open_workspace, prepare, register, take_answer
from pubpipe.pipeline.beside import Beside
from pubpipe.pipeline.steps import Outcome, run_together

LANGUAGES = ("km", "vi", "ja")
SETTINGS = f"""
[project]
languages = {list(LANGUAGES)}
embed_fonts = true
[engines]
chain = ["pseudo"]
[review]
self_approval = true
[publications.rights]
embed_fonts = false
"""
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def opened(root: Path) -> Workspace:
    return open_workspace(root, environ={}, now=lambda: AT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with one publication that is approved in three languages and not yet published."""
    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "rights.md").write_text("# Rights at work\n\nEvery worker may keep a passport.\n", encoding="utf-8")
    with opened(tmp_path) as ws:
        register(ws, tmp_path / "rights.md")
        for language in LANGUAGES:
            prepare(ws, "rights", language)
            while (request := next_review(ws, "rights", language)) is not None:
                values = {"publication": "rights", "language": language, "stage": request.stage}
                answer = {**values, "digest": request.digest, "decision": "approve", "reviewer": "Sokha", "at": AT}
                assert take_answer(ws, request, ReviewAnswer.model_validate(answer)) == ()
    return tmp_path


def together(root: Path, workers: int) -> dict[str, str]:
    """Language to how its edition ended."""
    ended: dict[str, str] = {}

    def on_end(_: str, language: str, outcome: Outcome | PubpipeError) -> None:
        ended[language] = outcome.state if isinstance(outcome, Outcome) else outcome.message

    with open_workspace(root, environ={}) as ws:  # helpers look at the real clock too
        editions = [("rights", language) for language in LANGUAGES]
        with Beside(str(root), {}, workers - 1) as beside:
            run_together(ws, editions, beside=beside, on_start=lambda *_: None, on_end=on_end)
    return ended


def files(root: Path) -> dict[str, tuple[int, bytes]]:
    found = sorted(p for p in (root / "outputs").rglob("*") if p.suffix in (".pdf", ".docx"))
    return {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in found}


def test_with_a_helper_and_without_the_same_files_come_out_and_a_changed_language_is_made_alone(root: Path) -> None:
    assert together(root, 1) == dict.fromkeys(LANGUAGES, "rendered")
    alone = files(root)
    assert len(alone) == 6
    assert together(root, 2) == dict.fromkeys(LANGUAGES, "up to date")
    assert files(root) == alone
    (root / "outputs/rights/vi/rights.vi.pdf").unlink()
    assert together(root, 2) == {"km": "up to date", "vi": "rendered", "ja": "up to date"}
    again = files(root)
    assert {name for name in alone if again[name][0] != alone[name][0]} == {"rights.vi.pdf"}
    for name in alone:
        (next((root / "outputs").rglob(name))).unlink()
    assert together(root, 2) == dict.fromkeys(LANGUAGES, "rendered")
    assert {name: data for name, (_, data) in files(root).items()} == {name: data for name, (_, data) in alone.items()}


def test_without_helpers_everything_is_left_for_this_process_the_longest_first() -> None:
    with Beside("nowhere", {}, 0) as beside:
        beside.start()
        for language in ("vi", "km", "ja", "my"):
            beside.add("p", language)
        assert [beside.take() for _ in range(5)] == [("p", "km"), ("p", "my"), ("p", "vi"), ("p", "ja"), None]
        assert list(beside.results()) == []


def test_a_helper_ends_when_the_process_that_it_helps_is_killed(root: Path) -> None:
    code = (
        "import sys, time; from pubpipe.pipeline.beside import Beside\n"
        "if __name__ == '__main__':\n"
        "    beside = Beside(sys.argv[1], {}, 1); beside.start()\n"
        "    while not beside._pool._processes: time.sleep(0.05)\n"
        "    time.sleep(1.5)\n"
        "    print(*beside._pool._processes, flush=True); time.sleep(60)\n"
    )
    script = root / "helped.py"
    script.write_text(code, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script), str(root)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        helper = int(process.stdout.readline())
        process.kill()
    for _ in range(100):
        if not Path(f"/proc/{helper}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{helper}").exists()
