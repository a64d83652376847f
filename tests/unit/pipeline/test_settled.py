"""The note that nothing has moved is believed only while nothing has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pubpipe.pipeline.settled import recall, remember

CALL = ("summary.docx", "")
RESULT = {"publication": "p", "output": "o", "editions": []}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("pubpipe.toml", "summary.docx", "out.pdf", "font.ttf", "glossary/terms.csv", ".pubpipe/pubpipe.db"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1")
    note(tmp_path)
    return tmp_path


def note(root: Path) -> None:
    remember(
        root,
        CALL,
        database=root / ".pubpipe/pubpipe.db",
        files=[root / "summary.docx", root / "out.pdf"],
        folders=[root / "glossary", root / "templates"],
        large=[root / "font.ttf"],
        libraries=["typst", "pikepdf"],
        result=RESULT,
    )


def test_the_same_call_is_answered_from_the_note(root: Path) -> None:
    assert recall(root, CALL, None) == RESULT


def test_another_call_is_not(root: Path) -> None:
    assert recall(root, ("summary.docx", "km"), None) is None


def test_a_database_server_has_no_note(root: Path) -> None:
    assert recall(root, CALL, "postgresql+psycopg://h/d") is None


def other_version(path: Path) -> None:
    """The note as it would be if another Typst had set the pages."""
    note = json.loads(path.read_text(encoding="utf-8"))
    note["program"]["typst"] = "0.0.1"
    path.write_text(json.dumps(note), encoding="utf-8")


CHANGES: dict[str, Callable[[Path], object]] = {
    "the settings": lambda root: (root / "pubpipe.toml").write_bytes(b"2"),
    "the source": lambda root: (root / "summary.docx").write_bytes(b"2"),
    "an output": lambda root: (root / "out.pdf").write_bytes(b"2"),
    "a missing output": lambda root: (root / "out.pdf").unlink(),
    "a term": lambda root: (root / "glossary/terms.csv").write_bytes(b"2"),
    "a new glossary file": lambda root: (root / "glossary/more.csv").write_bytes(b"2"),
    "a new template": lambda root: ((root / "templates").mkdir(), (root / "templates/x.toml").write_bytes(b"")),
    "a font": lambda root: (root / "font.ttf").write_bytes(b"22"),
    "the database": lambda root: (root / ".pubpipe/pubpipe.db").write_bytes(b"22"),
    "a write-ahead log": lambda root: (root / ".pubpipe/pubpipe.db-wal").write_bytes(b"2"),
    "a library": lambda root: other_version(next((root / ".pubpipe/settled").glob("*"))),
    "a broken note": lambda root: next((root / ".pubpipe/settled").glob("*")).write_bytes(b"{"),
}


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_a_change_of_anything_means_the_full_way(root: Path, what: str) -> None:
    CHANGES[what](root)
    assert recall(root, CALL, None) is None


def test_no_note_is_kept_while_another_process_writes_to_the_database(root: Path) -> None:
    next((root / ".pubpipe/settled").glob("*")).unlink()
    (root / ".pubpipe/pubpipe.db-wal").write_bytes(b"2")
    note(root)
    assert list((root / ".pubpipe/settled").glob("*")) == []
