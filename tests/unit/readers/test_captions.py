"""A caption arrives once, without the label that the template prints, and with a word where numbers will differ."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from docx.document import Document
from docx.oxml import parse_xml

from pubpipe.model import Figure, Paragraph, SourceDocument, Table, plain, to_markup
from pubpipe.readers import read
from pubpipe.readers.captions import label
from tests.unit.readers.made import W, opendocument, png, word


def picture(d: Document) -> None:
    d.add_paragraph().add_run().add_picture(io.BytesIO(png()))


def table(d: Document) -> None:
    d.add_table(1, 1).cell(0, 0).text = "x"


def made(*steps: Callable[[Document], object] | str) -> SourceDocument:
    """A Word file: a function adds to it, "= text" is a paragraph in the style Caption, other text a plain one."""

    def fill(d: Document) -> None:
        d.add_paragraph("Start.")
        for step in steps:
            if not isinstance(step, str):
                step(d)
            elif step.startswith("= "):
                d.add_paragraph(step[2:], style="Caption")
            else:
                d.add_paragraph(step)
        d.add_paragraph("End.")

    return read(Path("a.docx"), word(fill))


def shown(document: SourceDocument) -> list[str]:
    """The blocks between the first and the last paragraph: "figure: caption", or the text of a paragraph."""
    out = []
    for block in document.blocks[1:-1]:
        if isinstance(block, Table | Figure):
            out.append(f"{block.type}: {to_markup(block.caption.content) if block.caption else '-'}")
        elif isinstance(block, Paragraph):
            out.append(plain(block.unit.content))
    return out


def said(document: SourceDocument, check: str = "reader.caption") -> list[tuple[str, str]]:
    return [(f.severity, f.message) for f in document.findings if f.check == check]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Figure 1. Median fees", "Median fees"),
        ("Figure 1 Median fees", "Median fees"),
        ("Table 2: Wages", "Wages"),
        ("Fig. 3 – Fees", "Fees"),
        ("Fig 3 — fees", "fees"),
        ("Chart 1.", ""),
        ("TABLE 12 | Wages", "Wages"),
        ("Table\u00a04.\u00a0Wages", "Wages"),
        ("Box 1\tA story", "A story"),
        ("Map A1: Routes", "Routes"),
        ("Table 1.2 Wages", "Wages"),
        ("Table 1.2. 2,418 workers", "2,418 workers"),
        ("Figure 2a) Fees", "Fees"),
        ("Figure IV. Fees", "Fees"),
        ("Figure 1: “Nobody told me”", "“Nobody told me”"),
        ("Figure 1", ""),
        ("Figure 1 shows that wages rose.", None),
        ("Table 2 and Table 3 are short.", None),
        ("Tables of wages", None),
        ("Map of routes", None),
        ("Box 12% of workers", None),
        ("Image I took", None),
        ("Median fees", None),
        ("Figures 1 and 2", None),
    ],
)
def test_a_label_is_told_from_the_words_of_a_sentence(text: str, rest: str | None) -> None:
    found = label(text)
    assert (text[found.length :] if found else None) == rest


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ((picture, "= Figure 1. A"), ["figure: A"]),
        (("= Figure 1. A", picture), ["figure: A"]),
        ((picture, "= A harbour"), ["figure: A harbour"]),
        (("= A harbour", picture), ["figure: A harbour"]),
        ((picture, "Figure 1: A", picture, "Figure 2: B"), ["figure: A", "figure: B"]),
        (("Figure 1: A", picture, "Figure 2: B", picture), ["figure: A", "figure: B"]),
        ((picture, "= Figure 1. A", "= Table 1. B", table), ["figure: A", "table: B"]),
        (("Table 1: A", table, "Text", "Table 2: B", table), ["table: A", "Text", "table: B"]),
        ((table, "Table 1: A", "Text"), ["table: A", "Text"]),
        (("Table 1", "Wages by country", table), ["table: Wages by country"]),
        (("= Table 1", "= Wages by country", table), ["table: Wages by country"]),
        ((picture, "Figure 1 shows that wages rose."), ["figure: -", "Figure 1 shows that wages rose."]),
        (("= Table 1. A", "Text", table), ["Table 1. A", "Text", "table: -"]),
    ],
)
def test_a_caption_finds_its_table_or_figure_and_loses_its_label(
    steps: tuple[Callable[[Document], object] | str, ...], wanted: list[str]
) -> None:
    document = made(*steps)
    assert shown(document) == wanted
    assert said(document, "reader.missing") == []
    assert all(severity != "block" for severity, _ in said(document))


def test_a_label_goes_that_is_a_field_and_bold_over_several_runs() -> None:
    def caption(d: Document) -> None:
        paragraph = d.add_paragraph(style="Caption")
        paragraph.add_run("Tab").bold = True
        paragraph.add_run("le ").bold = True
        for piece in (
            '<w:fldChar w:fldCharType="begin"/>',
            "<w:instrText> SEQ Table \\* ARABIC </w:instrText>",
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>1</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        ):
            paragraph._p.append(parse_xml(f"<w:r {W}><w:rPr><w:b/></w:rPr>{piece}</w:r>"))
        paragraph.add_run(":").bold = True
        paragraph.add_run(" Wages of ")
        paragraph.add_run("women").italic = True

    assert shown(made(caption, table)) == ["table: Wages of <1>women</1>"]


def floating(text: str) -> Callable[[Document], object]:
    """A paragraph with a picture that text flows around."""

    def add(d: Document) -> None:
        paragraph = d.add_paragraph()
        drawing = paragraph.add_run().add_picture(io.BytesIO(png()))
        inline = drawing._inline
        inline.docPr.set("descr", "Two boats")
        inline.tag = inline.tag.replace("}inline", "}anchor")
        paragraph.add_run(text)

    return add


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ((floating("We met."), "Text."), ["figure: -", "We met.", "Text."]),
        ((floating("We met."), "= Figure 1. A"), ["We met.", "figure: A"]),
        ((floating("We met."), "= Table 1. A", table), ["figure: -", "We met.", "table: A"]),
    ],
)
def test_a_floating_picture_is_a_figure_of_its_own_with_words_to_translate(
    steps: tuple[Callable[[Document], object] | str, ...], wanted: list[str]
) -> None:
    document = made(*steps)
    assert shown(document) == wanted
    [figure] = [b for b in document.blocks if isinstance(b, Figure)]
    assert figure.alt is not None
    assert plain(figure.alt.content) == "Two boats"
    assert said(document, "reader.alt") == []


def test_a_note_in_a_label_stays_in_the_caption() -> None:
    document = read(
        Path("a.md"), b"Text.\n\n| a | b |\n|---|---|\n| c | d |\n\n: **Table 1**[^1]: Wages\n\nEnd.\n\n[^1]: ILO.\n"
    )
    assert shown(document) == ["table: <1/>Wages"]


def test_every_format_takes_the_label_off(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    image = '<text:p><draw:frame><draw:image xlink:href="Pictures/a.png"/></draw:frame></text:p>'
    sequence = '<text:sequence text:name="Figure">1</text:sequence>'
    files = {
        "a.md": b"Start.\n\n![Figure 1. Boats](a.png)\n\nEnd.",
        "b.md": b"Start.\n\n![](a.png)\n\n*Figure 1. Boats*\n\nEnd.",
        "a.html": b"<html><body><p>Start.</p><figure><img src=a.png><figcaption><b>Figure 1</b>: Boats</figcaption>"
        b"</figure><p>End.</p></body></html>",
        "b.html": b"<html><body><p>Start.</p><p><img src=a.png></p><p class=MsoCaption>Boats</p><p>End.</p></body></html>",
        "a.odt": opendocument(
            f'<text:p>Start.</text:p>{image}<text:p text:style-name="Figure">Figure {sequence}: Boats</text:p>'
            "<text:p>End.</text:p>",
            files={"Pictures/a.png": png()},
        ),
        "b.odt": opendocument(
            f'<text:p>Start.</text:p>{image}<text:p text:style-name="P1">Boats</text:p><text:p>End.</text:p>',
            styles='<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Illustration"/>',
            files={"Pictures/a.png": png()},
        ),
    }
    for name, data in files.items():
        document = read(tmp_path / name, data)
        assert [t.replace("<1>", "").replace("</1>", "") for t in shown(document)] == ["figure: Boats"], name
        assert [f.message for f in document.findings if f.severity == "block"] == [], name


def test_numbers_that_follow_reading_order_need_no_word() -> None:
    document = made(picture, "= Figure 1. A", "= Table 1. B", table, picture, "= Figure 2. C")
    assert said(document) == []


def test_numbers_that_will_be_printed_otherwise_are_a_warning() -> None:
    document = made(picture, "= Figure 3. A", "See Table 2.", "= Table 1. B", table)
    [(severity, message)] = said(document)
    assert severity == "warning"
    assert "“Figure 3” is printed as Figure 1" in message
    assert "Table" not in message


def test_a_caption_without_a_number_counts_too() -> None:
    [(_, message)] = said(made(picture, "= A harbour", picture, "= Figure 1. A"))
    assert "“Figure 1” is printed as Figure 2" in message


def test_a_label_without_words_is_not_printed_and_says_so() -> None:
    document = made(picture, "= Figure 1", "Text.", picture, "= Figure 2. B")
    assert shown(document) == ["figure: -", "Text.", "figure: B"]
    moved, wordless = said(document)
    assert "“Figure 2” is printed as Figure 1" in moved[1]
    assert wordless[0] == "warning"
    assert "“Figure 1” has no words" in wordless[1]
    assert said(document, "reader.missing") == []
    assert said(made(picture, "= Figure 1", "Text."), "reader.missing") == []


def test_another_word_than_table_or_figure_is_named_and_a_reference_to_it_is_a_warning() -> None:
    [(severity, message)] = said(made(picture, "= Chart 1. Fees", "Fees rose."))
    assert (severity, message) == ("info", "the caption “Chart 1” is printed as Figure 1")
    [(severity, message)] = said(made("Fees rose (see Chart 1).", picture, "= Chart 1. Fees"))
    assert severity == "warning"
    assert "refers to it" in message


def test_an_image_with_a_caption_is_not_said_to_have_no_words() -> None:
    assert said(made(picture, "Figure 1: A"), "reader.alt") == []
    assert len(said(made(picture, "Text."), "reader.alt")) == 1
