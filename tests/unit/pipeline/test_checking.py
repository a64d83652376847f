"""Findings that are those of the texts beside them, whoever writes at the same time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pubpipe.model import ReviewAnswer
from pubpipe.pipeline import Workspace, checking, next_review, open_workspace, prepare, register, take_answer
from pubpipe.pipeline.checking import check
from pubpipe.pipeline.edition import view

SETTINGS = """
[project]
languages = ["vi"]
[engines]
chain = ["pseudo"]
[review]
self_approval = true
[[review.stages]]
name = "language review"
[checks]
numbers = "block"
"""
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def opened(root: Path) -> Workspace:
    return open_workspace(root, environ={}, now=lambda: AT)


def approve(root: Path, text: str) -> None:
    with opened(root) as ws:
        request = next_review(ws, "rights", "vi")
        assert request is not None
        said = {
            "publication": "rights",
            "language": "vi",
            "stage": request.stage,
            "digest": request.digest,
            "decision": "approve",
            "reviewer": "Sokha",
            "texts": {request.items[1].segment: text},
            "at": AT,
        }
        assert take_answer(ws, request, ReviewAnswer.model_validate(said)) == ()


def test_a_text_that_is_approved_while_an_earlier_one_is_checked_gets_findings_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "rights.md").write_text("# Rights\n\nEvery worker may keep 5 passports.\n", encoding="utf-8")
    with opened(tmp_path) as ws:
        register(ws, tmp_path / "rights.md")
        prepare(ws, "rights", "vi")
    run_document = checking.checks.run_document

    def meanwhile(*arguments: Any, **more: Any) -> Any:
        monkeypatch.undo()
        approve(tmp_path, "Mọi người lao động được giữ hộ chiếu.")  # the 5 is lost
        return run_document(*arguments, **more)

    with opened(tmp_path) as ws:
        ws.store.cache.put({"checked/rights/vi": ""})  # a check or a term has moved since
        monkeypatch.setattr(checking.checks, "run_document", meanwhile)
        present = check(ws, view(ws, "rights", "vi"))
    assert ["5" in finding.message for finding in present.findings if finding.severity == "block"] == [True]
    assert present.standing.state == "waiting"
