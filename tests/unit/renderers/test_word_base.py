"""Styles that a designer set in Word: taken over for every script, fonts and languages left to the program."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt, RGBColor

from pubpipe.errors import RenderError
from pubpipe.languages import SOURCE, TARGETS, profile
from pubpipe.renderers import RENDERERS, Imprint, Template, find_fonts, inspect_docx, load_template
from pubpipe.renderers.template_check import check_template, sample, style_names
from pubpipe.renderers.word_base import read_base

REPORT = load_template(Path(__file__).parents[3] / "templates/report")
IMPRINT = Imprint(publisher="Network")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def designed() -> Template:
    """The report with a base.docx in which a designer changed the first heading, the text and the caption."""
    english = SOURCE.model_copy(update={"sample": "words of a sample in English"})
    word = docx.Document(io.BytesIO(RENDERERS["docx"].render(sample(english), REPORT, english, find_fonts(), IMPRINT)))
    heading = word.styles["Heading 1"]
    heading.font.size, heading.font.color.rgb, heading.font.name = Pt(21), RGBColor(0x7A, 0x00, 0x4C), "Garamond"
    heading.paragraph_format.space_before = Pt(30)
    word.styles["Body Text"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    word.styles["Caption"].font.italic = True
    out = io.BytesIO()
    word.save(out)
    return REPORT.model_copy(update={"base": read_base(out.getvalue(), "base.docx")})


@pytest.mark.parametrize("language", list(TARGETS))
def test_a_style_of_the_base_wins_in_the_fonts_and_sizes_of_the_language(language: str, designed: Template) -> None:
    own = profile(language)
    edition = sample(own)
    data = RENDERERS["docx"].render(edition, designed, own, find_fonts(), IMPRINT)
    assert inspect_docx(data, edition, own, find_fonts()) == ()
    styles = docx.Document(io.BytesIO(data)).styles
    heading = styles["Heading 1"].element.rPr
    size = str(round(42 * own.typesetting.size / 10.5))
    assert [heading.find(f"{W}{name}").get(f"{W}val") for name in ("sz", "szCs")] == [size, size]
    assert heading.find(f"{W}color").get(f"{W}val") == "7A004C"
    assert heading.find(f"{W}rFonts") is None
    assert styles["Heading 1"].paragraph_format.space_before == Pt(30)
    assert styles["Heading 1"].element.pPr.find(f"{W}outlineLvl") is not None
    justified = styles["Body Text"].paragraph_format.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert justified == (own.word_class != "complex")
    caption = styles["Caption"].element.rPr
    slant = "i" if own.typesetting.emphasis == "italic" else "b"
    assert caption.find(f"{W}{slant}") is not None
    assert caption.find(f"{W}{slant}Cs") is not None


def test_another_base_is_another_template(designed: Template) -> None:
    assert designed.fingerprint != REPORT.fingerprint


def test_styles_that_the_base_lacks_and_fonts_that_are_not_used_are_said(designed: Template) -> None:
    said = [p.message for p in check_template(designed, [], find_fonts())]
    assert said == ["its fonts (Garamond) are not used: each language has its own, embedded"]
    out = io.BytesIO()
    docx.Document().save(out)
    bare = REPORT.model_copy(update={"base": read_base(out.getvalue(), "base.docx")})
    (lacking, *_) = [p.message for p in check_template(bare, [], find_fonts())]
    assert "Table Text" in lacking
    assert "heading 1" not in lacking
    assert {"Title", "Lead", "heading 1", "footnote text"} <= set(style_names(REPORT))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"<html>"])
def test_a_base_that_is_no_word_document_is_named(data: bytes) -> None:
    with pytest.raises(RenderError, match=r"mine/base\.docx"):
        read_base(data, "mine/base.docx")
