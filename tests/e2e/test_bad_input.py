"""Bad input gets a clear line, an exit code and no traceback; nothing lands in outputs and nothing done is lost."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import pytest

from tests.e2e.commands import approve_everything, done, pubpipe, workspace
from tests.mt_server import always, nobody, serve

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
RELATIONSHIPS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def docx(document: str, prolog: str = "", **more: bytes) -> bytes:
    """A Word file with this body, and other members beside it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONSHIPS)
        archive.writestr(
            "word/document.xml",
            f'<?xml version="1.0"?>{prolog}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/'
            f'2006/main"><w:body>{document}</w:body></w:document>',
        )
        for name, data in more.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def encrypted() -> bytes:
    """The head of an OLE container, as Word writes it around a file with a password."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHH", 0x3E, 3, 0xFFFE) + bytes(482)
        + "EncryptedPackage".encode("utf-16-le") + bytes(512)
    )  # fmt: skip


GOOD = docx(paragraph("Workers must not pay."))
BOMB = docx(paragraph("Boom."), **{"word/media/bomb.xml": b"\0" * 400_000_000})
ENTITIES = docx(
    paragraph("&b;"), prolog='<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
)

BAD_FILES: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "not a document": ("noise.docx", bytes(range(256)) * 20, ("noise.docx",)),
    "an empty file": ("empty.docx", b"", ("empty",)),
    "a document without text": ("blank.docx", docx("<w:p/>"), ("blank.docx", "text")),
    "an empty Markdown file": ("blank.md", b"\n\n", ("blank.md", "text")),
    "a truncated zip": ("cut.docx", GOOD[: len(GOOD) // 2], ("cut.docx",)),
    "a PDF called .docx": ("report.docx", b"%PDF-1.7\n1 0 obj\n", ("PDF",)),
    "a Word file called .md": ("report.md", GOOD, ("Word",)),
    "an old Word file": ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ("old.doc",)),
    "a file with a password": ("locked.docx", encrypted(), ("password",)),
    "a zip bomb": ("bomb.docx", BOMB, ("bomb.docx",)),
    "XML entities": ("entities.docx", ENTITIES, ("entities.docx",)),
    "Markdown that is not UTF-8": ("latin.md", "Résumé of the report.".encode("latin-1"), ("UTF-8",)),
    "an unknown extension": ("report.xyz", b"text", (".docx",)),
}


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace(tmp_path_factory.mktemp("bad") / "ws")


def outputs(ws: Path) -> list[Path]:
    return [p for p in (ws / "outputs").rglob("*") if p.is_file()]


def clear(stderr: str) -> str:
    """The error as one line on what and where, and a remedy; never a traceback."""
    assert "Traceback" not in stderr
    assert "a fault in pubpipe itself" not in stderr
    lines = [line for line in stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, stderr
    return stderr


@pytest.mark.parametrize("name", sorted(BAD_FILES))
def test_a_bad_file_is_refused_in_one_clear_line(ws: Path, name: str) -> None:
    file_name, data, words = BAD_FILES[name]
    (ws / file_name).write_bytes(data)
    result = pubpipe("publish", file_name, cwd=ws)
    assert result.returncode == 3
    said = clear(result.stderr)
    assert all(word in said for word in words), said
    assert outputs(ws) == []
    assert json.loads(done(pubpipe("status", "--json", cwd=ws))) == []


def test_a_missing_file_is_named(ws: Path) -> None:
    result = pubpipe("publish", "nowhere.docx", cwd=ws)
    assert result.returncode == 3
    assert "nowhere.docx does not exist" in clear(result.stderr)


def test_a_paragraph_of_ten_megabytes_is_read_or_refused_with_its_limit(ws: Path) -> None:
    (ws / "long.md").write_text("Workers must not pay. " * 480_000, encoding="utf-8")
    result = pubpipe("segment", "long.md", cwd=ws)
    if result.returncode == 0:
        assert result.stderr.strip().endswith("480000 segments")
    else:
        assert result.returncode == 3
        assert "long.md" in clear(result.stderr)


def test_an_unknown_language_names_the_nearest(ws: Path) -> None:
    result = pubpipe("publish", "rights.md", "--languages", "khmer", cwd=ws)
    assert result.returncode == 2
    assert "'km'" in clear(result.stderr)


def test_an_unknown_engine_is_refused_before_anything_is_read(ws: Path) -> None:
    result = pubpipe("publish", "rights.md", "--engine", "gogle", cwd=ws)
    assert result.returncode == 2
    assert "google" in clear(result.stderr)


def test_an_output_folder_that_cannot_be_made_is_refused_before_the_work(ws: Path) -> None:
    (ws / "in-the-way").write_text("a file")
    result = pubpipe("publish", "rights.md", "--output", "in-the-way", cwd=ws)
    assert result.returncode == 8
    assert "in-the-way" in clear(result.stderr)


def test_detach_without_a_server_says_how_to_start_one(ws: Path) -> None:
    result = pubpipe("publish", "rights.md", "--languages", "km", "--detach", cwd=ws)
    assert result.returncode == 2
    assert "pubpipe up" in clear(result.stderr)


def test_a_bad_glossary_row_is_named_with_file_row_and_column(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws", terms="bad-row,,,wrong-kind\n")
    result = pubpipe("publish", "rights.md", "--languages", "km", cwd=ws)
    assert result.returncode == 4
    assert "terms.csv" in result.stderr
    assert "row 2" in result.stderr
    assert "kind" in result.stderr
    assert "Traceback" not in result.stderr


def engine(ws: Path, settings: dict[str, object]) -> None:
    toml = ws / "pubpipe.toml"
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    text = toml.read_text(encoding="utf-8").replace('chain = ["pseudo"]', 'chain = ["google"]')
    toml.write_text(f"{text}\n[engines.google]\n{lines}", encoding="utf-8")


def test_an_engine_that_is_down_leaves_segments_open_and_the_run_goes_on_to_review(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    engine(ws, {"base_url": nobody()})
    assert "waits for review" in done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    status = json.loads(done(pubpipe("status", "--json", cwd=ws)))[0]
    assert status["open"] > 5
    shown = json.loads(done(pubpipe("review", "show", "rights", "-l", "km", "--json", cwd=ws)))[0]
    assert any("google" in item["detail"] for item in shown["items"]), "the reviewer is told why it is open"


def test_an_error_page_with_status_200_is_never_a_translation(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    with serve(always("poison")) as server:
        engine(ws, dict(server.settings("google")))
        done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    shown = json.loads(done(pubpipe("review", "show", "rights", "-l", "km", "--json", cwd=ws)))[0]
    assert not any("Error 500" in item["target"] for item in shown["items"])
    assert any(not item["target"] for item in shown["items"])


def test_one_language_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    done(pubpipe("publish", "rights.md", "--languages", "km,ja", cwd=ws))
    approve_everything(ws, "rights")
    (ws / "outputs" / "rights").mkdir(parents=True, exist_ok=True)
    (ws / "outputs" / "rights" / "km").write_text("a file where the folder should be")
    result = pubpipe("publish", "rights.md", cwd=ws)
    assert result.returncode == 8
    assert "rights/km" in clear(result.stderr)
    assert (ws / "outputs/rights/ja/rights.ja.pdf").is_file()


def test_a_second_file_does_not_silently_take_the_place_of_the_first(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    other = tmp_path / "rights.md"
    other.write_text("# Another text\n\nQuite another.\n", encoding="utf-8")
    result = pubpipe("publish", other, cwd=ws)
    assert result.returncode == 2
    assert "--id" in clear(result.stderr)
