"""Running the command line as its users do: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

REVIEWER = "Test Reviewer (a program)"
SECOND = "Second Reviewer (a program)"
"""Approves what the first one corrected: nobody approves their own wording."""


def pubpipe(
    *arguments: str | Path, cwd: Path, command: Sequence[str] = (sys.executable, "-m", "pubpipe"), **environ: str
) -> subprocess.CompletedProcess[str]:
    """What the command said and its exit code; no exit code is an exception here."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PUBPIPE_", "PREFECT_"))}
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=cwd,
        env={**inherited, "DO_NOT_TRACK": "1", **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


def done(result: subprocess.CompletedProcess[str]) -> str:
    """The standard output of a command that ended well; everything it said, if it did not."""
    assert result.returncode == 0, f"exit code {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result.stdout


SUMMARY = """---
title: Rights at work
author: A. Researcher
date: 2026-03-09
---

# Findings

Migrant workers **must not** pay recruitment fees. In 2025, 1,204 workers were interviewed.[^1]

- Employers keep passports.
- Read [the law](https://example.org/law).

[^1]: No. 249/13 of the Ministry.
"""
"""A small publication with a title, a list, bold, a link, a note and numbers."""


def workspace(folder: Path, *, settings: str = "", terms: str = "") -> Path:
    """A new workspace that drafts with the pseudo engine, with SUMMARY in rights.md."""
    done(pubpipe("init", folder, cwd=folder.parent))
    toml = folder / "pubpipe.toml"
    text = toml.read_text(encoding="utf-8").replace('chain = ["none"]', 'chain = ["pseudo"]')
    toml.write_text(text + settings, encoding="utf-8")
    if terms:
        table = folder / "glossary" / "terms.csv"
        table.write_text(table.read_text(encoding="utf-8") + terms, encoding="utf-8")
    (folder / "rights.md").write_text(SUMMARY, encoding="utf-8")
    return folder


def approve_everything(
    folder: Path,
    publication: str,
    languages: str = "all",
    command: Sequence[str] = (sys.executable, "-m", "pubpipe"),
) -> None:
    """Both stages of the default settings, by a reviewer whose name says what it is."""
    for stage in ("language review", "sign-off"):
        done(
            pubpipe(
                "review", "approve", publication, "--language", languages, "--stage", stage, "--all-rounds", "--yes",
                "--reviewer", REVIEWER, cwd=folder,
                command=command,
            )
        )  # fmt: skip
