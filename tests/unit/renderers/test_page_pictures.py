"""Pictures of a draft's pages: as many as pages, small, and they say where each segment stands."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from pubpipe import pipeline
from pubpipe.pipeline import open_workspace
from pubpipe.pipeline.edition import view
from pubpipe.pipeline.looking import numbered, review_preview, shown_text

SETTINGS = '[project]\nlanguages = ["km"]\n[engines]\nchain = ["pseudo"]\n'
SOURCE = """# Water and work

The law of 2019 protects **migrant workers**. Nobody pays a fee.[^1]

| Country | Fee |
|---|---|
| Thailand | none |

- One thing. Another thing.

[^1]: No. 249/13 of the Ministry.
"""


@pytest.mark.needs("poppler")
def test_a_review_preview_has_the_numbers_of_the_segments_in_the_margin(tmp_path: Path) -> None:
    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "water.md").write_text(SOURCE, encoding="utf-8")
    with open_workspace(tmp_path, now=lambda: dt.datetime(2026, 3, 9, tzinfo=dt.UTC)) as ws:
        pipeline.register(ws, tmp_path / "water.md")
        pipeline.prepare(ws, "water", "km")
        path = review_preview(ws, "water", "km")
        present = view(ws, "water", "km")
        folder = path.parent / "pages"
        note = json.loads((folder / "pages.json").read_text(encoding="utf-8"))
        assert note["text"] == shown_text(present)
        assert {int(n) for n in note["segments"]} == {s.number for s in present.segments}
        # the marks are for the eye: the text that people decide on has none
        plain = view(ws, "water", "km").localized
        assert numbered(present).edition_hash == present.standing.edition_hash
        assert "pubpipe.segment" not in plain.model_dump_json()
    from PIL import Image

    for number, size in enumerate(note["sizes"], 1):
        data = (folder / f"{number}.webp").read_bytes()
        assert len(data) < 150_000
        with Image.open(io.BytesIO(data)) as image:
            assert list(image.size) == size
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    margin = re.findall(r"^\s*(\d+(?:\s*·\s*\d+)*)\s", text, re.MULTILINE)
    assert [re.sub(r"\s", "", m) for m in margin][:2] == ["1", "2·3"]
    assert not (folder / f"{len(note['sizes']) + 1}.webp").exists()
