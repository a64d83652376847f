"""The contract of every built-in design in every language: columns, digits, images, and the same page in Word."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from pubpipe.languages import TARGETS, profile
from pubpipe.model import (
    ApprovedEdition,
    Heading,
    Item,
    ListBlock,
    Note,
    Paragraph,
    Placeholder,
    Table,
    Text,
    Unit,
    plain,
)
from pubpipe.renderers import RENDERERS, Template, find_fonts, inspect_docx, inspect_pdf, load_template
from pubpipe.renderers.pages import every_block
from pubpipe.renderers.pdf import ahead
from pubpipe.renderers.template_check import sample
from tests.contracts.test_renderers import IMPRINT, W, edition, squeezed, units_of, word_xml
from tests.unit.renderers.test_hard_documents import paragraph
from tests.unit.renderers.test_inspection import edition as blocks_edition
from tests.unit.renderers.test_odd_documents import cell, table

TEMPLATES = Path(__file__).parents[2] / "templates"
BRIEF = load_template(TEMPLATES / "policy-brief")
POINTS = 72 / 25.4
every_language = pytest.mark.parametrize("language", list(TARGETS))
every_format = pytest.mark.parametrize("format_", ["docx", "pdf"])
with_digits = pytest.mark.parametrize("language", [t for t, own in TARGETS.items() if own.native_digits])


@cache
def brief(language: str, format_: str, *, approved: bool = True, real: bool = True) -> bytes:
    made = edition(language, approved=approved, real=real)
    return RENDERERS[format_].render(made, BRIEF, profile(language), find_fonts(), IMPRINT)


class Line(NamedTuple):
    """A line of one column, or over both (-1); measures in points."""

    page: int
    column: int
    top: float
    right: float
    text: str


def lines_of(data: bytes, folder: Path) -> list[Line]:
    """The words that poppler finds, put together to lines: poppler itself cuts lines at Lao marks and wide spaces."""
    path = folder / "page.pdf"
    path.write_bytes(data)
    done = subprocess.run(["pdftotext", "-bbox-layout", path, "-"], capture_output=True, check=True)
    middle, gap = BRIEF.design.page.width / 2 * POINTS, BRIEF.design.columns.gap / 2 * POINTS
    rows: dict[tuple[int, int], list[list[tuple[float, float, float, str]]]] = {}
    for page, body in enumerate(done.stdout.decode().split("<page ")[1:], 1):
        words = [
            (float(left), (float(top) + float(bottom)) / 2, float(right), unescape(word))
            for left, top, right, bottom, word in re.findall(
                r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', body
            )
        ]
        spanning = [y for left, y, right, _ in words if left < middle + gap - 2 and right > middle - gap + 2]
        for word in sorted(words, key=lambda w: w[1]):
            left, y, right, _ = word
            over = any(abs(y - other) < 4 for other in spanning)
            column = -1 if over else int((left + right) / 2 > middle)
            known = rows.setdefault((page, column), [])
            if known and abs(known[-1][-1][1] - y) < 4.5:
                known[-1].append(word)
            else:
                known.append([word])
    return [
        Line(page, column, row[0][1], max(w[2] for w in row), " ".join(w[3] for w in sorted(row)))
        for (page, column), found in sorted(rows.items())
        for row in found
    ]


@pytest.mark.parametrize(("approved", "real"), [(True, True), (False, False)], ids=["example", "draft of everything"])
@every_format
@every_language
def test_the_inspection_finds_nothing_in_two_columns(language: str, format_: str, approved: bool, real: bool) -> None:
    data = brief(language, format_, approved=approved, real=real)
    wanted = edition(language, approved=approved, real=real)
    if format_ == "docx":
        assert inspect_docx(data, wanted, profile(language), find_fonts()) == ()
    else:
        assert inspect_pdf(data, wanted, profile(language)) == ()


@every_format
def test_the_same_edition_gives_the_same_bytes_in_two_columns(format_: str) -> None:
    again = RENDERERS[format_].render(edition("my", real=True), BRIEF, profile("my"), find_fonts(), IMPRINT)
    assert again == brief("my", format_)


@pytest.mark.needs("poppler")
@every_language
def test_trials_that_are_made_ahead_give_the_same_pages(language: str) -> None:
    with ahead():
        made = RENDERERS["pdf"].render(edition(language, real=True), BRIEF, profile(language), find_fonts(), IMPRINT)
    assert made == brief(language, "pdf")


@every_language
def test_the_text_stands_in_two_columns_and_no_line_leaves_its_own(language: str, tmp_path: Path) -> None:
    page = BRIEF.design.page
    lines = lines_of(brief(language, "pdf"), tmp_path)
    assert all(len([line for line in lines if line.column == c]) > 40 for c in (0, 1))
    paragraphs = [squeezed(plain(u.content)) for u in units_of(language, True) if u.role in ("paragraph", "item")]
    across = [squeezed(line.text) for line in lines if line.column == -1 and len(squeezed(line.text)) > 8]
    assert [text for text in across if any(text in paragraph for paragraph in paragraphs)] == []
    assert [line for line in lines if line.right > (page.width - page.margin_side) * POINTS + 12] == []


@pytest.mark.needs("poppler")
@every_language
def test_no_line_of_a_narrow_column_begins_with_a_sign_that_may_not(language: str, tmp_path: Path) -> None:
    import unicodedata

    held = set(profile(language).typesetting.not_at_line_start)
    held = {c for c in held if not unicodedata.category(c).startswith("M")}
    begins = [squeezed(plain(u.content)) for u in units_of(language, True)]
    starts = [line.text for line in lines_of(brief(language, "pdf"), tmp_path) if line.text[:1] in held]
    # a unit may begin with such a sign: Thai "ฯพณฯ" (His Excellency)
    assert [text for text in starts if not any(unit.startswith(squeezed(text)) for unit in begins)] == []


@pytest.mark.needs("poppler")
@pytest.mark.parametrize("language", [t for t, own in TARGETS.items() if own.typesetting.dictionary_breaks])
def test_lines_of_a_narrow_column_end_where_the_dictionary_allows_it(language: str, tmp_path: Path) -> None:
    from icu4py.breakers import LineBreaker

    lines = [squeezed(line.text) for line in lines_of(brief(language, "pdf"), tmp_path)]
    units = [plain(u.content) for u in units_of(language, True) if u.role in ("paragraph", "note", "item")]
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
                legal += end in allowed
                illegal += end not in allowed
            break
    assert legal >= 15
    assert illegal <= 0.02 * (legal + illegal)


@pytest.mark.needs("poppler")
@every_language
def test_no_heading_stands_alone_at_the_foot_of_a_column(language: str, tmp_path: Path) -> None:
    lines = lines_of(brief(language, "pdf"), tmp_path)
    document = edition(language, real=True).localized.document
    headings = {squeezed(plain(b.unit.content)) for b in every_block(document) if isinstance(b, Heading)}
    found = [line for line in lines if squeezed(line.text) in headings]
    assert len(found) >= 3
    for heading in found:
        below = [
            line
            for line in lines
            if (line.page, line.column) == (heading.page, heading.column) and 0 < line.top - heading.top < 90
        ]
        assert below, heading


@pytest.mark.needs("poppler")
@pytest.mark.parametrize("language", ["vi", "lo"])
def test_the_columns_of_the_last_page_end_at_the_same_height(language: str, tmp_path: Path) -> None:
    lines = lines_of(brief(language, "pdf"), tmp_path)
    about = squeezed(BRIEF.label("about", language))
    imprint = next(line for line in lines if squeezed(line.text) == about)
    body = [line for line in lines if line.page == imprint.page and line.top < imprint.top]
    ends = [max(line.top for line in body if line.column == c) for c in (0, 1)]
    assert abs(ends[0] - ends[1]) < 15 * POINTS


@pytest.mark.needs("poppler")
@pytest.mark.parametrize("count", [4, 8, 16])
@pytest.mark.parametrize("language", ["th", "ja"])
def test_the_imprint_never_stands_on_a_table_at_the_foot_of_the_page(language: str, count: int, tmp_path: Path) -> None:
    words = profile(language).sample
    wide = table(*(cell(paragraph(f"{words[:6]} {column}")) for column in range(5)), caption=(Text(text="ABC"),))
    paragraphs = [paragraph(words[:160]) for _ in range(count)]
    made = blocks_edition(*paragraphs[:-1], wide, paragraphs[-1], language=language)
    data = RENDERERS["pdf"].render(made, BRIEF, profile(language), find_fonts(), IMPRINT)
    lines = lines_of(data, tmp_path)
    about = squeezed(BRIEF.label("about", language))
    imprint = next(line for line in lines if squeezed(line.text) == about)
    caption = next(line for line in lines if "ABC" in line.text)
    assert (caption.page, caption.top + 25) < (imprint.page, imprint.top)


@every_language
def test_word_has_real_sections_with_one_and_two_columns(language: str) -> None:
    xml = word_xml(brief(language, "docx"))
    sections = list(xml.iter(f"{W}sectPr"))
    counts = [s.find(f"{W}cols").get(f"{W}num") for s in sections]
    assert counts[0] == counts[-1] == "1"  # title and imprint over the full width
    assert {"1", "2"} == set(counts)
    assert all(a != b for a, b in pairwise(counts[:-1]))
    kinds = [s.find(f"{W}type") for s in sections]
    assert kinds[0] is None
    assert all(kind.get(f"{W}val") == "continuous" for kind in kinds[1:])
    assert sections[0].find(f"{W}headerReference") is not None
    assert all(s.find(f"{W}headerReference") is None for s in sections[1:])
    assert [s.find(f"{W}titlePg") is not None for s in sections] == [True] + [False] * (len(sections) - 1)


def test_what_is_too_wide_for_a_column_stands_over_both(tmp_path: Path) -> None:
    text = etree.tostring(word_xml(brief("vi", "docx")), encoding="unicode")
    wide = [int(w) for w in re.findall(r'<w:tblW w:w="(\d+)"', text)]
    full = round(BRIEF.design.page.text_width * 1440 / 25.4)
    column = round(BRIEF.design.column_width * 1440 / 25.4)
    assert [abs(w - full) < 10 or abs(w - column) < 10 for w in wide] == [True, True]
    assert abs(wide[0] - full) < 10


@cache
def awkward(language: str) -> ApprovedEdition:
    """Notes in the title, the lead and the caption of a wide table; a long address in a list in a list."""
    made = sample(profile(language))
    address = "https://example.org/" + "a-long-path-without-an-end/" * 3 + "x" * 60
    note = Placeholder(id=7, kind="note", ref="n1")
    lead = Paragraph(unit=Unit(id="lead", role="paragraph", content=(Text(text="LEAD"), note)))
    marked = [Placeholder(id=8, kind="note", ref="title"), Placeholder(id=9, kind="note", ref="table")]
    notes = tuple(
        Note(id=ref, blocks=(Paragraph(unit=Unit(id=f"n-{ref}", role="note", content=(Text(text=f"NOTE {ref}"),))),))
        for ref in ("n1", "title", "table")
    )
    item = Item(blocks=(Paragraph(unit=Unit(id="url", role="item", content=(Text(text=address),))),))
    nested = ListBlock(ordered=False, items=(Item(blocks=(ListBlock(ordered=False, items=(item,)),)),))
    document = made.localized.document
    blocks = [lead, *document.blocks[1:3], nested, *document.blocks[3:]]
    place = next(n for n, block in enumerate(blocks) if isinstance(block, Table))
    table = blocks[place]
    assert isinstance(table, Table)
    assert table.caption is not None
    assert document.title is not None
    caption = table.caption.model_copy(update={"content": (*table.caption.content, marked[1])})
    blocks[place] = table.model_copy(update={"caption": caption})
    title = document.title.model_copy(update={"content": (*document.title.content, marked[0])})
    changed = document.model_copy(update={"blocks": tuple(blocks), "notes": notes, "title": title})
    return ApprovedEdition(
        publication="awkward",
        localized=made.localized.model_copy(update={"document": changed}),
        edition_hash=made.edition_hash,
        credits=made.credits,
        approved_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
    )


@pytest.mark.needs("poppler")
@every_language
def test_a_lead_spans_and_a_long_address_stays_in_its_column(language: str, tmp_path: Path) -> None:
    made, own = awkward(language), profile(language)
    page = BRIEF.design.page.model_copy(update={"margin_side": 40.0})  # columns of 61 mm
    contents = {"contents_depth": 2, "page": page}
    narrow = BRIEF.model_copy(update={"design": BRIEF.design.model_copy(update=contents)})
    data = RENDERERS["pdf"].render(made, narrow, own, find_fonts(), IMPRINT)
    assert inspect_pdf(data, made, own) == ()
    lines = lines_of(data, tmp_path)
    # Typst loses notes that stand in a float over both columns; they come in the order of their marks
    shown = [line for ref in ("title", "n1", "table") for line in lines if line.text.endswith(f"NOTE {ref}")]
    assert len(shown) == 3
    assert shown == sorted(shown)
    assert all(line.column in (0, 1) for line in shown)
    right = (page.width - page.margin_side) * POINTS
    assert [line.text for line in lines if line.right > right + 6] == []
    across = [line.text for line in lines if line.column == -1]
    assert not any("xxx" in text or "a-long-path" in text for text in across)
    word = RENDERERS["docx"].render(made, narrow, own, find_fonts(), IMPRINT)
    assert inspect_docx(word, made, own, find_fonts()) == ()
    xml = word_xml(word)
    (lead,) = [p for p in xml.iter(f"{W}p") if p.find(f"{W}pPr/{W}pStyle[@{W}val='Lead']") is not None]
    assert "LEAD" in "".join(lead.itertext())
    sections = [p for p in xml.iter(f"{W}p") if p.find(f"{W}pPr/{W}sectPr") is not None]
    assert list(xml.iter(f"{W}p")).index(sections[0]) >= list(xml.iter(f"{W}p")).index(lead)


# --- digits --------------------------------------------------------------------------------------------------------


@pytest.mark.needs("poppler")
@with_digits
def test_numbers_of_the_pdf_are_in_the_digits_chosen(language: str, tmp_path: Path) -> None:
    own = profile(language).model_copy(update={"digits": "native"})
    data = RENDERERS["pdf"].render(edition(language), BRIEF, own, find_fonts(), IMPRINT)
    assert inspect_pdf(data, edition(language), own) == ()
    text = squeezed(" ".join(line.text for line in lines_of(data, tmp_path)))
    assert squeezed(BRIEF.label("table", language, number=own.number(1))) in text
    assert squeezed(BRIEF.label("page", language, page=own.number(1), pages=own.number(4))) in text or (
        f"{own.number(1)}/" in text
    )
    year = own.number(2026 + 543 if own.calendar == "buddhist" else 2026)
    assert year in text
    assert "2026" not in text.replace("https://", "")


@with_digits
def test_word_counts_in_the_digits_chosen_or_has_them_written_out(language: str) -> None:
    own = profile(language).model_copy(update={"digits": "native"})
    data = RENDERERS["docx"].render(edition(language, real=True), BRIEF, own, find_fonts(), IMPRINT)
    assert inspect_docx(data, edition(language, real=True), own, find_fonts()) == ()
    xml, numbering = word_xml(data), word_xml(data, "word/numbering.xml")
    body = etree.tostring(xml, encoding="unicode")
    shown = {lvl.get(f"{W}val") for lvl in numbering.iter(f"{W}lvlText")}
    if own.word_numbers:
        formats = {n.get(f"{W}val") for n in numbering.iter(f"{W}numFmt")}
        assert own.word_numbers in formats
        assert "decimal" not in formats
        assert f'w:fmt="{own.word_numbers}"' in body
        assert rf"SEQ table \* {own.word_number_switch} " in body
    else:
        assert f"{own.number(1)}." in shown
        assert not [f for f in xml.iter(f"{W}fldSimple") if "SEQ" in (f.get(f"{W}instr") or "")]
        captions = [p for p in xml.iter(f"{W}p") if p.find(f"{W}pPr/{W}pStyle[@{W}val='Caption']") is not None]
        texts = [squeezed("".join(t.text or "" for t in p.iter(f"{W}t"))) for p in captions]
        labels = [BRIEF.label(kind, language, number=own.number(1)) for kind in ("table", "figure")]
        assert all(any(text.startswith(squeezed(label)) for text in texts) for label in labels)


# --- logo, cover, imprint ------------------------------------------------------------------------------------------


@pytest.fixture
def designed(tmp_path: Path) -> Template:
    """A designer's template: logo with words, decorative cover, imprint on a page of its own with a text of its own."""
    folder = tmp_path / "mine"
    shutil.copytree(TEMPLATES / "policy-brief", folder)
    figure = TEMPLATES.parent / "examples/mekong-migration/figure-1.png"
    shutil.copy(figure, folder / "logo.png")
    shutil.copy(figure, folder / "cover.png")
    words = "\n".join(f'{tag} = "LOGO {tag}"' for tag in TARGETS)
    texts = "\n".join(f'{tag} = "DISCLAIMER {tag}"' for tag in TARGETS)
    (folder / "labels.toml").write_text(
        f'[logo]\nstatus = "draft"\n{words}\n[disclaimer]\nstatus = "draft"\n{texts}\n', encoding="utf-8"
    )
    (folder / "template.toml").write_text(
        '[logo]\nfile = "logo.png"\nwidth = 30\n[cover]\nfile = "cover.png"\ndecorative = true\n'
        '[columns]\ncount = 2\n[imprint]\nposition = "page"\ntexts = ["disclaimer"]\n'
        'lines = ["reviewed_by", "publisher", "translated_by"]\n'
        '[running]\nhead = ["page", ""]\nfoot = ["", "title"]\n',
        encoding="utf-8",
    )
    return load_template(folder, [TEMPLATES / "labels.toml"])


@pytest.mark.needs("poppler")
@pytest.mark.parametrize("base", ["policy-brief", "report"])
@pytest.mark.parametrize("language", ["km", "ja"])
def test_logo_cover_and_imprint_are_as_the_template_says(
    language: str, base: str, designed: Template, tmp_path: Path
) -> None:
    import pikepdf

    made = edition(language)
    layout = (TEMPLATES / base / "layout.typ").read_text(encoding="utf-8")
    count = {"policy-brief": 2, "report": 1}[base]
    columns_ = designed.design.columns.model_copy(update={"count": count})
    template = designed.model_copy(
        update={"layout": layout, "design": designed.design.model_copy(update={"columns": columns_})}
    )
    data = RENDERERS["pdf"].render(made, template, profile(language), find_fonts(), IMPRINT)
    assert [f for f in inspect_pdf(data, made, profile(language)) if f.severity == "block"] == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        alts = [str(o.Alt) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o]
        last = len(pdf.pages)
    assert f"LOGO {language}" in alts
    lines = lines_of(data, tmp_path)
    texts = [squeezed(line.text) for line in sorted(lines, key=lambda line: line.top) if line.page == last]
    assert f"DISCLAIMER{language}" in texts
    order = [squeezed(template.label(key, language)) for key in ("reviewed_by", "publisher", "translated_by")]
    found = [next(i for i, t in enumerate(texts) if t.startswith(words)) for words in order]
    assert found == sorted(found)
    assert not any(t.startswith(squeezed(template.label("licence", language))) for t in texts)

    word = RENDERERS["docx"].render(made, template, profile(language), find_fonts(), IMPRINT)
    assert inspect_docx(word, made, profile(language), find_fonts()) == ()
    body = etree.tostring(word_xml(word), encoding="unicode")
    assert f'descr="LOGO {language}"' in body
    assert body.count("decorative") >= 1
    assert "pageBreakBefore" in body
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        assert sum(name.startswith("word/media/") for name in archive.namelist()) == 3
