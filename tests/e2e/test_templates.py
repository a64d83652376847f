"""A designer at work: a template begun from a copy, checked, and watched while it changes."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.commands import done, pubpipe, workspace


@pytest.fixture
def ws(tmp_path: Path) -> Path:
    """A workspace with a template of its own and a publication in it that nobody has approved."""
    folder = workspace(tmp_path / "ws")
    said = done(pubpipe("template", "copy", "policy-brief", "our-brief", cwd=folder))
    assert "our-brief" in said
    toml = folder / "pubpipe.toml"
    text = toml.read_text(encoding="utf-8").replace('template = "report"', 'template = "our-brief"\ndigits = "native"')
    toml.write_text(text, encoding="utf-8")
    done(pubpipe("publish", "rights.md", "--languages", "km,ja", cwd=folder))
    return folder


def test_a_template_is_listed_checked_and_its_mistakes_end_in_an_exit_code(ws: Path) -> None:
    listed = json.loads(done(pubpipe("template", "list", "--json", cwd=ws)))
    assert {row["name"]: (row["origin"], row["used"]) for row in listed} == {
        "our-brief": ("workspace", True),
        "policy-brief": ("built-in", False),
        "report": ("built-in", False),
    }
    said = done(pubpipe("template", "check", "--languages", "km,ja", cwd=ws))
    assert "our-brief: no errors in km, ja." in said
    assert "warning our-brief: km: docx: Word cannot count in Khmer digits" in said
    toml = ws / "templates/our-brief/template.toml"
    good = toml.read_text(encoding="utf-8")
    toml.write_text(good.replace('soft = "#4a5560"', 'soft = "#cccccc"'), encoding="utf-8")
    result = pubpipe("template", "check", "our-brief", "--json", cwd=ws)
    assert result.returncode == 1
    problems = json.loads(result.stdout)["our-brief"]
    assert "colours.soft on white paper" in problems[0]["message"]
    toml.write_text(good.replace("soft =", "sfot ="), encoding="utf-8")
    result = pubpipe("template", "check", "our-brief", cwd=ws)
    assert result.returncode == 7
    assert "colours.sfot is not a key (did you mean 'soft'?)" in result.stderr
    assert "broken: " in done(pubpipe("template", "list", cwd=ws))
    refused = pubpipe("template", "copy", "report", "our-brief", cwd=ws)
    assert (refused.returncode, "is there already" in refused.stderr) == (2, True)


def test_machine_drafts_come_in_the_digits_chosen_and_codes_keep_theirs(ws: Path) -> None:
    done(pubpipe("render", "rights", "--preview", "--languages", "km", cwd=ws))
    import docx

    path = ws / "outputs/rights/km/review/rights.km.preview.docx"
    text = "\n".join(p.text for p in docx.Document(str(path)).paragraphs)
    assert "១" in text
    assert "1,204" not in text
    assert "https://example.org" not in text or "example.org" in text


def lines_of(process: subprocess.Popen[str]) -> Iterator[str]:
    """What the process prints, line by line; gives up after a minute of silence."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield lines.get(timeout=60)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")
def test_previews_follow_the_template_until_ctrl_c(ws: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "pubpipe", "render", "rights", "--preview", "--watch", "--languages", "ja"],
        cwd=ws,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        lines = lines_of(process)
        preview = ws / "outputs/rights/ja/review/rights.ja.preview.pdf"
        next(line for line in lines if line.startswith("Watching"))
        before = preview.read_bytes()
        toml = ws / "templates/our-brief/template.toml"
        good = toml.read_text(encoding="utf-8")
        toml.write_text(good.replace("#0f4c4a", "#4a0f3c"), encoding="utf-8")
        made = next(line for line in lines if "rights.ja.preview.pdf" in line)
        assert "template.toml" in made
        assert preview.read_bytes() != before
        toml.write_text(good + "\n[colours\n", encoding="utf-8")
        assert "template.toml" in next(line for line in lines if "error: " in line)
        toml.write_text(good, encoding="utf-8")  # and it goes on
        next(line for line in lines if "rights.ja.preview.pdf" in line)
        assert preview.read_bytes() == before
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
