"""The terms of a sentence are looked up once, and again when the glossary has changed."""

from __future__ import annotations

from pathlib import Path

from pubpipe import pipeline
from pubpipe.model import Segment
from pubpipe.pipeline.edition import find_terms, view

GLOSSARY = "id,source,variants,kind,case,note,status,vi\nterm,{},,term,fold,,draft,{}\n"


def test_an_edited_glossary_is_found_in_sentences_that_were_looked_up_before(tmp_path: Path) -> None:
    (tmp_path / "pubpipe.toml").write_text('[project]\nlanguages = ["vi"]\n', encoding="utf-8")
    (tmp_path / "rights.md").write_text("# Rights\n\nA migrant worker keeps her passport.\n", encoding="utf-8")
    terms = tmp_path / "glossary" / "terms.csv"
    terms.parent.mkdir()
    terms.write_text(GLOSSARY.format("migrant worker", "người lao động di cư"), encoding="utf-8")
    with pipeline.open_workspace(tmp_path) as ws:
        publication = pipeline.register(ws, tmp_path / "rights.md")
        segments = view(ws, publication, "vi").segments
        assert _found(ws, segments) == ["migrant worker"]
        terms.write_text(GLOSSARY.format("passport", "hộ chiếu"), encoding="utf-8")
        assert _found(ws, segments) == ["migrant worker"]
        ws.forget_glossary()
        assert _found(ws, segments) == ["passport"]


def _found(ws: pipeline.Workspace, segments: tuple[Segment, ...]) -> list[str]:
    return [hit.surface for hits in find_terms(ws, segments, "vi").values() for hit in hits]
