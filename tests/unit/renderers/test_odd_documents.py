"""Whatever may legally stand inside whatever: PDF/UA allows little, a document may hold all of it."""

from __future__ import annotations

import io
import itertools
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any, get_args

import pikepdf
import pytest

from pubpipe.model import (
    Block,
    Cell,
    Code,
    Content,
    Figure,
    Heading,
    Item,
    ListBlock,
    Note,
    Paragraph,
    Placeholder,
    Quote,
    Row,
    Rule,
    Table,
    TagClose,
    TagKind,
    TagOpen,
    Text,
)

from .test_hard_documents import LONG, grid, paragraph, picture, render, unit

MARKS = tuple(kind for kind in get_args(TagKind) if kind not in ("link", "span"))
IMAGE = picture("RGB", "PNG", (60, 40))
NOTE = Placeholder(id=90, kind="note", ref="n")
PICTURE = Placeholder(id=91, kind="image", ref="image", alt="hình")
BREAK = Placeholder(id=92, kind="break")
URL = "https://example.org/"
every_format = pytest.mark.parametrize("format_", ["docx", "pdf"])


def within(kinds: tuple[str, ...], *inside: Any, href: str | None = None) -> Content:
    """Content inside tags of these kinds, and in a link."""
    opened = [TagOpen.model_validate({"id": n, "kind": kind}) for n, kind in enumerate(kinds, 1)]
    if href is not None:
        opened.append(TagOpen(id=60, kind="link", href=href))
    return (*opened, *(inside or (Text(text="chữ"),)), *(TagClose(id=tag.id) for tag in reversed(opened)))


def heading(content: str | Content = "Mục", level: int = 1) -> Heading:
    return Heading(level=level, unit=unit(content, "heading"))


def with_mark(mark: Placeholder = NOTE) -> Content:
    return (Text(text="chữ"), mark)


def cell(*blocks: Block, **spans: int) -> Cell:
    return Cell(blocks=blocks, **spans)


def table(*cells: Cell, caption: Content | None = None) -> Table:
    named = unit(caption, "caption") if caption is not None else None
    return Table(caption=named, widths=(None,) * len(cells), alignments=(), body=(Row(cells=cells),))


def headed(*cells: Cell) -> Table:
    below = Row(cells=tuple(cell(paragraph("x")) for _ in cells))
    return Table(widths=(None,) * len(cells), alignments=(), head=(Row(cells=cells),), body=(below,) * 3)


def bullets(*items: tuple[Block, ...], ordered: bool = False) -> ListBlock:
    return ListBlock(ordered=ordered, items=tuple(Item(blocks=blocks) for blocks in items))


CAPTION: Content = (Text(text="chú thích"),)


def figure(caption: Content | None = CAPTION) -> Figure:
    return Figure(resource="image", caption=unit(caption, "caption") if caption is not None else None)


X = paragraph("x")
INVISIBLE = ("\u200b", "\u2060\u200b", "\ufeff", "\xad", "\u200d", "\u200e\u200f", "\xa0", "\u180e", " ")
CASES: dict[str, tuple[Block, ...]] = {
    **{f"{a} and {b}": (paragraph(within((a, b))),) for a, b in itertools.combinations(MARKS, 2)},
    "all marks": (paragraph(within(MARKS)), paragraph(within(MARKS, href=URL))),
    "all marks in a heading": (heading(within(MARKS, href=URL)), heading(within(("underline", "strike")))),
    "all marks in a caption": (table(cell(X), caption=within(MARKS, href=URL)),),
    "a note mark, an image and a break in every mark": tuple(
        paragraph(within((kind,), Text(text="a"), NOTE, PICTURE, BREAK)) for kind in MARKS
    ),
    "a note mark in a heading": (heading(with_mark()), heading("b"), table(cell(heading(with_mark())))),
    "a heading of a note mark or an image alone": (heading((NOTE,)), heading((PICTURE,)), heading("b")),
    "an image and a break in a heading": (heading(with_mark(PICTURE)), heading((*with_mark(BREAK), Text(text="b")))),
    "headings in lists, quotes and cells": (
        bullets((heading(),), (heading(level=2), X)),
        Quote(blocks=(heading(), X)),
        table(cell(heading(), X)),
    ),
    "headings of levels 9, 1 and 6": (heading(level=9), heading(level=1), heading(level=6)),
    "a heading of a page's length and one at the end": (heading(LONG * 5), X, heading()),
    "a note mark in captions": (table(cell(X), caption=with_mark()), figure(with_mark())),
    "an image in captions": (table(cell(X), caption=with_mark(PICTURE)), figure(with_mark(PICTURE))),
    "captions without words": tuple(
        block
        for empty in ((), (Text(text=" "),), (BREAK,), (Text(text="\u200b"),))
        for block in (table(cell(X), caption=empty), figure(empty))
    ),
    "note marks in cells": (table(cell(paragraph(with_mark())), cell(X)), headed(cell(paragraph(with_mark())))),
    "lists in cells": (table(cell(bullets((X, bullets((X,))))), cell(bullets((X,), ordered=True))), headed(cell(bullets((X,))))),
    "images in cells": (table(cell(paragraph((PICTURE,))), cell(figure(None)), cell(figure())), headed(cell(figure()))),
    "figures in lists and quotes": (bullets((figure(),), (X, figure(None))), Quote(blocks=(figure(),))),
    "quotes in lists, cells and quotes": (
        bullets((Quote(blocks=(X,)),)),
        table(cell(Quote(blocks=(X,)))),
        Quote(blocks=(Quote(blocks=(X,)),)),
    ),
    "code in lists and cells": (bullets((Code(text="a\tb\n\n\tc"),)), table(cell(Code(text="a\tb"))), Code(text="\n\n")),
    "rules in cells, lists and quotes": (table(cell(Rule())), bullets((Rule(),)), Quote(blocks=(Rule(),))),
    "tables in lists, quotes and cells": (
        bullets((table(cell(X)),), (X, table(cell(X), caption=(Text(text="c"),)))),
        Quote(blocks=(table(cell(X), caption=(Text(text="c"),)),)),
        table(cell(table(cell(X), caption=(Text(text="c"),)))),
    ),
    "everything in a note": (paragraph(with_mark(Placeholder(id=1, kind="note", ref="all"))),),
    "a note in itself, and one mark three times": (
        paragraph(with_mark(Placeholder(id=1, kind="note", ref="self"))),
        paragraph((*with_mark(), NOTE, NOTE)),
    ),
    "rows and cells with nothing in them": (
        Table(
            widths=(None, None),
            alignments=(),
            head=(Row(cells=()),),
            body=(Row(cells=()), Row(cells=(cell(), cell())), Row(cells=())),
        ),
    ),
    "a table of a head, of a foot, of no head": (
        Table(widths=(None,), alignments=(), head=(Row(cells=(cell(X),)),)),
        Table(widths=(None,), alignments=(), foot=(Row(cells=(cell(X),)),)),
        Table(widths=(None,), alignments=(), body=(Row(cells=(cell(X),)),) * 3, foot=(Row(cells=(cell(X),)),)),
    ),
    "spans that reach out of the table": (
        headed(cell(X, rows=5), cell(X)),
        Table(
            widths=(None,) * 3,
            alignments=(),
            body=(Row(cells=(cell(X, rows=9, columns=9),)), Row(cells=(cell(X),)), Row(cells=(cell(X, rows=0, columns=0),))),
        ),
    ),
    "a head of sixty rows": (
        Table(widths=(None,), alignments=(), head=(Row(cells=(cell(X),)),) * 60, body=(Row(cells=(cell(X),)),) * 5),
    ),
    "cells longer than a page": (table(cell(*[paragraph(LONG * 2)] * 30), cell(X)), headed(cell(*[paragraph(LONG)] * 30))),
    "a cell over a hundred and fifty rows": (
        Table(
            widths=(None, None),
            alignments=(),
            body=(Row(cells=(cell(X, rows=150), cell(X))), *(Row(cells=(cell(X),)),) * 149),
        ),
    ),
    "sixty-three and two hundred columns": (grid(3, 63), grid(2, 200)),
    "texts of invisible characters": tuple(
        block for text in INVISIBLE for block in (paragraph(text), heading(text), bullets((paragraph(text),)))
    ),
    "marks of direction and of variation": (paragraph("a\u202eb\u202cc\u2066d\u2069\u061c e\ufe0f\U000e0100\U000e0041"),),
    "combining marks without a letter and without end": (paragraph("\u0301a"), paragraph("a" + "\u0301" * 200)),
    "noncharacters": (paragraph("a\ufffe\ufdd0\U0001fffe\U0010ffff b"),),
    "words of three hundred letters": (paragraph("A" * 300), heading("B" * 300), bullets((paragraph("C" * 300),))),
    "an address of three thousand": (paragraph(within((), Text(text=URL + "abc/" * 750), href=URL + "abc/" * 750)),),
    "links around nothing, a space, an image, a note mark, a break": tuple(
        paragraph(within((), *inside, href=URL))
        for inside in ((Text(text=""),), (Text(text=" "),), (PICTURE,), (NOTE,), (BREAK,))
    ),
    "addresses that are none": tuple(
        paragraph(within((), href=href))
        for href in ("https://example.org/ក?x=1 2", "https://[::1", "http://", 'https://e.org/"\\', "tel:+85 6", "HTTPS://E.ORG", "")
    ),
    "lists that start at nothing and at a million": tuple(
        ListBlock.model_validate({"ordered": True, "start": start, "numbering": numbering, "items": [{"blocks": [X]}]})
        for start in (-3, 0, 27, 5000, 1_000_000)
        for numbering in ("decimal", "lower-alpha", "lower-roman", "upper-roman")
    ),
    "images and breaks alone in paragraphs": (
        paragraph((PICTURE,)),
        paragraph((PICTURE, PICTURE, Text(text=" "), PICTURE)),
        bullets((paragraph((PICTURE,)),)),
        paragraph((BREAK, BREAK)),
    ),
}  # fmt: skip
NOTES = (
    Note(id="n", blocks=(paragraph("ghi chú"),)),
    Note(id="self", blocks=(paragraph((Text(text="z"), NOTE, Placeholder(id=1, kind="note", ref="self"))),)),
    Note(
        id="all",
        blocks=(
            table(cell(X), caption=(Text(text="c"),)),
            heading(),
            figure(),
            Quote(blocks=(X,)),
            Code(text="c"),
            Rule(),
            paragraph(within(MARKS, href=URL)),
        ),
    ),
)


@every_format
@pytest.mark.parametrize("draft", [True, False], ids=["draft", "approved"])
@pytest.mark.parametrize("name", list(CASES))
def test_a_page_is_made_of(name: str, draft: bool, format_: str) -> None:
    data = render(format_, *CASES[name], notes=NOTES, image=IMAGE, draft=draft, language="km")
    assert len(data) > 3000


@every_format
@pytest.mark.parametrize(
    "content",
    [with_mark(), with_mark(PICTURE), with_mark(BREAK), within(MARKS, href=URL), (NOTE,), (Text(text="\u200b"),), ()],
)
def test_a_title_holds_whatever_a_paragraph_holds(content: Content, format_: str) -> None:
    assert render(format_, X, paragraph(with_mark()), notes=NOTES, image=IMAGE, title=content, subtitle=content)


def word_document(*blocks: Block) -> str:
    with zipfile.ZipFile(io.BytesIO(render("docx", *blocks, notes=NOTES, image=IMAGE))) as archive:
        return archive.read("word/document.xml").decode()


def test_a_text_without_a_visible_character_leaves_no_entry_in_the_table_of_contents() -> None:
    blocks = (heading("Một"), *(heading(text) for text in INVISIBLE), heading("Hai"))
    with pikepdf.open(io.BytesIO(render("pdf", *blocks))) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Một", "Hai"]
    assert len(re.findall(r'w:val="TOC1"', word_document(*blocks))) == 2


def test_a_note_whose_mark_is_all_of_a_heading_is_not_lost() -> None:
    document = word_document(heading((NOTE,)), heading("b"))
    assert document.count("<w:footnoteReference ") == 1


@pytest.mark.needs("poppler")
def test_a_note_of_a_heading_stands_once_and_not_in_the_table_of_contents(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    blocks = (heading(with_mark()), heading("b"), heading(with_mark()), paragraph(with_mark()))
    path.write_bytes(render("pdf", *blocks, notes=NOTES, image=IMAGE))
    text = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True).stdout.decode()
    assert text.count("ghi chú") == 1
    assert text.count("chữ1") == 3
    assert len(re.findall(r"chữ [. ]+1", text)) == 2


def test_tabs_of_preformatted_text_are_columns() -> None:
    assert "a   b" in word_document(Code(text="a\tb"))


def test_a_list_of_letters_begins_at_a() -> None:
    zero = ListBlock(ordered=True, start=0, numbering="lower-alpha", items=(Item(blocks=(X,)),))
    with zipfile.ZipFile(io.BytesIO(render("docx", zero))) as archive:
        assert '<w:startOverride w:val="1"/>' in archive.read("word/numbering.xml").decode()


def test_struck_and_underlined_text_is_both() -> None:
    content = within(("underline", "strike"))
    document = word_document(Paragraph(unit=unit(content)))
    assert "<w:strike/>" in document
    assert '<w:u w:val="single"/>' in document
    lines = {}
    for kinds in (("strike",), ("underline", "strike")):
        with pikepdf.open(io.BytesIO(render("pdf", paragraph(within(kinds))))) as pdf:
            drawn = pikepdf.parse_content_stream(pdf.pages[0])
            lines[kinds] = sum(str(operator) in ("S", "f") for _, operator in drawn)
    assert lines["underline", "strike"] == lines["strike",] + 1


@pytest.mark.parametrize(
    ("caption", "shown"),
    [
        ("Chi phí", "Hình 1\u2002Chi phí"),
        ("Hình 1. Chi phí", "Hình 1. Chi phí"),
        (" Hình 1: Chi phí", " Hình 1: Chi phí"),
        ("Hình 2. Chi phí", "Hình 1\u2002Hình 2. Chi phí"),
    ],
)
def test_every_caption_has_one_number_and_it_is_a_field(caption: str, shown: str) -> None:
    document = word_document(figure((Text(text=caption),)))
    (field,) = re.findall(r'<w:p><w:pPr><w:pStyle w:val="Caption"/>.*?</w:p>', document)
    assert re.findall(
        r' SEQ figure \\\* ARABIC ">.*?<w:t xml:space="preserve">(\d+)</w:t></w:r></w:fldSimple>', field
    ) == ["1"]
    assert "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", field)) == shown


def test_a_head_longer_than_a_page_is_not_repeated_and_not_cut() -> None:
    tall = headed(cell(*[paragraph(LONG)] * 30, figure(None)))
    document = word_document(tall)
    assert "<w:tblHeader/>" not in document
    assert "<w:tblHeader/>" in word_document(headed(cell(X)))
    with pikepdf.open(io.BytesIO(render("pdf", tall, image=IMAGE))) as pdf:
        assert sum("/XObject" in page.obj.Resources for page in pdf.pages) == 1
