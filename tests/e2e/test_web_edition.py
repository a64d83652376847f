"""From the command line: web pages that know one another with an index over them, and subtitles with their times."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pubpipe.identity import digest_bytes
from tests.e2e.commands import approve_everything, done, pubpipe, workspace
from tests.unit.readers.test_subtitles import SRT

SETTINGS = '\n[publications.rights]\nformats = ["docx", "html"]\n'


def hreflang(page: Path) -> list[str]:
    return re.findall(r'<link rel="alternate" hreflang="([^"]+)"', page.read_text(encoding="utf-8"))


def test_pages_link_to_each_other_as_languages_come_out(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws", settings=SETTINGS)
    done(pubpipe("publish", "rights.md", "--languages", "km,ja,vi", cwd=ws))
    out = ws / "outputs/rights"
    assert not (out / "index.html").exists()

    approve_everything(ws, "rights", "km")
    done(pubpipe("publish", "rights.md", cwd=ws))
    page = out / "km/rights.km.html"
    assert hreflang(page) == ["km", "x-default"]
    assert not (out / "km/rights.km.pdf").exists()

    approve_everything(ws, "rights", "ja,vi")
    with ThreadPoolExecutor() as pool:  # two processes that see each other's pages come out
        list(pool.map(lambda tag: done(pubpipe("render", "rights", "-l", tag, cwd=ws)), ("ja", "vi")))
    for language in ("km", "ja", "vi"):
        assert hreflang(out / f"{language}/rights.{language}.html") == ["km", "vi", "ja", "x-default"]
    index = (out / "index.html").read_text(encoding="utf-8")
    assert 'href="km/rights.km.html"' in index
    assert 'href="ja/rights.ja.docx"' in index
    assert "日本語" in index
    assert 'href="rights/index.html"' in (ws / "outputs/index.html").read_text(encoding="utf-8")

    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for language, entry in manifest["editions"].items():
        files = {f["format"]: f for f in entry["files"]}
        assert files["html"]["sha256"] == digest_bytes((out / language / files["html"]["path"]).read_bytes())
    assert "is rights/km, made" in done(pubpipe("verify", page, cwd=ws))
    assert "nothing to find fault with" in done(pubpipe("inspect", page, "--language", "km", cwd=ws))

    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    said = done(pubpipe("publish", "rights.md", cwd=ws))
    assert said.count("up to date") >= 3
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


def test_subtitles_come_out_as_they_came_in(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    (ws / "video.srt").write_text(SRT, encoding="utf-8")
    done(pubpipe("publish", "video.srt", "--languages", "ja", cwd=ws))
    assert "letters a second; viewers read 4" in done(pubpipe("review", "show", "video", "--language", "ja", cwd=ws))
    preview = Path(done(pubpipe("render", "video", "--preview", cwd=ws)).strip())
    assert "PREVIEW — NOT APPROVED" in preview.read_text(encoding="utf-8")
    approve_everything(ws, "video", "ja")
    done(pubpipe("publish", "video.srt", cwd=ws))
    (path,) = (ws / "outputs/video/ja").glob("*.*t")
    assert path.name == "video.ja.srt"
    text = path.read_text(encoding="utf-8")
    assert "2\n00:00:03,500 --> 00:00:06,000 X1:10\n{\\an8}" in text
    assert "PREVIEW" not in text
