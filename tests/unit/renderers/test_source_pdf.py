"""The PDF of a kept layout: LibreOffice with our fonts only, the same bytes again, every text on its pages."""

from __future__ import annotations

import io
import re
import stat
import time
from pathlib import Path

import pikepdf
import pytest

from pubpipe.errors import MissingExtra, RenderError
from pubpipe.languages import profile
from pubpipe.model import ApprovedEdition, DraftEdition, Finding
from pubpipe.readers import docx_source
from pubpipe.readers.package import refuse
from pubpipe.renderers import Imprint, Original, find_fonts
from pubpipe.renderers.inspect_source import inspect_source_pdf
from pubpipe.renderers.office import Office, find_office, to_pdf
from pubpipe.renderers.source_pdf import characters, freeze, render_source_pdf
from pubpipe.word import W, open_word
from tests.unit.rich_word import TEMPLATE, approved, drafted, field, paragraph, rich_word, run

SOURCE = rich_word()


def made(language: str, *, draft: bool = False, data: bytes = SOURCE) -> tuple[bytes, ApprovedEdition | DraftEdition]:
    document = docx_source.read(data)
    edition = drafted(document, language) if draft else approved(document, language)
    original = Original(data=data, document=document)
    imprint = Imprint(publisher="Network")
    return (
        render_source_pdf(edition, original, TEMPLATE, profile(language), find_fonts(), imprint, find_office()),
        edition,
    )


def grave(findings: tuple[Finding, ...]) -> list[str]:
    return [f.message for f in findings if f.severity in ("block", "error")]


@pytest.mark.needs("libreoffice")
def test_the_pdf_passes_its_inspection_and_is_the_same_again() -> None:
    data, edition = made("km")
    assert grave(inspect_source_pdf(data, edition, profile("km"))) == []
    assert made("km")[0] == data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fonts = {str(f.BaseFont).split("+")[-1] for page in pdf.pages for f in page.resources.Font.values()}
        assert all(name.startswith(("NotoSans", "OpenSymbol")) for name in fonts)
        assert any("Bold" in name for name in fonts)
        assert str(pdf.Root.Lang) == "km"


@pytest.mark.needs("libreoffice")
def test_the_pdf_of_a_draft_says_so_on_every_page() -> None:
    data, edition = made("ja", draft=True)
    assert grave(inspect_source_pdf(data, edition, profile("ja"))) == []
    document = docx_source.read(SOURCE)
    found = inspect_source_pdf(data, approved(document, "ja"), profile("ja"))
    assert [f.check for f in found if f.severity == "block"] == ["inspection.watermark"]


@pytest.mark.needs("libreoffice")
def test_a_text_that_is_not_on_the_pages_is_found() -> None:
    data, _ = made("lo")
    longer = rich_word(paragraph(run("One more paragraph that nobody printed.")) + paragraph(run("Daily")))
    other = approved(docx_source.read(longer), "lo")
    found = [f for f in inspect_source_pdf(data, other, profile("lo")) if f.check == "inspection.text"]
    assert [(f.severity, "u0001" in f.message) for f in found] == [("block", True)]


@pytest.mark.needs("libreoffice")
def test_a_text_in_capitals_is_the_text_that_was_approved() -> None:
    big, small = run("Hours of work.", "<w:caps/>"), run("Days of rest.", "<w:smallCaps/>")
    data, edition = made("vi", data=rich_word(paragraph(big) + paragraph(small)))
    assert grave(inspect_source_pdf(data, edition, profile("vi"))) == []


def test_the_letters_of_a_drawing_are_among_the_characters_that_libreoffice_gets() -> None:
    word = open_word(SOURCE, refuse)
    assert "Д" not in characters(word)
    word.parts["word/media/image1.emf"] = b""
    assert {"Д", "ö", "T"} <= set(characters(word))


def test_fields_show_what_was_approved_and_only_page_numbers_are_worked_out_anew() -> None:
    body = paragraph(
        field("DATE", run("9 March")) + run(" ") + field("PAGEREF _Toc1", run("7")) + field("REF x", run("Table"))
        + '<w:bookmarkStart w:id="9" w:name="_Toc1"/><w:bookmarkEnd w:id="9"/>' + field("PAGEREF _Gone", run("8"))
    )  # fmt: skip
    word = open_word(rich_word(body), refuse)
    root = word.xml(word.main())
    freeze(word)
    codes = [" ".join((i.text or "").split()) for i in root.iter(f"{W}instrText")]
    assert codes == ["PAGEREF _Toc1"]
    assert "".join(t.text or "" for t in root.iter(f"{W}t")) == "9 March 7Table8"


def test_words_that_nobody_approved_are_not_printed_whatever_field_they_hide_in() -> None:
    body = paragraph(run("Wages are due. ") + field("SEQ Figure", run("Nobody has to be paid")))
    with pytest.raises(RenderError, match=r"no part of the edition: “Nobodyhastobepaid”"):
        made("lo", data=rich_word(body))


def test_without_libreoffice_it_is_said_what_to_install() -> None:
    with pytest.raises(MissingExtra) as caught:
        find_office("/nowhere/soffice")
    assert "/nowhere/soffice" in caught.value.message
    assert re.search(r"Install LibreOffice.*layout = \"template\"", caught.value.remedy)


def script(folder: Path, text: str) -> Office:
    """A program that takes LibreOffice's place."""
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Office(program=str(program), version="0")


def test_a_libreoffice_that_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    office = script(tmp_path, f"sleep 600 & echo $! > {pid}; wait")
    with pytest.raises(RenderError, match="did not finish"):
        to_pdf(b"PK", office, {}, "{}", timeout=1.0)
    child = Path("/proc") / pid.read_text().strip()
    for _ in range(50):
        if not child.exists() or "Z" in (child / "stat").read_text().split()[2]:
            break
        time.sleep(0.1)
    else:
        pytest.fail("what it started still runs")


def test_a_libreoffice_that_makes_nothing_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="made no PDF") as caught:
        to_pdf(b"PK", script(tmp_path, "exit 0"), {}, "{}")
    assert caught.value.remedy


def test_libreoffice_sees_our_fonts_and_a_home_of_its_own(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    office = script(tmp_path, f'cat "$FONTCONFIG_FILE" > {seen}; ls $HOME/fonts >> {seen}; echo "$@" >> {seen}')
    with pytest.raises(RenderError):
        to_pdf(b"PK", office, {"own.ttf": b"font"}, "{}")
    said = seen.read_text(encoding="utf-8")
    assert "own.ttf" in said
    assert said.count("<dir>") == 1
    assert "-env:UserInstallation=file://" in said
