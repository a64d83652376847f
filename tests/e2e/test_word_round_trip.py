"""From the command line: a review goes out as a Word file, comes back edited, is approved and printed."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import docx
import pytest

from pubpipe import pipeline
from pubpipe.exchange.bilingual import Sheet, SheetRow
from pubpipe.server import people
from tests.e2e.commands import REVIEWER, SECOND, done, pubpipe, workspace
from tests.unit.exchange import edit_scripts as edits
from tests.unit.exchange.edit_scripts import Script
from tests.unit.exchange.test_review_docx import fill_in

TEXT = "និយោជករក្សាទុកលិខិតឆ្លងដែន។"


@pytest.fixture
def ws(tmp_path: Path) -> Path:
    folder = workspace(tmp_path / "ws")
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=folder))
    return folder


def edited(ws: Path, source: str, text: str, decision: str, name: str) -> Path:
    """The exported file after somebody typed one translation and decided."""
    path = ws / "rights.km.review.docx"
    document = docx.Document(io.BytesIO(path.read_bytes()))
    row = SheetRow(segment="", number=0, source=source, target="")
    script = Script(random.Random(1), Sheet.model_construct(language="km", rows=(row,)), document)
    cell = edits.holder(script.cell(row, edits.TARGET))
    edits.empty(cell)
    cell.append(edits.run(text))
    fill_in(document, decision, name)
    document.save(str(path))
    return path


def test_a_review_in_word_is_approved_and_printed(ws: Path) -> None:
    said = done(pubpipe("review", "export", "rights", "--language", "km", "--word", cwd=ws))
    assert "7 sentences are in rights.km.review.docx" in said
    path = edited(ws, "Employers keep passports.", TEXT, "approve", REVIEWER)
    tried = done(pubpipe("review", "import", path, "--dry-run", "--json", cwd=ws))
    assert [p["text"] for p in json.loads(tried)["proposals"]] == [TEXT]
    assert json.loads(tried)["recorded"] is None
    assert f"Recorded: approve by {REVIEWER}" in done(pubpipe("review", "import", path, cwd=ws))
    for stage in ("language review", "sign-off"):
        done(pubpipe("review", "approve", "rights", "-l", "km", "-s", stage, "--yes", "--reviewer", SECOND, cwd=ws))
    done(pubpipe("publish", "rights.md", cwd=ws))
    printed = docx.Document(str(ws / "outputs/rights/km/rights.km.docx"))
    assert TEXT in "\n".join(p.text.replace("\u200b", "").replace("\u2060", "") for p in printed.paragraphs)


def test_a_question_is_told_by_the_exit_code_and_nothing_is_approved(ws: Path) -> None:
    done(pubpipe("review", "export", "rights", "--language", "km", cwd=ws))
    path = edited(ws, "Read <1>the law</1>.", TEXT, "approve", REVIEWER)
    answer = pubpipe("review", "import", path, cwd=ws)
    assert answer.returncode == 6
    assert "its marks are damaged: <1> is missing" in answer.stdout
    assert TEXT in answer.stdout
    assert "the decision does not count" in answer.stderr
    assert json.loads(done(pubpipe("status", "--json", cwd=ws)))[0]["state"] == "in review"


def test_a_reviewers_work_is_not_overwritten_by_the_next_export(ws: Path) -> None:
    done(pubpipe("review", "export", "rights", "--language", "km", cwd=ws))
    done(pubpipe("review", "export", "rights", "--language", "km", cwd=ws))
    path = edited(ws, "Employers keep passports.", TEXT, "", "")
    before = path.read_bytes()
    refused = pubpipe("review", "export", "rights", "--language", "km", cwd=ws)
    assert refused.returncode == 2
    assert "may hold a reviewer's work" in refused.stderr
    assert path.read_bytes() == before


def test_with_accounts_a_name_in_a_file_approves_nothing_without_its_password(ws: Path) -> None:
    right = "a long enough password"
    with pipeline.open_workspace(ws) as opened:
        people.add(
            opened.state, REVIEWER, now=opened.now(), languages=("km",), stages=("language review",), password=right
        )
    done(pubpipe("review", "export", "rights", "--language", "km", cwd=ws))
    path = edited(ws, "Employers keep passports.", TEXT, "approve", REVIEWER)
    assert "password" in pubpipe("review", "import", path, cwd=ws).stderr
    assert "the password is wrong" in pubpipe("review", "import", path, cwd=ws, PUBPIPE_PASSWORD="a guess").stderr
    stranger = ("--reviewer", "Somebody Else")
    assert "has no account" in pubpipe("review", "import", path, *stranger, cwd=ws, PUBPIPE_PASSWORD=right).stderr
    assert json.loads(done(pubpipe("review", "list", "--json", cwd=ws)))[0]["stage"] == "language review"
    said = done(pubpipe("review", "import", path, cwd=ws, PUBPIPE_PASSWORD=right))
    assert "Recorded: approve" in said
    assert "waits for another person" in said
    (left,) = json.loads(done(pubpipe("review", "list", "--json", cwd=ws)))
    assert (left["stage"], left["asked"]) == ("language review", 1)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0locked", b"hello"])
def test_a_bad_file_is_one_clear_error(ws: Path, content: bytes) -> None:
    (ws / "bad.docx").write_bytes(content)
    refused = pubpipe("review", "import", "bad.docx", cwd=ws)
    assert refused.returncode == 6
    assert refused.stderr.startswith("error: bad.docx: ")
    assert "Traceback" not in refused.stderr


def test_a_missing_file_and_an_unknown_decision_are_named(ws: Path) -> None:
    assert "cannot be read" in pubpipe("review", "import", "none.docx", cwd=ws).stderr
    assert "is no decision" in pubpipe("review", "import", "none.docx", "--decision", "maybe", cwd=ws).stderr
