"""Documents that nobody should send and somebody will: a good page or a clear word, in both formats."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from pubpipe.errors import RenderError
from pubpipe.identity import digest_bytes
from pubpipe.languages import profile
from pubpipe.model import (
    ApprovedEdition,
    Block,
    Cell,
    Code,
    Content,
    DraftEdition,
    Figure,
    Heading,
    Item,
    ListBlock,
    LocalizedDocument,
    Note,
    Paragraph,
    Placeholder,
    Quote,
    Resource,
    Role,
    Row,
    Rule,
    SourceDocument,
    Table,
    TagClose,
    TagOpen,
    Text,
    Unit,
)
from pubpipe.renderers import RENDERERS, Imprint, find_fonts, inspect_file, load_template

TEMPLATE = load_template(Path(__file__).parents[3] / "templates/report")
LONG = "Người lao động di cư có quyền giữ hộ chiếu của mình và đọc hợp đồng trước khi ký tên. " * 3
every_format = pytest.mark.parametrize("format_", ["docx", "pdf", "html"])


def unit(content: str | Content, role: Role = "paragraph") -> Unit:
    return Unit(id="u", role=role, content=(Text(text=content),) if isinstance(content, str) else content)


def paragraph(content: str | Content) -> Paragraph:
    return Paragraph(unit=unit(content))


def cell(text: str) -> Cell:
    return Cell(blocks=(paragraph(text),))


def grid(rows: int, columns: int, word: str = "ô") -> Table:
    made = tuple(Row(cells=tuple(cell(f"{word}{r}") for _ in range(columns))) for r in range(rows))
    return Table(widths=(None,) * columns, alignments=(), head=made[:1], body=made[1:])


def render(
    format_: str,
    *blocks: Block,
    notes: tuple[Note, ...] = (),
    image: bytes | None = None,
    draft: bool = False,
    language: str = "vi",
    title: str | Content = "Tiêu đề",
    subtitle: str | Content = "",
) -> bytes:
    document = SourceDocument(
        title=unit(title, "title"),
        subtitle=unit(subtitle, "subtitle") if subtitle else None,
        blocks=blocks,
        notes=notes,
        resources=(Resource(name="image", data=image),) if image is not None else (),
        file_hash=digest_bytes(b""),
        reader="test/1",
    )
    common = {
        "publication": "hard",
        "localized": LocalizedDocument(language=language, document=document),
        "edition_hash": digest_bytes(b"hard"),
    }
    approved_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    edition = DraftEdition(**common) if draft else ApprovedEdition(approved_at=approved_at, **common)
    return RENDERERS[format_].render(edition, TEMPLATE, profile(language), find_fonts(), Imprint(publisher="Network"))


def page_boxes(data: bytes) -> int:
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)


@every_format
@pytest.mark.parametrize("draft", [True, False])
def test_lists_with_notes_tables_and_quotes_that_run_over_pages(format_: str, draft: bool) -> None:
    def item(number: int) -> Item:
        mark: Content = (Text(text=LONG), Placeholder(id=1, kind="note", ref=f"n{number}"))
        inner = ListBlock(ordered=True, items=(Item(blocks=(paragraph(LONG),)),) * 2)
        return Item(blocks=(paragraph(mark), inner, Quote(blocks=(paragraph(LONG),)), grid(3, 2)))

    notes = tuple(
        Note(id=f"n{n}", blocks=(paragraph(LONG), ListBlock(ordered=False, items=(Item(blocks=(paragraph("x"),)),))))
        for n in range(12)
    )
    blocks = (ListBlock(ordered=False, items=tuple(item(n) for n in range(12))),)
    assert len(render(format_, *blocks, notes=notes, draft=draft)) > 5000


@every_format
def test_a_document_of_nothing(format_: str) -> None:
    blocks: tuple[Block, ...] = (
        paragraph(""),
        paragraph(()),
        Heading(level=3, unit=unit("", "heading")),
        Table(widths=(), alignments=()),
        ListBlock(ordered=True, items=()),
        ListBlock(ordered=False, items=(Item(blocks=()),)),
        Quote(blocks=()),
        Code(text=""),
        Rule(),
    )
    assert render(format_, *blocks)
    assert render(format_)


@every_format
def test_headings_that_begin_at_the_third_level_and_skip_one(format_: str) -> None:
    blocks = tuple(Heading(level=n, unit=unit(f"Mức {n}", "heading")) for n in (3, 5, 3, 6, 9))
    assert render(format_, *blocks)


@every_format
@pytest.mark.parametrize("ordered", [True, False])
def test_lists_and_quotes_sixty_levels_deep(format_: str, ordered: bool) -> None:
    inner: Block = Quote(blocks=(paragraph("đáy"),))
    for level in range(60):
        if level % 3 == 2:
            inner = Quote(blocks=(paragraph(str(level)), inner))
        else:
            inner = ListBlock(ordered=ordered, items=(Item(blocks=(paragraph(str(level)), inner)),))
    assert render(format_, inner)


@every_format
def test_tables_sixty_levels_deep(format_: str) -> None:
    inner: Block = paragraph("đáy")
    for _ in range(60):
        inner = Table(widths=(None,), alignments=(), body=(Row(cells=(Cell(blocks=(inner,)),)),))
    assert render(format_, inner)


def test_a_table_of_two_thousand_rows_goes_over_many_pages() -> None:
    assert page_boxes(render("pdf", grid(2000, 3))) > 30


@pytest.mark.needs("poppler")
@pytest.mark.parametrize("word", ["Migration", "A" * 300, "https://example.org/" + "a/b-c" * 60])
def test_nothing_stands_outside_the_margin(word: str, tmp_path: Path) -> None:
    import re
    import subprocess

    path = tmp_path / "page.pdf"
    path.write_bytes(render("pdf", paragraph(word), grid(2, 20, "Migration"), grid(2, 3, word)))
    box = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True).stdout.decode()
    edges = [float(x) for x in re.findall(r'xMax="([\d.]+)"', box)]
    margin = TEMPLATE.design.page.width - TEMPLATE.design.page.margin_side
    assert max(edges) <= margin / 25.4 * 72 + 6


@every_format
def test_control_characters_and_markup_are_only_text(format_: str) -> None:
    hostile = 'a\x00b\x07c\ud800 #panic("x") $x$ ]] <b>&amp;</b> \\u{41} "q" // */ [a](b)'
    assert render(format_, paragraph(hostile), Code(text=f"{hostile}\n  two\n"))


@every_format
def test_placeholders_that_lead_nowhere_cost_nothing_else(format_: str) -> None:
    content: Content = (
        Placeholder(id=1, kind="math", ref="x^2"),
        Placeholder(id=2, kind="raw", ref="<x>"),
        Placeholder(id=3, kind="break"),
        Placeholder(id=4, kind="note", ref="none"),
        TagOpen(id=5, kind="link", href="javascript:alert(1)"),
        Text(text="a"),
        TagClose(id=5),
    )
    data = render(format_, paragraph(content))
    assert b"javascript" not in data


def picture(mode: str, kind: str, size: tuple[int, int], **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


@every_format
@pytest.mark.parametrize(
    "image",
    [
        picture("CMYK", "JPEG", (60, 40)),
        picture("RGB", "PNG", (2, 4000)),
        picture("LA", "PNG", (40, 40)),
        b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><rect width="9" height="9"/></svg>',
    ],
)
@pytest.mark.parametrize("described", [True, False])
def test_images_of_all_kinds(format_: str, image: bytes, described: bool) -> None:
    figure = Figure(resource="image", alt=unit("mô tả", "alt") if described else None)
    inline: Content = (Text(text="x"), Placeholder(id=1, kind="image", ref="image", alt="một hình"))
    with_caption = figure.model_copy(update={"caption": unit("chú thích", "caption")})
    assert render(format_, figure, with_caption, paragraph(inline), image=image)


def drawing(words: str, font: str = "") -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80"><rect width="200" height="80" fill="#123456"/>'
        f'<text x="10" y="45" fill="white" font-size="20" font-family="{font}">{words}</text></svg>'
    ).encode()


@pytest.mark.parametrize("font", ["", "Arial", "sans-serif"])
def test_the_words_of_a_drawing_are_drawn_in_our_fonts(font: str) -> None:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(render("docx", Figure(resource="image"), image=drawing("Quyền", font)))) as archive:
        image = Image.open(io.BytesIO(archive.read("word/media/image1.png"))).convert("L")
    assert sum(image.histogram()[200:]) > 500
    assert render("pdf", Figure(resource="image"), image=drawing("Quyền", font))


@pytest.mark.parametrize("format_", ["docx", "pdf"])
def test_words_of_a_drawing_that_no_font_has_are_refused(format_: str) -> None:
    with pytest.raises(RenderError, match=r"missing codepoints|displayed with a font"):
        render(format_, Figure(resource="image"), image=drawing("\U0001f600"))


@pytest.mark.parametrize("format_", ["docx", "pdf"])
def test_an_image_of_too_many_pixels_is_named(format_: str) -> None:
    with pytest.raises(RenderError, match="image image"):
        render(format_, Figure(resource="image"), image=picture("1", "PNG", (30_000, 20_000)))


def test_a_table_of_two_thousand_rows_is_whole_in_word() -> None:
    import docx

    table = docx.Document(io.BytesIO(render("docx", grid(2000, 3)))).tables[0]
    assert len(table._tbl.tr_lst) == 2000
    assert table._tbl.tr_lst[1999].tc_lst[2].xpath("string(.)") == "ô1999"


def test_many_columns_are_set_smaller_and_closer_in_word() -> None:
    import zipfile

    def sizes(columns: int) -> tuple[int, int]:
        with zipfile.ZipFile(io.BytesIO(render("docx", grid(2, columns)))) as archive:
            xml = etree.fromstring(archive.read("word/document.xml"))
        w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
        table = next(xml.iter(f"{w}tbl"))
        size = next((int(e.get(f"{w}val")) for e in table.iter(f"{w}sz")), 21)
        margin = table.find(f"{w}tblPr/{w}tblCellMar/{w}left")
        return size, 108 if margin is None else int(margin.get(f"{w}w"))

    assert sizes(4) == (21, 108)
    assert sizes(12) < sizes(4)
    assert sizes(40) < sizes(12)


@pytest.mark.parametrize("format_", ["docx", "pdf"])
def test_bad_documents_leave_nothing_outside_the_margins_and_lose_no_text(format_: str) -> None:
    """A wide table, long words, names from right to left, control characters, lists and tables in one another."""
    names: Content = (Text(text="Báo cáo của "), Text(text="محمد علي"), Text(text=" và "), Text(text="יוסף"))
    wide = Table(
        widths=(600.0,) * 12,
        alignments=(),
        head=(Row(cells=(cell("Cột"),) * 12),),
        body=(Row(cells=(cell("1.234.567 người"),) * 12),) * 3,
    )
    nested: Block = paragraph("đáy")
    for level in range(60):
        kind = Table(widths=(None,), alignments=(), body=(Row(cells=(Cell(blocks=(nested,)),)),))
        listed = ListBlock(ordered=True, items=(Item(blocks=(paragraph(f"mức {level}"), nested)),))
        nested = kind if level % 2 else listed
    blocks = (paragraph("A" * 300), paragraph("แรงงานข้ามชาติ" * 40), wide, grid(2, 40), nested, paragraph(names))
    blocks += (paragraph("a\x00b\x07c\x1bd\x0be\x0cf\u0085g\ud800h"), grid(2, 4, "Chargoggagogg" * 6))
    document = SourceDocument(title=unit("t", "title"), blocks=blocks, file_hash=digest_bytes(b""), reader="test/1")
    edition = ApprovedEdition(
        publication="hard",
        localized=LocalizedDocument(language="vi", document=document),
        edition_hash=digest_bytes(b"hard"),
        approved_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    own = profile("vi")
    data = RENDERERS[format_].render(edition, TEMPLATE, own, find_fonts(), Imprint(publisher="Network"))
    found = inspect_file(format_, data, edition, own, find_fonts(), page=TEMPLATE.design.page)
    assert [f.message for f in found] == []


@every_format
def test_a_corrupt_image_is_named(format_: str) -> None:
    with pytest.raises(RenderError, match="image image is corrupt"):
        render(format_, Figure(resource="image"), image=picture("RGB", "PNG", (50, 50))[:70])


@every_format
def test_an_image_that_does_not_travel_with_the_document_is_named(format_: str) -> None:
    with pytest.raises(RenderError, match=r"shows image 'far\.png' but does not have it"):
        render(format_, Figure(resource="far.png"))


@every_format
@pytest.mark.parametrize("text", ["xin chào 😀", "አማርኛ", "\uf0b7 mục"])
def test_a_character_that_no_font_has_is_refused(format_: str, text: str) -> None:
    with pytest.raises(RenderError, match=r"has the character U\+"):
        render(format_, paragraph(text))


def test_word_restarts_every_ordered_list() -> None:
    import zipfile

    one = ListBlock(ordered=True, items=(Item(blocks=(paragraph("a"),)),))
    four = one.model_copy(update={"start": 4})
    with zipfile.ZipFile(io.BytesIO(render("docx", one, four, one))) as archive:
        numbering = etree.fromstring(archive.read("word/numbering.xml"))
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    starts = [s.get(f"{w}val") for s in numbering.iter(f"{w}startOverride")]
    assert starts == ["1", "4", "1"]


def test_a_note_that_is_marked_twice_stands_once() -> None:
    import zipfile

    mark: Content = (Text(text="x"), Placeholder(id=1, kind="note", ref="n"))
    note = Note(id="n", blocks=(paragraph("ghi chú"),))
    with zipfile.ZipFile(io.BytesIO(render("docx", paragraph(mark), paragraph(mark), notes=(note,)))) as archive:
        document = archive.read("word/document.xml").decode()
        notes = archive.read("word/footnotes.xml").decode()
    assert document.count("<w:footnoteReference ") == 1
    assert "NOTEREF _RefNote1" in document
    assert notes.count("ghi chú") == 1
    assert render("pdf", paragraph(mark), paragraph(mark), notes=(note,))


def test_a_layout_that_names_an_unknown_font_is_refused() -> None:
    layout = TEMPLATE.layout.replace("font: script.fonts", 'font: "No Such Font"')
    broken = TEMPLATE.model_copy(update={"layout": layout})
    document = SourceDocument(title=unit("a", "title"), file_hash=digest_bytes(b""), reader="test/1")
    edition = ApprovedEdition(
        publication="hard",
        localized=LocalizedDocument(language="vi", document=document),
        edition_hash=digest_bytes(b""),
        approved_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    with pytest.raises(RenderError, match=r"(?i)unknown font family: no such font"):
        RENDERERS["pdf"].render(edition, broken, profile("vi"), find_fonts(), Imprint(publisher="Network"))


def test_a_layout_with_a_mistake_is_named_with_what_typst_says() -> None:
    broken = TEMPLATE.model_copy(update={"layout": TEMPLATE.layout + "\n#nothing-of-this-name"})
    document = SourceDocument(title=unit("a", "title"), file_hash=digest_bytes(b""), reader="test/1")
    edition = DraftEdition(
        publication="hard",
        localized=LocalizedDocument(language="vi", document=document),
        edition_hash=digest_bytes(b""),
    )
    with pytest.raises(RenderError, match=r"'report'.*unknown variable: nothing-of-this-name"):
        RENDERERS["pdf"].render(edition, broken, profile("vi"), find_fonts(), Imprint(publisher="Network"))
