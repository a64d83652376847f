"""What people made survives a move to another folder, and a file can be traced to those who approved it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.e2e.commands import REVIEWER, approve_everything, done, pubpipe, workspace


def published(folder: Path) -> Path:
    ws = workspace(folder)
    done(pubpipe("publish", "rights.md", "--languages", "lo", cwd=ws))
    correction = ("--edit", "1=ສິດໃນການເຮັດວຽກ")
    who = ("--reviewer", "Another Person (a program)", "--comment", "The title")
    done(pubpipe("review", "request-changes", "rights", "--language", "lo", *correction, *who, cwd=ws))
    approve_everything(ws, "rights")
    done(pubpipe("publish", "rights.md", cwd=ws))
    return ws


def test_a_published_file_names_its_approvers_and_a_changed_one_does_not(tmp_path: Path) -> None:
    ws = published(tmp_path / "ws")
    file = ws / "outputs/rights/lo/rights.lo.pdf"
    said = done(pubpipe("verify", file, cwd=ws))
    assert "rights/lo" in said
    assert f"sign-off by {REVIEWER}" in said
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(file.read_bytes() + b"\n")
    refused = pubpipe("verify", forged, cwd=ws)
    assert refused.returncode == 6
    assert "forged.pdf" in refused.stderr


def test_approvals_and_memory_come_back_from_a_backup_in_another_folder(tmp_path: Path) -> None:
    ws = published(tmp_path / "ws")
    done(pubpipe("backup", tmp_path / "record.jsonl", cwd=ws))
    other = tmp_path / "other"
    done(pubpipe("init", other, cwd=tmp_path))
    for name in ("pubpipe.toml", "rights.md"):
        shutil.copy(ws / name, other / name)
    done(pubpipe("restore", tmp_path / "record.jsonl", cwd=other))
    done(pubpipe("publish", "rights.md", cwd=other))
    assert "whole" in done(pubpipe("review", "verify", cwd=other))
    before, after = manifest(ws), manifest(other)
    assert after["edition"] == before["edition"], "the same approvals hold for the same text"
    assert after["segments"] == before["segments"], "machine text is no memory for having been restored"
    assert "engine" in before["segments"]["origins"]
    assert after["engines"] == before["engines"] == ["pseudo"]
    assert imprints(after) == imprints(before)


def manifest(ws: Path) -> dict[str, Any]:
    """What the edition was published from: every sentence with its translation is in its hash."""
    found: dict[str, Any] = json.loads((ws / "outputs/rights/lo/manifest.json").read_text(encoding="utf-8"))
    return found


def imprints(found: dict[str, Any]) -> list[str]:
    """The hash of what each file says about who made it."""
    return [file["made_from"]["credits"] for file in found["files"]]
