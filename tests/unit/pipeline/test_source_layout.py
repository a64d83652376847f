"""A publication that keeps the layout of its file: planned, previewed, published, verified like any other."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from pubpipe import pipeline
from pubpipe.cli.init import init
from pubpipe.errors import ConfigError, RenderError
from pubpipe.pipeline.ingesting import ingest
from tests.e2e.commands import done, pubpipe
from tests.unit.rich_word import BODY, paragraph, rich_word, run

KEPT = '[publications.rights]\nlayout = "source"\nformats = ["docx"]\n'


def workspace(folder: Path, more: str = KEPT, body: str = BODY) -> Path:
    init(folder)
    path = folder / "pubpipe.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('chain = ["none"]', 'chain = ["pseudo"]') + more)
    (folder / "rights.docx").write_bytes(rich_word(body))
    return folder


def publish(folder: Path) -> str:
    """Everything up to published files; what the program says in the end."""
    done(pubpipe("publish", "rights.docx", "--languages", "lo", cwd=folder))
    for who in ("Ann", "Bo"):
        done(pubpipe("review", "approve", "rights", "-l", "lo", "-r", who, "-y", "--all-rounds", cwd=folder))
    return done(pubpipe("publish", "rights.docx", "--languages", "lo", cwd=folder))


def test_a_word_file_is_published_in_its_own_layout_and_the_manifest_says_so(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "ws")
    publish(folder)
    manifest = json.loads((folder / "outputs/rights/lo/manifest.json").read_text(encoding="utf-8"))
    assert manifest["layout"] == "source"
    made_from = manifest["files"][0]["made_from"]
    assert (made_from["layout"], made_from["source file"]) == ("source", manifest["source"]["sha256"])
    data = (folder / "outputs/rights/lo/rights.lo.docx").read_bytes()
    assert "word/header1.xml" in zipfile.ZipFile(io.BytesIO(data)).namelist()
    with pipeline.open_workspace(folder) as ws:
        assert [i.needs for i in pipeline.plan(ws)] == ["nothing"]
        path, *rest = pipeline.preview(ws, "rights", "lo")
        assert (path.suffix, rest) == (".docx", [])
    done(pubpipe("inspect", "outputs/rights/lo/rights.lo.docx", "-l", "lo", cwd=folder))
    with zipfile.ZipFile(folder / "rights.docx") as old:
        parts = {n: old.read(n) for n in old.namelist()}
    parts["word/comments.xml"] = parts["word/comments.xml"].replace(b"Is that so?", b"Is it so?")
    with zipfile.ZipFile(folder / "rights.docx", "w") as new:
        for name, part in parts.items():
            new.writestr(name, part)
    with pipeline.open_workspace(folder) as ws:
        item = pipeline.plan(ws)[0]
    assert item.needs in ("render", "review")
    assert any("source" in reason for reason in item.reasons), "no text moved, but the file did"


def test_a_changed_layout_is_read_anew(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "ws", more="", body=paragraph(run("Workers have rights.")))
    with pipeline.open_workspace(folder) as ws:
        name = pipeline.register(ws, folder / "rights.docx", languages=("lo",))
        assert ingest(ws, name).document.furniture == ()
    path = folder / "pubpipe.toml"
    path.write_text(path.read_text(encoding="utf-8") + KEPT)
    with pipeline.open_workspace(folder) as ws:
        read = ingest(ws, name).document
    assert {u.role for u in read.furniture} == {"header", "footer", "metadata"}


def test_another_kind_of_source_is_refused_with_the_publication_s_name(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "ws")
    (folder / "rights.md").write_text("# Rights\n\nWorkers have rights.\n", encoding="utf-8")
    with pipeline.open_workspace(folder) as ws, pytest.raises(ConfigError) as caught:
        pipeline.register(ws, folder / "rights.md")
    assert "'rights' has layout = \"source\"" in caught.value.message
    assert "[publications.rights]" in caught.value.remedy


def test_a_source_file_that_is_gone_is_asked_for(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "ws")
    done(pubpipe("publish", "rights.docx", "--languages", "lo", cwd=folder))
    (folder / "rights.docx").unlink()
    with pipeline.open_workspace(folder) as ws, pytest.raises(RenderError, match="writes into it"):
        pipeline.preview(ws, "rights", "lo")
