"""A publication's report as a Word file to send: A4, real headings, tables that a screen reader can read."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from pubpipe.languages import profile
from pubpipe.model.report import PublicationReport
from pubpipe.renderers.report_matter import Grid, Part, heading, matter
from pubpipe.renderers.runs import clean
from pubpipe.renderers.word_xml import package

_WIDTH = 170.0
"""Millimetres of text between the margins of an A4 page (ISO 216)."""
_LETTER, _PADDING = 2.0, 5.0
"""Millimetres of a bold letter of 9.5 points, and of the space beside a cell's text."""
_SHADE = "E7ECF3"
_ALARM = "A4001D"
_INK = "1F3A5F"
_LINE = "B9C4D2"


def report_docx(report: PublicationReport) -> bytes:
    """The bytes of the file; the same report gives the same bytes."""
    import docx
    from docx.shared import Mm

    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    page.top_margin, page.bottom_margin = Mm(20), Mm(18)
    _look(document)
    _properties(document, report)
    document.add_paragraph(clean(heading(report)), style="Title")
    for part in matter(report):
        _part(document, part, warned=bool(report.broken) and not part.title)
    _footer(page, heading(report))
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        return package({i.filename: archive.read(i) for i in archive.infolist()})  # with fixed times and order


def _look(document: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size, bold in (
        ("Normal", 9.5, False), ("Title", 20, True), ("Heading 1", 14, True), ("Caption", 10, True),
        ("List Bullet", 9.5, False),
    ):  # fmt: skip
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = "Calibri", Pt(size), bold
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:cs"), "Calibri")
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
        if name in ("Title", "Heading 1", "Caption"):
            style.font.color.rgb = RGBColor.from_string(_INK)
            style.paragraph_format.keep_with_next = True
            style.paragraph_format.space_before = Pt(14 if name == "Heading 1" else 8)
    for border in document.styles["Table Grid"].element.iter(qn("w:tblBorders")):
        for side in border:
            side.set(qn("w:color"), _LINE)
    for borders in document.styles["Title"].element.iter(qn("w:pBdr")):
        borders.getparent().remove(borders)
    # a bidi language that nobody reads here makes some programs set complex scripts in the wrong font
    for language in document.styles.element.iter(qn("w:lang")):
        language.attrib.clear()
        language.set(qn("w:val"), "en-GB")


def _properties(document: Any, report: PublicationReport) -> None:
    core = document.core_properties
    core.title, core.author, core.language = clean(heading(report)), clean(report.publisher), "en-GB"
    core.subject, core.comments, core.keywords = clean(report.publication), "", ""
    core.last_modified_by = report.program
    core.created = core.modified = report.made_at.replace(tzinfo=None)
    relations = document.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[key]  # the picture in python-docx's own template is of another document


def _part(document: Any, part: Part, *, warned: bool) -> None:
    from docx.shared import RGBColor

    if part.title:
        document.add_heading(clean(part.title), part.level)
    for place, line in enumerate(part.lines):
        paragraph = document.add_paragraph()
        _write(paragraph, line, part.language, bold=warned and place == 0)
        if warned and place == 0:
            paragraph.runs[0].font.color.rgb = RGBColor.from_string(_ALARM)
    for line in part.listed:
        _write(document.add_paragraph(style="List Bullet"), line, part.language)
    for grid in part.grids:
        _grid(document, grid, part.language)


def _grid(document: Any, grid: Grid, language: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    _write(document.add_paragraph(style="Caption"), grid.caption, language)
    table = document.add_table(rows=0, cols=len(grid.head))
    table.style = "Table Grid"
    table.autofit = False
    properties = table._tbl.tblPr
    caption = OxmlElement("w:tblCaption")  # what a screen reader says of the table
    caption.set(qn("w:val"), clean(grid.caption))
    properties.append(caption)
    widths = _widths(grid)
    for column, width in enumerate(widths):
        table.columns[column].width = Mm(width)
    for place, cells in enumerate((grid.head, *grid.rows)):
        row = table.add_row()
        marks = row._tr.get_or_add_trPr()
        marks.append(OxmlElement("w:cantSplit"))
        if place == 0:
            marks.append(OxmlElement("w:tblHeader"))
        strong = place == 0 or (grid.last_is_sum and place == len(grid.rows))
        for column, text in enumerate(cells):
            cell = row.cells[column]
            cell.width = Mm(widths[column])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            # a head is not left alone at the end of a page, and a sum not at the top of the next
            paragraph.paragraph_format.keep_with_next = place in (0, len(grid.rows) - 1)
            _write(paragraph, text, language, bold=strong, right=column in grid.figures)
            if place == 0:
                shade = OxmlElement("w:shd")
                for key, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
                    shade.set(qn(f"w:{key}"), value)
                cell._tc.get_or_add_tcPr().append(shade)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _widths(grid: Grid) -> list[float]:
    """Millimetres for each column: its longest word has room, and what is left goes to those with much in them."""
    least, more = [], []
    for column, title in enumerate(grid.head):
        texts = [title, *(row[column] for row in grid.rows)]
        # a script without spaces breaks anywhere between two words
        word = max(len(w) if w.isascii() else min(len(w), 8) for t in texts for w in (t.split() or [""]))
        least.append(min(word, 24) * _LETTER + _PADDING)
        more.append(max(1.0, min(max(map(len, texts)), 60) * _LETTER + _PADDING - least[-1]))
    left = _WIDTH - sum(least)
    if left <= 0:
        return [width * _WIDTH / sum(least) for width in least]
    return [width + left * share / sum(more) for width, share in zip(least, more, strict=True)]


def _write(paragraph: Any, text: str, language: str, *, bold: bool = False, right: bool = False) -> None:
    """A run with every font slot and language named: without, letters of complex scripts get lost in some programs."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run(clean(text))
    if bold:
        run.bold = True
    if language and any(ord(c) > 0x0250 for c in text):
        spoken = profile(language)
        properties = run._r.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        for slot in ("cs", "eastAsia"):
            fonts.set(qn(f"w:{slot}"), spoken.fonts[0])
        said = OxmlElement("w:lang")
        said.set(qn("w:bidi" if spoken.word_class == "complex" else "w:eastAsia"), spoken.tag)
        properties.append(said)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _footer(page: Any, title: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph = page.footer.paragraphs[0]
    paragraph.add_run(f"{clean(title)} · page ").font.size = Pt(8)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number = OxmlElement("w:r")
    shown = OxmlElement("w:t")
    shown.text = "1"
    number.append(shown)
    field.append(number)
    paragraph._p.append(field)
