"""The contract of every renderer in every language: what a reader, a screen reader and a rebuild rely on."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import subprocess
import unicodedata
import zipfile
from functools import cache, lru_cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image

from pubpipe import readers, segmentation
from pubpipe.identity import digest_bytes
from pubpipe.languages import TARGETS, profile
from pubpipe.model import (
    ApprovedEdition,
    Block,
    Cell,
    Content,
    Credits,
    DraftEdition,
    Edition,
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
    SourceDocument,
    Table,
    TagClose,
    TagOpen,
    Text,
    Unit,
    from_markup,
    plain,
    to_markup,
)
from pubpipe.renderers import RENDERERS, Imprint, find_fonts, inspect_file, load_template
from pubpipe.renderers.pdf import render_pdf

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/mekong-migration"
TEMPLATE = load_template(ROOT / "templates/report")
IMPRINT = Imprint(
    publisher="Mekong Migration Network",
    date=dt.date(2026, 3, 9),
    contact="info@example.org",
    url="https://example.org/reports",
    licence="CC BY 4.0",
    program="pubpipe 0.1.0",
)
PREVIEW = "PREVIEW — NOT APPROVED"
LANGUAGES = list(TARGETS)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
every_language = pytest.mark.parametrize("language", LANGUAGES)
both_documents = pytest.mark.parametrize("real", [False, True], ids=["everything", "example"])
every_format = pytest.mark.parametrize("format_", [name for name in RENDERERS if name not in ("srt", "vtt")])
"""Subtitles need times: tests/unit/renderers/test_subtitles.py."""


@cache
def translations(language: str) -> dict[str, str]:
    """Target by source of the example publication, both in short form."""
    lines = (EXAMPLE / "translations" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["source"]: row["target"] for row in map(json.loads, lines)}


@cache
def passages(language: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A title, short texts and paragraphs of three sentences, from the translations of the example publication."""
    texts = [(s, t) for s, t in translations(language).items() if "<" not in s]
    short = [t for s, t in texts if len(s) <= 30][:8]
    sentences = [t for s, t in texts if len(s) >= 80]
    joint = profile(language).sentence_joint
    long = [joint.join(sentences[n : n + 3]) for n in range(0, len(sentences) - 2, 3)]
    return texts[0][1], tuple(short), tuple(long[:7])


@cache
def example(language: str) -> LocalizedDocument:
    """The example publication as its reader reads it, in a language, as the pipeline puts it together."""
    source = readers.read(EXAMPLE / "summary.docx")
    segments = segmentation.segment(source)
    known = translations(language)
    targets = {s.id: from_markup(known[to_markup(s.content)], like=s.content) for s in segments if s.translatable}
    return segmentation.localize(source, segments, targets, profile(language))


@lru_cache(maxsize=1)
def bars() -> bytes:
    image = Image.new("RGB", (300, 120), "white")
    image.paste((27, 77, 107), (40, 30, 90, 120))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def document(language: str) -> SourceDocument:
    """A document with everything in it, and enough text for three pages."""
    title, shorts, longs = passages(language)
    numbers = iter(range(1, 1000))
    short = iter(shorts * 20)

    def unit(role: Role, content: str | Content) -> Unit:
        content = (Text(text=content),) if isinstance(content, str) else content
        return Unit(id=f"u{next(numbers):04d}", role=role, content=content)

    def paragraph(content: str | Content, role: Role = "paragraph") -> Paragraph:
        return Paragraph(unit=unit(role, content))

    def heading(level: int) -> Heading:
        return Heading(level=level, unit=unit("heading", next(short)))

    def item(*more: Block) -> Item:
        return Item(blocks=(paragraph(next(short), "item"), *more))

    def cell(text: str = "", **spans: int) -> Cell:
        return Cell(blocks=(paragraph(text or next(short), "cell"),), **spans)

    first = longs[0]
    half = len(first) // 2
    rich: Content = (
        Text(text=first[:half]),
        TagOpen(id=1, kind="strong"),
        Text(text=next(short)),
        TagClose(id=1),
        TagOpen(id=2, kind="emphasis"),
        Text(text=next(short)),
        TagClose(id=2),
        Text(text=first[half:]),
        TagOpen(id=3, kind="link", href="https://example.org/a?b=c&d=e"),
        Text(text="ILO C189"),
        TagClose(id=3),
        Placeholder(id=4, kind="note", ref="n1"),
    )
    table = Table(
        caption=unit("caption", next(short)),
        widths=(None, None, None),
        alignments=("left", "left", "right"),
        head=(Row(cells=(cell(), cell(columns=2))),),
        body=(
            Row(cells=(cell(rows=2), cell(), cell("12,345"))),
            Row(cells=(cell(), cell("1,234.5"))),
            Row(cells=(Cell(blocks=()), cell(), cell("2019"))),
        ),
    )
    numbered = ListBlock(ordered=True, numbering="lower-alpha", items=(item(), item()))
    blocks: tuple[Block, ...] = (
        heading(1),
        paragraph(rich),
        *(paragraph(t) for t in longs),
        ListBlock(ordered=False, items=(item(numbered), item())),
        heading(2),
        table,
        Figure(
            resource="bars.png",
            alt=unit("alt", f"ALT {shorts[0]}"),
            caption=unit("caption", next(short)),
        ),
        Quote(blocks=(paragraph(longs[1]),)),
        heading(1),
        *(paragraph(t) for t in longs),
        paragraph('#let x = [y]; $a$ *b* _c_ @d <e> `f` \\g // h "i" & <w:t>'),
    )
    return SourceDocument(
        language=language,
        title=unit("title", title),
        subtitle=unit("subtitle", next(short)),
        authors=("Ann Author",),
        blocks=blocks,
        notes=(Note(id="n1", blocks=(paragraph(next(short), "note"),)),),
        resources=(Resource(name="bars.png", data=bars()),),
        file_hash=digest_bytes(b"example"),
        reader="test/1",
    )


def edition(language: str, *, approved: bool = True, real: bool = False) -> Edition:
    """The document with everything in it, or the `real` example."""
    made = example(language) if real else LocalizedDocument(language=language, document=document(language))
    common: dict[str, Any] = {
        "publication": "everything",
        "localized": made,
        "edition_hash": digest_bytes(language.encode()),
        "credits": Credits(
            engines=("google",),
            memory=40,
            machine=12,
            human=3,
            corrected=2,
            carried=4,
            reviewers=(("language", "Sokha Chan"), ("sign-off", "Demo Reviewer")),
            notice="Machine-drafted for demonstration.",
        ),
    }
    if approved:
        return ApprovedEdition(approved_at=dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC), **common)
    return DraftEdition(open=("3 segments are open",), **common)


@cache
def rendered(language: str, format_: str, *, approved: bool = True, real: bool = False) -> bytes:
    return RENDERERS[format_].render(
        edition(language, approved=approved, real=real), TEMPLATE, profile(language), find_fonts(), IMPRINT
    )


@pytest.fixture
def run_pdftotext(tmp_path: Path) -> Any:
    def run(data: bytes, *options: str) -> str:
        path = tmp_path / "page.pdf"
        path.write_bytes(data)
        done = subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, check=True)
        return done.stdout.decode("utf-8")

    return run


def units_of(language: str, real: bool) -> list[Unit]:
    made = example(language).document if real else document(language)
    return [u for u in made.units() if u.role != "alt"]


def between_marks(unit: Unit) -> list[str]:
    """The unit's text in the pieces between its placeholders: on the page, the mark of a note stands there."""
    return "".join(i.text if isinstance(i, Text) else "\0" * isinstance(i, Placeholder) for i in unit.content).split(
        "\0"
    )


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def word_xml(data: bytes, part: str = "word/document.xml") -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(part))


def word_text(data: bytes) -> str:
    parts = ("word/document.xml", "word/footnotes.xml")
    return "\n".join(
        "".join(t.text or "" for t in p.iter(f"{W}t")) for part in parts for p in word_xml(data, part).iter(f"{W}p")
    )


@every_format
@every_language
def test_the_same_edition_gives_the_same_bytes(language: str, format_: str) -> None:
    again = RENDERERS[format_].render(edition(language), TEMPLATE, profile(language), find_fonts(), IMPRINT)
    assert again == rendered(language, format_)


@every_format
@both_documents
@pytest.mark.parametrize("approved", [True, False], ids=["approved", "draft"])
@every_language
def test_the_inspection_finds_nothing(language: str, approved: bool, real: bool, format_: str) -> None:
    data = rendered(language, format_, approved=approved, real=real)
    wanted = edition(language, approved=approved, real=real)
    assert inspect_file(format_, data, wanted, profile(language), find_fonts(), page=TEMPLATE.design.page) == ()


@every_format
def test_a_renderer_says_what_decides_its_bytes(format_: str) -> None:
    renderer = RENDERERS[format_]
    assert renderer.format == format_
    assert renderer.fingerprint.startswith(f"{format_}/")
    assert "absent" not in renderer.fingerprint


@pytest.mark.needs("poppler")
@both_documents
@every_language
def test_every_paragraph_of_the_pdf_can_be_copied_as_it_was_written(
    language: str, real: bool, run_pdftotext: Any
) -> None:
    lines = run_pdftotext(rendered(language, "pdf", real=real), "-raw").replace("\f", "\n").splitlines()
    furniture = re.compile(rf"\d+ / \d+|.*{IMPRINT.publisher}\s*")
    copied = squeezed("".join(line for line in lines if not furniture.fullmatch(line.strip())))
    units = units_of(language, real)
    lost = [u.id for u in units if any(squeezed(part) not in copied for part in between_marks(u))]
    assert len(lost) <= 0.03 * len(units), lost


@pytest.mark.needs("poppler")
@every_language
def test_the_pdf_holds_no_break_marks(language: str, run_pdftotext: Any) -> None:
    import pikepdf

    text = run_pdftotext(rendered(language, "pdf"), "-raw")
    with pikepdf.open(io.BytesIO(rendered(language, "pdf"))) as pdf, pdf.open_outline() as outline:
        titles = "".join(item.title for item in outline.root)
    assert not set("\u200b\u2060") & set(text + titles)


@both_documents
@every_language
def test_the_docx_holds_every_paragraph_and_no_break_marks(language: str, real: bool) -> None:
    text = word_text(rendered(language, "docx", real=real))
    units = units_of(language, real)
    written = squeezed(text)
    assert [u.id for u in units if squeezed(plain(u.content)) not in written] == []
    assert not set("\u200b\u2060") & set(text)


@pytest.mark.needs("poppler")
@both_documents
@every_language
def test_no_line_begins_with_a_sign_that_may_not(language: str, real: bool, run_pdftotext: Any) -> None:
    held = set(profile(language).typesetting.not_at_line_start)
    held = {c for c in held if not unicodedata.category(c).startswith("M")}
    box = run_pdftotext(rendered(language, "pdf", real=real), "-bbox-layout")
    rows: dict[tuple[int, int], list[tuple[float, str]]] = {}
    for page, body in enumerate(box.split("<page ")[1:]):
        for x, top, bottom, word in re.findall(
            r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">(.*?)</word>', body
        ):
            rows.setdefault((page, round((float(top) + float(bottom)) / 18)), []).append((float(x), word))
    starts = [min(words)[1][:1] for words in rows.values() if min(words)[0] < 75]
    assert starts
    assert [s for s in starts if s in held] == []


@every_language
def test_the_pdf_embeds_only_our_fonts(language: str) -> None:
    import pikepdf

    ours = {family.replace(" ", "") for family in profile(language).fonts}
    with pikepdf.open(io.BytesIO(rendered(language, "pdf"))) as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font"]
        names = {str(f.BaseFont).split("+")[-1] for f in fonts}
        kept = [f for f in fonts if "/FontDescriptor" in f]
        assert all("/FontFile2" in f.FontDescriptor or "/FontFile3" in f.FontDescriptor for f in kept)
    assert names
    assert {re.split(r"[-,]|Identity", name)[0] for name in names} <= ours


@every_language
def test_strong_words_of_the_pdf_are_in_another_cut(language: str) -> None:
    """Programs that take the default instance of a variable font set bold words in the regular weight."""
    import pikepdf

    main = profile(language).fonts[0].replace(" ", "")
    with pikepdf.open(io.BytesIO(rendered(language, "pdf"))) as pdf:
        found = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
        cuts = {bytes(d.get("/FontFile2", d.get("/FontFile3")).read_bytes()) for d in found if main in str(d.FontName)}
    assert len(cuts) >= 2


@every_language
def test_the_pdf_says_its_language_standards_title_and_author(language: str) -> None:
    import pikepdf

    with pikepdf.open(io.BytesIO(rendered(language, "pdf"))) as pdf:
        assert str(pdf.Root.Lang) == language
        assert pdf.Root.MarkInfo.Marked
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "2A"
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == passages(language)[0]
            assert "Ann Author" in metadata["dc:creator"]
        with pdf.open_outline() as outline:
            assert len(outline.root) >= 2


@every_language
def test_the_pdf_gives_the_figure_its_alternative_text(language: str) -> None:
    import pikepdf

    with pikepdf.open(io.BytesIO(rendered(language, "pdf"))) as pdf:
        alts = {str(o.Alt) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o}
    assert f"ALT {passages(language)[1][0]}" in alts


@every_language
def test_the_docx_gives_the_figure_its_alternative_text(language: str) -> None:
    xml = word_xml(rendered(language, "docx"))
    namespace = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
    assert [d.get("descr") for d in xml.iter(f"{namespace}docPr")] == [f"ALT {passages(language)[1][0]}"]


@pytest.mark.needs("poppler")
@every_language
def test_labels_are_in_the_language_and_no_english_word_stands_in_for_one(language: str, run_pdftotext: Any) -> None:
    pdf = run_pdftotext(rendered(language, "pdf"))
    word = word_text(rendered(language, "docx"))
    for text in (pdf, word):
        assert squeezed(TEMPLATE.label("contents", language)) in squeezed(text)
        assert squeezed(TEMPLATE.label("table", language, number=1)) in squeezed(text)
        assert squeezed(TEMPLATE.label("figure", language, number=1)) in squeezed(text)
        assert squeezed(TEMPLATE.label("reviewed_by", language)) in squeezed(text)
        assert not re.search(r"\b(Contents|Table|Figure|Page|Note|Published|Reviewed)\b", text)


@pytest.mark.needs("poppler")
@every_language
def test_every_page_of_a_draft_pdf_says_that_it_is_one(language: str, run_pdftotext: Any) -> None:
    pages = run_pdftotext(rendered(language, "pdf", approved=False), "-raw").split("\f")[:-1]
    assert len(pages) >= 2
    own = squeezed(TEMPLATE.label("draft", language))
    assert all(squeezed(PREVIEW) in squeezed(page) for page in pages)
    assert all(own in squeezed(page) for page in pages)


@pytest.mark.needs("poppler")
@every_language
def test_no_page_of_an_approved_pdf_says_that_it_is_a_draft(language: str, run_pdftotext: Any) -> None:
    text = squeezed(run_pdftotext(rendered(language, "pdf"), "-raw"))
    assert squeezed(PREVIEW) not in text
    assert squeezed(TEMPLATE.label("draft", language)) not in text


@every_language
def test_both_headers_of_a_draft_docx_carry_the_watermark(language: str) -> None:
    data = rendered(language, "docx", approved=False)
    for part in ("word/header1.xml", "word/header2.xml"):
        header = etree.tostring(word_xml(data, part), encoding="unicode")
        assert f'string="{PREVIEW}"' in header
        assert TEMPLATE.label("draft", language) in header
    kinds = {h.get(f"{W}type") for h in word_xml(data).iter(f"{W}headerReference")}
    assert kinds == {"default", "first"}


@every_language
def test_no_part_of_an_approved_docx_carries_a_watermark(language: str) -> None:
    with zipfile.ZipFile(io.BytesIO(rendered(language, "docx"))) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    assert "WaterMark" not in whole
    assert PREVIEW not in whole


@every_language
def test_merged_cells_and_the_repeated_head_survive_in_word(language: str) -> None:
    import docx

    table = docx.Document(io.BytesIO(rendered(language, "docx"))).tables[0]
    assert table.cell(0, 1)._tc is table.cell(0, 2)._tc
    assert table.cell(1, 0)._tc is table.cell(2, 0)._tc
    assert table.cell(1, 2).text == "12,345"
    assert table.rows[0]._tr.find(f".//{W}tblHeader") is not None


@every_language
def test_every_word_run_names_its_fonts_and_its_script(language: str) -> None:
    own = profile(language)
    data = rendered(language, "docx")
    for part in ("word/document.xml", "word/footnotes.xml", "word/header1.xml", "word/footer1.xml"):
        for run in word_xml(data, part).iter(f"{W}r"):
            if not "".join(t.text or "" for t in run.findall(f"{W}t")).strip():
                continue
            properties = run.find(f"{W}rPr")
            assert properties is not None
            if properties.find(f"{W}rStyle") is not None and properties.find(f"{W}rFonts") is None:
                continue  # a note reference: digits in the style's font
            fonts = properties.find(f"{W}rFonts")
            assert fonts is not None
            assert all(fonts.get(f"{W}{slot}") for slot in ("ascii", "hAnsi", "eastAsia", "cs"))
            assert fonts.get(f"{W}cs") == own.fonts[0]
            assert (properties.find(f"{W}cs") is not None) == (own.word_class == "complex")
            for latin, twin in (("b", "bCs"), ("i", "iCs"), ("sz", "szCs")):
                assert (properties.find(f"{W}{latin}") is None) == (properties.find(f"{W}{twin}") is None)


@every_language
def test_word_is_told_the_language_and_given_no_theme_font(language: str) -> None:
    own = profile(language)
    slot = {"latin": "val", "complex": "bidi", "east-asian": "eastAsia"}[own.word_class]
    data = rendered(language, "docx")
    lang = word_xml(data, "word/styles.xml").find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    assert lang is not None
    assert lang.get(f"{W}{slot}") == own.word_locale
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {n: archive.read(n).decode("utf-8", "replace") for n in archive.namelist() if n.endswith(".xml")}
    assert not [name for name, xml in parts.items() if "Theme=" in xml]
    assert own.word_locale in parts["docProps/core.xml"]


@every_language
def test_no_run_is_slanted_in_a_script_without_italics(language: str) -> None:
    own = profile(language)
    slanted = list(word_xml(rendered(language, "docx")).iter(f"{W}i"))
    assert bool(slanted) == (own.typesetting.emphasis == "italic")


@every_language
def test_word_lists_notes_and_fields_are_real(language: str) -> None:
    data = rendered(language, "docx")
    xml = word_xml(data)
    levels = {n.get(f"{W}val") for n in xml.iter(f"{W}ilvl")}
    assert levels == {"0", "1"}
    assert len(list(xml.iter(f"{W}footnoteReference"))) == 1
    assert len(word_xml(data, "word/footnotes.xml").findall(f"{W}footnote")) == 3
    fields = "".join(f.get(f"{W}instr") or "" for f in xml.iter(f"{W}fldSimple"))
    assert "SEQ table" in fields
    assert "SEQ figure" in fields
    assert "TOC" in "".join(t.text or "" for t in xml.iter(f"{W}instrText"))
    anchors = {h.get(f"{W}anchor") for h in xml.iter(f"{W}hyperlink")} - {None}
    marks = {b.get(f"{W}name") for b in xml.iter(f"{W}bookmarkStart")}
    assert len(anchors) == 3
    assert anchors <= marks


@every_language
def test_the_docx_opens_in_python_docx_with_its_properties(language: str) -> None:
    import docx

    opened = docx.Document(io.BytesIO(rendered(language, "docx")))
    assert opened.core_properties.title == passages(language)[0]
    assert opened.core_properties.author == "Ann Author"
    assert opened.core_properties.created == dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)
    assert round(opened.sections[0].page_width.mm) == 210
    styles = {p.style.name for p in opened.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "Body Text", "List Bullet", "Caption", "Quote"} <= styles


@every_language
def test_mending_changes_no_pixel(language: str) -> None:
    """The operators that draw are the same before and after, text-showing ones apart."""
    import pikepdf

    def drawn(data: bytes) -> list[tuple[str, bytes]]:
        out: list[tuple[str, bytes]] = []
        with pikepdf.open(io.BytesIO(data)) as pdf:
            for page in pdf.pages:
                for operands, operator in pikepdf.parse_content_stream(page):
                    name = str(operator)
                    if name in ("BDC", "EMC", "BMC"):
                        continue
                    if name not in ("Tj", "TJ"):
                        out.append((name, b" ".join(pikepdf.unparse_content_stream([(operands, operator)]).split())))
                        continue
                    pieces = list(operands[0]) if name == "TJ" else [operands[0]]
                    if not out or out[-1][0] != "show":
                        out.append(("show", b""))
                    shown = b"".join(
                        bytes(p) if isinstance(p, pikepdf.String) else f" {float(p):.3f} ".encode() for p in pieces
                    )
                    out[-1] = ("show", out[-1][1] + shown)
        return out

    raw = render_pdf(edition(language), TEMPLATE, profile(language), find_fonts(), IMPRINT, mend_text=False)
    before, after = drawn(raw), drawn(rendered(language, "pdf"))
    assert [name for name, _ in before] == [name for name, _ in after]
    assert before == after


@pytest.mark.slow
@pytest.mark.needs("libreoffice", "poppler")
def test_khmer_letters_survive_libreoffice(tmp_path: Path, run_pdftotext: Any) -> None:
    """With no complex-script font named, LibreOffice drops the រ of ប្រទេស without a word."""
    language = next(tag for tag, own in TARGETS.items() if own.script == "Khmr")
    source = tmp_path / "edition.docx"
    source.write_bytes(rendered(language, "docx"))
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            tmp_path,
            source,
        ],
        check=True,
        capture_output=True,
        timeout=180,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    # Debian's Khmer font has no digits, and pdftotext puts those of another font at another place: letters only.
    text = re.sub("[^\u1780-\u17ff]", "", run_pdftotext((tmp_path / "edition.pdf").read_bytes(), "-raw"))
    assert "ប្រទេស" in text
    units = [u for u in document(language).units() if u.role == "paragraph"]
    found = [u for u in units if re.sub("[^\u1780-\u17ff]", "", plain(u.content)) in text]
    assert len(found) >= 0.8 * len(units)  # the others are cut by a page break


@pytest.mark.needs("poppler")
@both_documents
@pytest.mark.parametrize("language", [t for t, own in TARGETS.items() if own.typesetting.dictionary_breaks])
def test_lines_end_where_the_dictionary_allows_it(language: str, real: bool, run_pdftotext: Any) -> None:
    from icu4py.breakers import LineBreaker

    box = run_pdftotext(rendered(language, "pdf", real=real), "-bbox-layout")
    rows: list[tuple[int, float, list[tuple[float, str]]]] = []
    for page, body in enumerate(box.split("<page ")[1:]):
        words = [
            ((float(top) + float(bottom)) / 2, float(x), unescape(word))
            for x, top, bottom, word in re.findall(
                r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">(.*?)</word>', body
            )
        ]
        for middle, x, word in sorted(words):
            if rows and rows[-1][0] == page and abs(rows[-1][1] - middle) < 4.5:
                rows[-1][2].append((x, word))
            else:
                rows.append((page, middle, [(x, word)]))
    lines = [squeezed("".join(word for _, word in sorted(words))) for _, _, words in rows]
    units = [plain(u.content) for u in units_of(language, real) if u.role in ("paragraph", "note", "item")]
    legal = illegal = 0
    for before, after in pairwise(lines):
        for text in units:
            at = squeezed(text).find(before[-8:] + after[:8])
            if at < 0 or len(before) < 8:
                continue
            places = [i for i, c in enumerate(text) if not c.isspace()]
            end, start = places[at + 7] + 1, places[at + 8]
            if end == start:
                allowed, place = set(), 0
                for piece in LineBreaker(text, profile(language).locale):
                    place += len(piece)
                    allowed.add(place)
                assert unicodedata.category(text[start])[0] != "M", "a line begins with a mark"
                assert text[end - 1] not in "\u1039\u17d2", "a line ends inside a stack"
                legal += end in allowed
                illegal += end not in allowed
            break
    assert legal >= 5
    assert illegal <= 0.02 * (legal + illegal)
