"""What a Word file holds arrives, and what cannot arrive is named."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
from pathlib import Path

import pytest
from docx.document import Document

from pubpipe.model import (
    Figure,
    Finding,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    SourceDocument,
    Table,
    plain,
    to_markup,
)
from pubpipe.readers import read
from tests.unit.readers.made import W, edited, png, word, word_body

DOCX = Path("summary.docx")


def texts(document: SourceDocument) -> list[str]:
    return [plain(u.content) for u in document.units()]


def named(document: SourceDocument, check: str) -> list[Finding]:
    return [f for f in document.findings if f.check == f"reader.{check}"]


def test_the_title_block_comes_from_words_styles() -> None:
    def fill(d: Document) -> None:
        for name in ("Author", "Date"):
            d.styles.add_style(name, 1)
        d.add_paragraph("Living together", style="Title")
        d.add_paragraph("A summary", style="Subtitle")
        d.add_paragraph("Mekong Network", style="Author")
        d.add_paragraph("12 March 2024", style="Date")
        d.add_heading("Background", 1)
        d.add_paragraph("Text.")

    document = read(DOCX, word(fill))
    assert document.title is not None
    assert document.subtitle is not None
    assert texts(document) == ["Living together", "A summary", "Background", "Text."]
    assert document.authors == ("Mekong Network",)
    assert document.date == dt.date(2024, 3, 12)


def test_a_lone_first_heading_is_the_title() -> None:
    def fill(d: Document) -> None:
        d.add_heading("Living together", 1)
        d.add_heading("Background", 2)
        d.add_paragraph("Text.")

    document = read(DOCX, word(fill))
    assert document.title is not None
    assert plain(document.title.content) == "Living together"
    assert isinstance(document.blocks[0], Heading)
    assert document.blocks[0].level == 1


def test_two_first_level_headings_make_no_title() -> None:
    def fill(d: Document) -> None:
        d.add_heading("One", 1)
        d.add_heading("Two", 1)

    assert read(DOCX, word(fill)).title is None


def test_blocks_of_every_kind_arrive_in_order() -> None:
    def fill(d: Document) -> None:
        d.add_heading("One", 1)
        d.add_heading("Two", 1)
        d.add_paragraph("first", style="List Number")
        d.add_paragraph("second", style="List Number")
        d.add_paragraph("A paragraph between.")
        d.add_paragraph("third", style="List Number")
        d.add_paragraph("bullet", style="List Bullet")
        d.add_paragraph("Nobody asked us.", style="Quote")
        d.add_paragraph("Table 1: Wages", style="Caption")
        table = d.add_table(3, 3)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "Country"
        table.cell(0, 2).merge(table.cell(1, 2)).text = "Wage"
        table.cell(1, 0).text, table.cell(2, 2).text = "from", "300"
        d.add_paragraph().add_run().add_picture(io.BytesIO(png()))
        d.add_paragraph("Figure 1: A harbour", style="Caption")

    document = read(DOCX, word(fill))
    kinds = [b.type for b in document.blocks]
    assert kinds == ["heading", "heading", "list", "paragraph", "list", "list", "quote", "table", "figure"]
    lists = [b for b in document.blocks if isinstance(b, ListBlock)]
    assert [(b.ordered, b.start, len(b.items)) for b in lists] == [(True, 1, 2), (True, 3, 1), (False, 1, 1)]
    table = next(b for b in document.blocks if isinstance(b, Table))
    assert table.caption is not None
    spans = [(c.rows, c.columns) for row in (*table.head, *table.body) for c in row.cells]
    assert spans[:2] == [(1, 2), (2, 1)]
    figure = next(b for b in document.blocks if isinstance(b, Figure))
    assert figure.caption is not None
    assert {r.name for r in document.resources} == {figure.resource}
    assert document.resources[0].data == png()
    assert isinstance(document.blocks[6], Quote)


def test_equal_runs_become_one_tag_and_spaces_stand_outside() -> None:
    def fill(d: Document) -> None:
        p = d.add_paragraph("Workers ")
        for piece in ("must ", "not", " "):
            p.add_run(piece).bold = True
        p.add_run("pay ")
        p.add_run("fees").italic = True
        p.add_run(".")

    document = read(DOCX, word(fill))
    assert [to_markup(u.content) for u in document.units()] == ["Workers <1>must not</1> pay <2>fees</2>."]


def test_a_text_box_is_carried_after_its_paragraph() -> None:
    drawing = (
        f'<w:p {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml">'
        '<w:r><w:t>Anchor.</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline>'
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        "<wps:txbx><w:txbxContent><w:p><w:r><w:t>Fees are illegal.</w:t></w:r></w:p><w:p><w:r><w:t>Call 1300.</w:t>"
        "</w:r></w:p></w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
        "</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>Fees are illegal.</w:t>"
        "</w:r></w:p><w:p><w:r><w:t>Call 1300.</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    document = read(DOCX, word_body(drawing))
    assert texts(document) == ["First.", "Anchor.", "Fees are illegal.", "Call 1300.", "Last."]
    (finding,) = named(document, "textbox")
    assert finding.severity == "warning"
    assert "Fees are illegal." in finding.message
    assert "Anchor." in finding.message


def test_tracked_changes_are_read_as_accepted_and_said() -> None:
    xml = (
        f'<w:p {W}><w:r><w:t xml:space="preserve">Employers may </w:t></w:r><w:ins w:author="Ann"><w:r>'
        '<w:t xml:space="preserve">not </w:t></w:r></w:ins><w:del w:author="Bob"><w:r>'
        '<w:delText xml:space="preserve">always </w:delText></w:r></w:del><w:r><w:t>keep passports.</w:t></w:r></w:p>'
    )
    document = read(DOCX, word_body(xml))
    assert texts(document)[1] == "Employers may not keep passports."
    (finding,) = named(document, "changes")
    assert "Ann, Bob" in finding.message
    assert "1 insertion, 1 deletion" in finding.message


def test_a_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    xml = (
        f'<w:p {W}><w:pPr><w:rPr><w:del w:author="A"/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">One </w:t></w:r>'
        f"</w:p><w:p {W}><w:r><w:t>sentence.</w:t></w:r></w:p>"
    )
    assert texts(read(DOCX, word_body(xml))) == ["First.", "One sentence.", "Last."]


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (
            "<w:sdt><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent><w:r><w:t>Thailand</w:t></w:r></w:sdtContent></w:sdt>",
            "Thailand",
        ),
        ('<w:smartTag w:element="x"><w:r><w:t>Laos</w:t></w:r></w:smartTag>', "Laos"),
        ('<w:fldSimple w:instr="REF x"><w:r><w:t>Section 3</w:t></w:r></w:fldSimple>', "Section 3"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r><w:r>'
            '<w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Table 2</w:t></w:r><w:r>'
            '<w:fldChar w:fldCharType="end"/></w:r>',
            "Table 2",
        ),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="No"/>'
            '<w:listEntry w:val="Yes"/></w:ddList></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMDROPDOWN'
            '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "Yes",
        ),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "✓"),
        ('<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>', "≥"),
        ("<w:r><w:t>co</w:t><w:noBreakHyphen/><w:t>operate</w:t></w:r>", "co‑operate"),
        ("<w:r><w:t>mi</w:t><w:softHyphen/><w:t>gration</w:t></w:r>", "migration"),
        ('<w:ins w:author="A"><w:r><w:t>kept</w:t></w:r></w:ins>', "kept"),
        ('<w:r><w:t xml:space="preserve">a\tb</w:t></w:r>', "a b"),
    ],
)
def test_text_in_word_constructs_arrives(xml: str, expected: str) -> None:
    document = read(DOCX, word_body(f'<w:p {W}><w:r><w:t xml:space="preserve">See </w:t></w:r>{xml}</w:p>'))
    assert texts(document)[1] == f"See {expected}"
    assert not [f for f in document.findings if f.severity == "block"]


@pytest.mark.parametrize(
    ("xml", "check", "said"),
    [
        ('<w:r><w:sym w:font="Webdings" w:char="F021"/></w:r>', "symbol", "Webdings"),
        (
            '<w:r><w:object xmlns:o="urn:schemas-microsoft-com:office:office"><o:OLEObject ProgID="Excel.Sheet.12"/>'
            "</w:object></w:r>",
            "object",
            "Excel.Sheet.12",
        ),
        (
            '<w:r><w:drawing><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData '
            'uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart '
            'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rIdChart"/>'
            "</a:graphicData></a:graphic></w:drawing></w:r>",
            "chart",
            "Remittances by year",
        ),
    ],
)
def test_what_cannot_be_carried_blocks_and_names_the_place(xml: str, check: str, said: str) -> None:
    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:t>Remittances by year</a:t></c:chartSpace>'
    )
    data = word_body(
        f"<w:p {W}><w:r><w:t>Near here.</w:t></w:r>{xml}</w:p>",
        parts={"word/charts/chart9.xml": chart},
        relationships='<Relationship Id="rIdChart" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/chart" Target="charts/chart9.xml"/>',
    )
    (finding,) = named(read(DOCX, data), check)
    assert finding.severity == "block"
    assert said in finding.message
    assert "Near here." in finding.message


def test_an_imported_chunk_blocks() -> None:
    document = read(DOCX, word_body(f"<w:altChunk {W}/><w:p {W}><w:r><w:t>x</w:t></w:r></w:p>"))
    assert [f.severity for f in named(document, "import")] == ["block"]


def test_hidden_text_is_not_printed_but_said() -> None:
    xml = f"<w:p {W}><w:r><w:t>Seen.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>Internal note.</w:t></w:r></w:p>"
    document = read(DOCX, word_body(xml))
    assert texts(document) == ["First.", "Seen.", "Last."]
    assert "Internal note." in named(document, "hidden")[0].message
    assert not named(document, "missing")


def test_headers_comments_and_label_patterns_are_named() -> None:
    def fill(d: Document) -> None:
        d.add_paragraph("Text.")
        d.sections[0].header.paragraphs[0].text = "Embargoed until May Day"
        d.sections[0].footer.paragraphs[0].text = "Page 3 of 4"
        d.add_comment(d.paragraphs[0].runs, "Check the figure", author="Ann")

    document = read(DOCX, word(fill))
    assert "Embargoed until May Day" in named(document, "header")[0].message
    assert not named(document, "footer")
    assert "Ann" in named(document, "comments")[0].message


def test_footnotes_keep_their_place_and_equal_notes_stay_two() -> None:
    notes = (
        f'<w:footnotes {W}><w:footnote w:id="1"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>Ibid.</w:t></w:r></w:p>'
        '</w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>Ibid.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    data = word_body(
        f'<w:p {W}><w:r><w:t>One.</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:r>'
        '<w:t xml:space="preserve"> Two.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
        parts={"word/footnotes.xml": notes},
        relationships='<Relationship Id="rIdN" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/footnotes" Target="footnotes.xml"/>',
    )
    document = read(DOCX, data)
    assert to_markup(document.blocks[1].unit.content if isinstance(document.blocks[1], Paragraph) else ()) == (
        "One.<1/> Two.<2/>"
    )
    assert [plain(u.content) for u in document.units()][-2:] == ["Ibid.", "Ibid."]
    assert len({n.id for n in document.notes}) == 2


def test_a_lost_image_keeps_its_place_and_blocks() -> None:
    def fill(d: Document) -> None:
        d.add_paragraph("Text.")
        d.add_paragraph().add_run().add_picture(io.BytesIO(png()))

    data = edited(word(fill), lambda name, part: b"\x01\x00\x00\x00EMF" if name.endswith(".png") else part)
    document = read(DOCX, data)
    assert [b.type for b in document.blocks] == ["paragraph", "figure"]
    assert [f.severity for f in named(document, "image")] == ["block"]


def test_strict_files_give_their_text() -> None:
    def strict(name: str, part: bytes) -> bytes:
        if name.endswith((".xml", ".rels")):
            part = part.replace(
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                b"http://purl.oclc.org/ooxml/wordprocessingml/main",
            )
            part = part.replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
        return part

    data = edited(word(lambda d: d.add_paragraph("Strict text.")), strict)
    assert texts(read(DOCX, data)) == ["Strict text."]


def test_text_that_the_conversion_loses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # a converter that drops a paragraph: the count over the file's own text must notice
    from pubpipe.readers import pandoc

    whole = pandoc.tree

    def lossy(data: bytes, source_format: str, characters: int) -> dict[str, object]:
        tree = whole(data, source_format, characters)
        del tree["blocks"][1]
        return tree

    monkeypatch.setattr(pandoc, "tree", lossy)

    def fill(d: Document) -> None:
        d.add_paragraph("One.")
        d.add_paragraph("The employer may not keep the passport.")
        d.add_paragraph("Three.")

    (finding,) = named(read(DOCX, word(fill)), "missing")
    assert finding.severity == "block"
    assert "may not keep" in finding.message


def test_a_table_of_contents_is_left_to_the_template() -> None:
    def fill(d: Document) -> None:
        d.styles.add_style("toc 1", 1)
        d.add_paragraph("Background 3", style="toc 1")
        d.add_paragraph("Text.")

    document = read(DOCX, word(fill))
    assert texts(document) == ["Text."]
    assert [f.severity for f in named(document, "contents")] == ["info"]


def test_ten_pages_are_read_in_half_a_second() -> None:
    def fill(d: Document) -> None:
        for number in range(150):
            d.add_paragraph(f"{number}. " + "Migrant workers send money home every month. " * 6)

    data = word(fill)
    read(DOCX, data)
    start = time.perf_counter()
    document = read(DOCX, data)
    assert time.perf_counter() - start < 0.5 * 4  # four times the aim: a busy machine is no failure
    assert len(document.blocks) == 150


def test_math_is_a_placeholder() -> None:
    xml = (
        f'<w:p {W} xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><w:r>'
        '<w:t xml:space="preserve">Take </w:t></w:r><m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath></w:p>'
    )
    document = read(DOCX, word_body(xml))
    assert to_markup(next(u for u in document.units() if "Take" in plain(u.content)).content) == "Take <1/>"


def test_a_list_label_with_words_blocks() -> None:
    def fill(d: Document) -> None:
        d.add_paragraph("The parties agree.", style="List Number")

    def article(name: str, part: bytes) -> bytes:
        return (
            re.sub(rb'w:lvlText w:val="%1\."', b'w:lvlText w:val="Article %1"', part) if "numbering" in name else part
        )

    (finding,) = named(read(DOCX, edited(word(fill), article)), "label")
    assert finding.severity == "block"
    assert "Article 1" in finding.message
