"""`pubpipe inspect` on a file alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pubpipe.cli.app import app
from pubpipe.errors import ConfigError
from pubpipe.languages import profile
from pubpipe.renderers import RENDERERS, find_fonts
from tests.contracts.test_renderers import IMPRINT, TEMPLATE, edition


@pytest.mark.parametrize("language", ["km", "ja"])
@pytest.mark.parametrize("format_", ["docx", "pdf", "html"])
def test_a_file_says_itself_in_which_language_it_is(tmp_path: Path, language: str, format_: str) -> None:
    path = tmp_path / f"edition.{format_}"
    made = edition(language, real=True)
    path.write_bytes(RENDERERS[format_].render(made, TEMPLATE, profile(language), find_fonts(), IMPRINT))
    assert CliRunner().invoke(app, ["inspect", str(path)]).stdout.startswith("edition.")
    assert "language" in CliRunner().invoke(app, ["inspect", str(path), "-l", "vi"]).stdout


def test_a_file_that_names_no_language_or_another_one_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    for said, words in (("", "does not say in which language"), (' lang="de"', "says that it is in 'de'")):
        path.write_text(f"<!doctype html><html{said}><title>A page</title>", encoding="utf-8")
        with pytest.raises(ConfigError, match=words) as failed:
            CliRunner().invoke(app, ["inspect", str(path)], catch_exceptions=False)
        assert "--language" in failed.value.remedy


def test_a_file_that_cannot_be_read_is_said_to_be_that(tmp_path: Path) -> None:
    path = tmp_path / "broken.docx"
    path.write_bytes(b"PK\x03\x04 and no more")
    done = CliRunner().invoke(app, ["inspect", str(path)])
    assert done.exit_code == 7
    assert "cannot be read as a Word document" in done.stdout
