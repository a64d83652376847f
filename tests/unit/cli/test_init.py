"""pubpipe init makes a workspace and keeps what somebody has there already."""

from __future__ import annotations

from pathlib import Path

import pytest

from pubpipe.cli.init import init
from pubpipe.pipeline import bundled, open_workspace


def test_a_new_workspace_can_be_used_as_it_is(tmp_path: Path) -> None:
    init(tmp_path / "new", example=True)
    with open_workspace(tmp_path / "new", environ={}) as ws:
        assert len(ws.glossary.terms) > 50
        assert (ws.root / "summary.docx").is_file()


def test_an_empty_workspace_has_a_termbase_without_terms(tmp_path: Path) -> None:
    init(tmp_path, example=False)
    with open_workspace(tmp_path, environ={}) as ws:
        assert ws.glossary.terms == ()


def test_what_is_in_the_folder_already_stays_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = {"glossary/terms.csv": "id,source,km\nx,worker,កម្មករ\n", "summary.docx": "mine", ".gitignore": "*.tmp\n"}
    (tmp_path / "glossary").mkdir()
    for name, text in own.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    init(tmp_path, example=True)
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in own} == own
    said = capsys.readouterr().out
    assert all(name in said for name in own)
    assert ".pubpipe/" in said


def test_the_pages_that_messages_name_come_with_the_program() -> None:
    assert (bundled("docs") / "how-to" / "tell-people.md").is_file()
