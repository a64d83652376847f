"""From a reviewer's corrections to a term that a person put into the termbase, and never without that person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from pubpipe import memory
from pubpipe.errors import GlossaryError
from pubpipe.model import MemoryUnit, ReviewAnswer, Text
from pubpipe.pipeline import Workspace, next_review, open_workspace, prepare, register, take_answer
from pubpipe.pipeline.candidates import harvest_all, promote, read, reject, table_of
from tests.e2e.commands import done, pubpipe

AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SETTINGS = """
[project]
languages = ["km", "lo"]
[engines]
chain = ["pseudo"]
[review]
self_approval = true
"""
TERMS = 'id,source,km,km_allowed,note,status\nlaw,law,ច្បាប់,,"first, by hand",reviewed\n'
SENTENCES = {
    "Foreign labourers pay fees.": "ពលករបរទេសបង់ថ្លៃ។",
    "The law protects foreign labourers.": "ច្បាប់ការពារពលករបរទេស។",
    "A foreign labourer has rights.": "ពលករបរទេសមានសិទ្ធិ។",
    "The law is new.": "ច្បាប់ថ្មី។",
}


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace in which a reviewer made the same correction in three sentences, and approved them."""
    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "glossary").mkdir()
    (tmp_path / "glossary" / "terms.csv").write_text(TERMS, encoding="utf-8")
    (tmp_path / "rights.md").write_text(" ".join(SENTENCES), encoding="utf-8")
    with open_workspace(tmp_path, environ={}, now=lambda: AT) as opened:
        opened.store.memory.remember(
            MemoryUnit(
                key=memory.key((Text(text=source),)), language="km", source=(Text(text=source),),
                target=(Text(text=target),), at=AT,
            )
            for source, target in SENTENCES.items()
        )  # fmt: skip
        register(opened, tmp_path / "rights.md")
        prepare(opened, "rights", "km")
        request = next_review(opened, "rights", "km")
        assert request is not None
        texts = {i.segment: i.target.replace("បរទេស", "ចំណាកស្រុក") for i in request.attention}
        values = {"publication": "rights", "language": "km", "stage": request.stage, "digest": request.digest}
        answer = {**values, "decision": "approve", "reviewer": "Sokha", "at": AT, "texts": texts}
        assert take_answer(opened, request, ReviewAnswer.model_validate(answer)) == ()
        yield opened


def test_a_harvest_writes_a_table_and_leaves_the_termbase_alone(ws: Workspace) -> None:
    (found,) = harvest_all(ws)["km"]
    assert (found.english, found.replacement, found.segments) == ("foreign labourer", "ពលករចំណាកស្រុក", 3)
    assert found.places == ("rights#1", "rights#2", "rights#3")
    assert read(ws, "km") == (found,)
    assert not table_of(ws, "lo").exists(), "nothing was corrected there"
    written = table_of(ws, "km").read_bytes()
    harvest_all(ws)
    assert table_of(ws, "km").read_bytes() == written
    assert (ws.root / "glossary" / "terms.csv").read_text(encoding="utf-8") == TERMS


def test_a_person_promotes_a_candidate_once_and_under_their_name(ws: Workspace) -> None:
    (found,) = harvest_all(ws)["km"]
    made, path = promote(ws, found.id, "Dara Kim")
    assert path.read_text(encoding="utf-8").startswith(TERMS)
    with open_workspace(ws.root, environ={}) as later:
        term = later.glossary.terms[-1]
        assert (term.source, term.status, term.renderings["km"].preferred) == (
            "foreign labourer", "draft", "ពលករចំណាកស្រុក",
        )  # fmt: skip
        assert "promoted by Dara Kim, 2026-03-01" in term.note
    assert (made.status, made.by) == ("promoted", "Dara Kim")
    assert [c.status for c in harvest_all(ws)["km"]] == ["promoted"]
    with pytest.raises(GlossaryError, match="promoted by Dara Kim before"):
        promote(ws, found.id, "Sokha")


def test_a_refused_candidate_is_not_offered_again(ws: Workspace) -> None:
    (found,) = harvest_all(ws)["km"]
    reject(ws, found.id, "Dara", "style")
    (again,) = harvest_all(ws)["km"]
    assert (again.status, again.by, again.note) == ("rejected", "Dara", "style")
    assert "No term candidates" in done(pubpipe("glossary", "candidates", cwd=ws.root))
    assert "rejected" in done(pubpipe("glossary", "candidates", "--all", cwd=ws.root))


def test_what_a_person_wrote_into_the_table_is_what_is_promoted(ws: Workspace) -> None:
    harvest_all(ws)
    path = table_of(ws, "km")
    path.write_text(path.read_text(encoding="utf-8").replace("foreign labourer", "migrant worker"), encoding="utf-8")
    (found,) = harvest_all(ws)["km"]
    assert found.english == "migrant worker"
    said = done(pubpipe("glossary", "promote", found.id, "--by", "Dara", cwd=ws.root))
    assert "migrant worker → ពលករចំណាកស្រុក (km)" in said
    assert "migrant-worker" in (ws.root / "glossary" / "terms.csv").read_text(encoding="utf-8")


def test_a_table_that_was_spoilt_is_not_overwritten(ws: Workspace) -> None:
    harvest_all(ws)
    spoilt = table_of(ws, "km").read_bytes().replace(b",3,1,0,", b",three,1,0,")
    table_of(ws, "km").write_bytes(spoilt)
    with pytest.raises(GlossaryError, match=r"candidates/km\.csv"):
        harvest_all(ws)
    assert table_of(ws, "km").read_bytes() == spoilt
    said = pubpipe("glossary", "promote", "km-nothing", "--by", "x", cwd=ws.root)
    assert said.returncode == 4
