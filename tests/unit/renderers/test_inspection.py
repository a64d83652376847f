"""The inspection: nothing to say of our own files, and a word for each fault that is put into one."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable

import pikepdf
import pytest

from pubpipe.identity import digest_bytes
from pubpipe.languages import TARGETS, profile
from pubpipe.model import (
    ApprovedEdition,
    Block,
    DraftEdition,
    Edition,
    Finding,
    LocalizedDocument,
    Paragraph,
    Placeholder,
    Resource,
    SourceDocument,
    Text,
    Unit,
)
from pubpipe.renderers import RENDERERS, Imprint, find_fonts, inspect_docx, inspect_pdf
from pubpipe.renderers.inspection import _unit_at, compare_lengths, page_count

from .test_hard_documents import LONG, TEMPLATE, paragraph, picture, unit
from .test_odd_documents import CASES, IMAGE, NOTE, NOTES, URL, X, cell, figure, heading, table, with_mark, within

INSPECT = {"pdf": inspect_pdf, "docx": inspect_docx}
BLOCKS: tuple[Block, ...] = (
    heading("Kết quả"),
    paragraph(within((), Text(text="xem báo cáo"), href=URL)),
    paragraph("Lương tối thiểu là 7.000 đồng."),
    figure(),
    heading("Kiến nghị"),
    paragraph("Người sử dụng lao động không được giữ hộ chiếu."),
)
every_format = pytest.mark.parametrize("format_", ["docx", "pdf"])


def edition(*blocks: Block, language: str = "vi", draft: bool = False) -> Edition:
    document = SourceDocument(
        language=language,
        title=unit("Tiêu đề", "title"),
        blocks=blocks,
        resources=(Resource(name="image", data=IMAGE),),
        file_hash=digest_bytes(b""),
        reader="test/1",
    )
    while more := {n for n in NOTES if n.id in marks(document)} - set(document.notes):
        document = document.model_copy(update={"notes": (*document.notes, *more)})
    common = {
        "publication": "inspected",
        "localized": LocalizedDocument(language=language, document=document),
        "edition_hash": digest_bytes(b"x"),
    }
    if draft:
        return DraftEdition.model_validate(common)
    return ApprovedEdition.model_validate({**common, "approved_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)})


def marks(document: SourceDocument) -> set[str]:
    return {i.ref for u in document.units() for i in u.content if isinstance(i, Placeholder) and i.kind == "note"}


def made(wanted: Edition, format_: str) -> bytes:
    own = profile(wanted.localized.language)
    return RENDERERS[format_].render(wanted, TEMPLATE, own, find_fonts(), Imprint(publisher="Network"))


def found(data: bytes, wanted: Edition | None, format_: str, language: str = "vi") -> dict[str, Finding]:
    return {f.check.removeprefix("inspection."): f for f in INSPECT[format_](data, wanted, profile(language))}


@every_format
@pytest.mark.parametrize("draft", [True, False], ids=["draft", "approved"])
@pytest.mark.parametrize("language", list(TARGETS))
def test_nothing_is_wrong_with_our_own_files(language: str, draft: bool, format_: str) -> None:
    wanted = edition(*BLOCKS, paragraph(f"{profile(language).native_name} 吳麗招 ☐"), language=language, draft=draft)
    assert INSPECT[format_](made(wanted, format_), wanted, profile(language)) == ()


@every_format
@pytest.mark.parametrize("name", [name for name in CASES if name != "combining marks without a letter and without end"])
def test_whatever_stands_inside_whatever_is_on_the_page(name: str, format_: str) -> None:
    wanted = edition(*CASES[name])
    assert [f for f in INSPECT[format_](made(wanted, format_), wanted, profile("vi")) if f.severity == "block"] == []


def test_marks_piled_up_to_the_edge_of_the_page_are_found() -> None:
    assert found(made(edition(paragraph("a" + "\u0301" * 200)), "pdf"), None, "pdf")["overflow"].severity == "block"


def test_word_fonts_are_checked_character_by_character() -> None:
    wanted = edition(*BLOCKS, paragraph("吳麗招 ☐ → ≥ ភាសាខ្មែរ"))
    data = made(wanted, "docx")
    assert inspect_docx(data, wanted, profile("vi"), find_fonts()) == ()
    spoiled = in_word(data, "word/document.xml", lambda xml: xml.replace("Noto Sans JP", "Noto Sans"))
    findings = inspect_docx(spoiled, wanted, profile("vi"), find_fonts())
    assert "U+5433 “吳” stands 1 times in Noto Sans, which lacks it" in findings[0].message


@every_format
def test_a_changed_sentence_blocks_and_is_named(format_: str) -> None:
    data = made(edition(*BLOCKS), format_)
    other = edition(*BLOCKS[:-1], paragraph("Người sử dụng lao động được giữ hộ chiếu."))
    finding = found(data, other, format_)["text"]
    assert finding.severity == "block"
    assert "Ngườisửdụnglaođộngđượcgiữhộchiếu" in finding.message


@every_format
def test_a_sentence_that_stands_once_too_few_blocks(format_: str) -> None:
    data = made(edition(*BLOCKS), format_)
    assert found(data, edition(*BLOCKS, BLOCKS[-1]), format_)["text"].severity == "block"


@every_format
def test_a_heading_is_not_found_in_the_table_of_contents_alone(format_: str) -> None:
    data = made(edition(*BLOCKS, heading("Kết luận")), format_)
    assert "text" not in found(data, edition(*BLOCKS, heading("Kết luận")), format_)
    assert "text" in found(data, edition(*BLOCKS, heading("Kết luận"), heading("Kết luận")), format_)


@every_format
def test_a_watermark_must_fit_the_type_of_the_edition(format_: str) -> None:
    draft, approved = edition(*BLOCKS, draft=True), edition(*BLOCKS)
    assert found(made(draft, format_), approved, format_)["watermark"].severity == "block"
    assert found(made(approved, format_), draft, format_)["watermark"].severity == "block"


@every_format
def test_a_missing_image_and_a_missing_link_are_found(format_: str) -> None:
    data = made(edition(*BLOCKS[2:3]), format_)
    findings = found(data, edition(BLOCKS[1], *BLOCKS[2:4]), format_)
    assert findings["images"].message == "1 of 1 images are not in the file."
    assert URL in findings["links"].message


@every_format
def test_another_language_is_found(format_: str) -> None:
    data = made(edition(*BLOCKS), format_)
    assert "language" in found(data, None, format_, "ja")


@every_format
@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 broken", b"PK\x03\x04 broken"])
def test_what_cannot_be_read_is_said_to_be_so(data: bytes, format_: str) -> None:
    assert found(data, None, format_)["file"].severity == "block"


def in_pdf(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(out)
    return out.getvalue()


def in_word(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body.decode()).encode() if name == part else body)
    return out.getvalue()


def first_glyph_missing(pdf: pikepdf.Pdf) -> None:
    contents = pdf.pages[0].Contents
    contents.write(re.sub(rb"\[[^\]]*\]\s*TJ", b"[<0000>]TJ", contents.read_bytes(), count=1))


def text_off_the_page(pdf: pikepdf.Pdf) -> None:
    contents = pdf.pages[0].Contents
    contents.write(b"1 0 0 1 0 -900 cm\n" + contents.read_bytes())


def font_not_embedded(pdf: pikepdf.Pdf) -> None:
    for obj in pdf.objects:
        if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/FontDescriptor":
            del obj["/FontFile2" if "/FontFile2" in obj else "/FontFile3"]


def other_font(pdf: pikepdf.Pdf) -> None:
    for obj in pdf.objects:
        if isinstance(obj, pikepdf.Dictionary) and "/BaseFont" in obj:
            obj.BaseFont = pikepdf.Name("/ABCDEF+DejaVuSans")


def empty_page(pdf: pikepdf.Pdf) -> None:
    pdf.add_blank_page()


def no_language(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Lang


def not_tagged(pdf: pikepdf.Pdf) -> None:
    pdf.Root.MarkInfo.Marked = False


def script_in_a_link(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", []):
            if "/A" in annotation:
                annotation.A = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="x")


def bookmark_without_a_place(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Outlines.First.Dest = pikepdf.String("gone")


def link_to_a_page_that_is_gone(pdf: pikepdf.Pdf) -> None:
    links = [a for page in pdf.pages for a in page.obj.get("/Annots", []) if "/Dest" in a]
    links[0].Dest[0] = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name("/Page")))


def image_on_its_head(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        drawn = page.obj.Contents.read_bytes()
        page.obj.Contents.write(re.sub(rb"0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm/x0 Do", rb"0 0 -\1 \2 \3 cm/x0 Do", drawn))


def image_in_cmyk(pdf: pikepdf.Pdf) -> None:
    for obj in pdf.objects:
        if isinstance(obj, pikepdf.Stream) and obj.get("/Subtype") == "/Image":
            obj.ColorSpace = pikepdf.Name("/DeviceCMYK")


def moved_to_the_right(points: int) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        contents = pdf.pages[0].Contents
        contents.write(b"1 0 0 1 %d 0 cm\n" % points + contents.read_bytes())

    return change


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (first_glyph_missing, "glyphs"),
        (bookmark_without_a_place, "links"),
        (link_to_a_page_that_is_gone, "links"),
        (image_on_its_head, "images"),
        (image_in_cmyk, "images"),
        (moved_to_the_right(350), "overflow"),
        (text_off_the_page, "overflow"),
        (font_not_embedded, "fonts"),
        (other_font, "fonts"),
        (empty_page, "pages"),
        (no_language, "language"),
        (not_tagged, "tags"),
        (script_in_a_link, "links"),
    ],
)
def test_each_fault_put_into_a_pdf_is_found(change: Callable[[pikepdf.Pdf], None], check: str) -> None:
    wanted = edition(*BLOCKS)
    assert check in found(in_pdf(made(wanted, "pdf"), change), wanted, "pdf")


def test_a_text_that_reaches_into_the_margin_is_named_with_its_page_and_paragraph() -> None:
    wanted = edition(*(paragraph(f"{number} {LONG}") for number in range(3)))
    spoiled = in_pdf(made(wanted, "pdf"), moved_to_the_right(40))
    assert inspect_pdf(made(wanted, "pdf"), wanted, profile("vi"), TEMPLATE.design.page) == ()
    (finding,) = inspect_pdf(spoiled, wanted, profile("vi"), TEMPLATE.design.page)
    assert (finding.check, finding.severity) == ("inspection.overflow", "error")
    assert re.search(r"on page 1 the text “.+” of the \w+ u reaches 3\d pt into the margin", finding.message)


def test_no_paragraph_is_named_where_more_than_one_ends_so() -> None:
    ends = {name: (Text(text=f"{name} hộ chiếu của người lao động"),) for name in ("a1", "a2")}
    wanted = edition(*(Paragraph(unit=Unit(id=name, role="paragraph", content=text)) for name, text in ends.items()))
    assert _unit_at(wanted, "gì đó: a2 hộ chiếu của người lao động") == " of the paragraph a2"
    assert _unit_at(wanted, "gì đó: của người lao động") == ""


def test_a_line_that_ends_off_the_page_is_found_where_it_begins_on_it() -> None:
    wanted = edition(paragraph(LONG))
    finding = found(in_pdf(made(wanted, "pdf"), moved_to_the_right(200)), wanted, "pdf")["overflow"]
    assert finding.severity == "block"
    assert "of the paragraph u stands off the page" in finding.message


def test_an_edition_far_longer_or_shorter_than_the_others_is_named() -> None:
    assert compare_lengths({"km": 7, "my": 8, "th": 6, "vi": 6, "lo": 6, "ja": 5}) == ()
    assert compare_lengths({"km": 1, "my": 2, "th": 1}) == ()
    assert compare_lengths({"km": 7, "my": 20}) == ()
    assert [f.message for f in compare_lengths({"km": 7, "my": 14, "th": 6, "ja": 2})] == [
        "the edition in ja has 2 pages, the others have about 7.",
        "the edition in my has 14 pages, the others have about 6.",
    ]


def test_pages_are_counted() -> None:
    assert page_count(made(edition(*BLOCKS), "pdf")) == 1


ON_ITS_SIDE = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" + bytes(4)
"""EXIF data that say of an image that it is to be turned."""


def with_image(data: bytes, image: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, image if name.startswith("word/media/") else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("image", "severity", "says"),
    [
        (picture("RGB", "PNG", (50, 50))[:70], "block", "is corrupt"),
        (picture("CMYK", "JPEG", (50, 50)), "error", "is in CMYK"),
        (picture("RGB", "JPEG", (50, 50), exif=ON_ITS_SIDE), "warning", "upright"),
        (b"nothing", "warning", "cannot be looked at"),
    ],
)  # fmt: skip
def test_an_image_that_word_cannot_show_well_is_found(image: bytes, severity: str, says: str) -> None:
    wanted = edition(*BLOCKS)
    finding = found(with_image(made(wanted, "docx"), image), wanted, "docx")["images"]
    assert (finding.severity, says in finding.message) == (severity, True)


@pytest.mark.parametrize(
    ("old", "new", "severity", "says"),
    [
        (r'<w:gridCol w:w="\d+"/>', '<w:gridCol w:w="5500"/>', "error", "“xx” is wider than the text by 3"),
        (r'<w:gridCol w:w="\d+"/>', '<w:gridCol w:w="9500"/>', "block", "“xx” is wider than the text"),
        (
            r'<wp:extent cx="\d+"',
            '<wp:extent cx="6300000"',
            "error",
            "the image “chú thích” is wider than the text by 1",
        ),
    ],
)
def test_what_is_wider_than_the_text_of_a_word_document_is_named(old: str, new: str, severity: str, says: str) -> None:
    wanted = edition(table(cell(X), cell(X)), figure())
    spoiled = in_word(made(wanted, "docx"), "word/document.xml", lambda xml: re.sub(old, new, xml))
    finding = found(spoiled, wanted, "docx")["overflow"]
    assert (finding.severity, says in finding.message) == (severity, True), finding.message


def test_a_table_wider_than_the_cell_that_it_stands_in_is_named() -> None:
    wanted = edition(table(cell(table(cell(X), cell(X))), cell(X)))
    data = made(wanted, "docx")
    assert "overflow" not in found(data, wanted, "docx")
    spoiled = in_word(data, "word/document.xml", lambda xml: re.sub('(<w:tbl>.*<w:tbl>.*?)<w:gridCol w:w="\\d+"/>', r'\1<w:gridCol w:w="6000"/>', xml))  # fmt: skip
    assert "is wider than its cell" in found(spoiled, wanted, "docx")["overflow"].message


@pytest.mark.parametrize(
    ("part", "old", "new", "check"),
    [
        ("word/document.xml", 'w:name="_Toc', 'w:name="_Gone', "links"),
        ("word/document.xml", 'w:name="_RefNote', 'w:name="_Gone', "links"),
        ("word/document.xml", "<a:xfrm>", '<a:xfrm rot="10800000">', "images"),
        ("word/document.xml", 'w:ascii="Noto Sans"', 'w:ascii="Calibri"', "fonts"),
        ("word/document.xml", "<w:rFonts ", '<w:rFonts w:asciiTheme="minorHAnsi" ', "fonts"),
        ("word/_rels/document.xml.rels", "media/image1.png", "media/gone.png", "parts"),
        ("word/_rels/document.xml.rels", 'Id="rIdLink1"', 'Id="rIdGone"', "parts"),
        ("word/_rels/document.xml.rels", URL, "file:///etc/passwd", "links"),
        ("word/styles.xml", 'w:val="vi-VN"', 'w:val="en-US"', "language"),
        ("docProps/core.xml", "<dc:title>Tiêu đề</dc:title>", "", "title"),
    ],
)
def test_each_fault_put_into_a_word_document_is_found(part: str, old: str, new: str, check: str) -> None:
    wanted = edition(*BLOCKS, paragraph((*with_mark(), NOTE)))
    spoiled = in_word(made(wanted, "docx"), part, lambda xml: xml.replace(old, new))
    assert check not in found(made(wanted, "docx"), wanted, "docx")
    assert check in found(spoiled, wanted, "docx")
