"""Charts and diagrams of a translated Word file say the translation, and go on saying it when somebody edits them."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

from pubpipe.languages import TARGETS, profile
from pubpipe.model import Placeholder, Text
from pubpipe.readers import docx_source
from pubpipe.renderers import RENDERERS, Original, find_fonts, inspect_file
from pubpipe.renderers.fonts import FAMILIES
from pubpipe.renderers.inspect_source import inspect_source_docx, inspect_source_pdf
from pubpipe.renderers.office import find_office
from pubpipe.renderers.source_docx import render_source_docx
from pubpipe.renderers.source_pdf import characters, render_source_pdf
from pubpipe.segmentation import segment
from pubpipe.word import A, open_word
from tests.unit.charted_word import (
    CHART,
    ROWS,
    STEPS,
    WORKBOOK,
    C,
    chart,
    charted_word,
    names,
    numbers,
    rich,
    run,
    workbook,
)
from tests.unit.readers.made import edited
from tests.unit.rich_word import IMPRINT, TEMPLATE, approved, elements, rendered, translated, trees

SOURCE = charted_word()
PART = "word/charts/chart1.xml"
C_ = f"{{{C}}}"


def inner(data: bytes, part: str = WORKBOOK) -> dict[str, bytes]:
    """The parts of the workbook in a file."""
    with zipfile.ZipFile(io.BytesIO(data)) as outer, zipfile.ZipFile(io.BytesIO(outer.read(part))) as book:
        return {name: book.read(name) for name in book.namelist()}


def cells(data: bytes) -> dict[str, str]:
    """Each cell of the workbook with what it says."""
    parts = inner(data)
    strings = ["".join(s.itertext()) for s in etree.fromstring(parts["xl/sharedStrings.xml"])]
    out = {}
    for cell in etree.fromstring(parts["xl/worksheets/sheet1.xml"]).iter("{*}c"):
        said = "".join(cell.itertext())
        out[cell.get("r") or ""] = strings[int(said)] if cell.get("t") == "s" else said
    return out


def caches(data: bytes, kind: str) -> list[str]:
    return [v.text or "" for cache in trees(data)[PART].iter(f"{C_}{kind}") for v in cache.iter(f"{C_}v")]


def drawn(data: bytes, part: str) -> list[str]:
    found = ("".join(t.text or "" for t in p.iter(f"{A}t")) for p in trees(data)[part].iter(f"{A}p"))
    return [text for text in found if text]


@pytest.mark.parametrize("language", TARGETS)
def test_no_english_is_left_and_the_inspection_finds_every_text(language: str) -> None:
    made, edition = rendered(SOURCE, language)
    words = ("Workers", "Share", "Women", "Fishing", "Domestic", "Survey", *STEPS)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        xml = b"".join(archive.read(n) for n in archive.namelist() if n.startswith("word/") and n.endswith(".xml"))
    xml += b"".join(inner(made).values())
    assert [word for word in words if word.encode() in xml] == []
    found = inspect_source_docx(made, edition, profile(language), find_fonts())
    assert [f for f in found if f.severity in ("block", "error")] == []


def test_a_web_page_of_the_same_document_says_that_it_has_no_chart() -> None:
    edition, language = approved(docx_source.read(SOURCE), "lo"), profile("lo")
    page = RENDERERS["html"].render(edition, TEMPLATE, language, find_fonts(), IMPRINT)
    said = [f for f in inspect_file("html", page, edition, language, layout="source") if f.check == "inspection.drawn"]
    assert [(f.severity, f.message.count("“")) for f in said] == [("warning", 5)]


def test_everything_that_is_no_text_is_still_there() -> None:
    made, _ = rendered(SOURCE, "km")
    looks = {"latin", "ea", "cs", "txPr", "defRPr", "pPr", "endParaRPr", "bodyPr", "lstStyle", "p"}
    lost, new = elements(SOURCE) - elements(made), elements(made) - elements(SOURCE)
    assert not [k for k in lost if "theme" not in k and k.rsplit(" ")[-1] not in looks]
    assert not [k for k in new if "charts/" in k and k.rsplit(" ")[-1] not in looks]


def test_numbers_are_never_touched() -> None:
    made, _ = rendered(SOURCE, "my")
    assert caches(made, "numCache") == caches(SOURCE, "numCache")
    assert {k: v for k, v in cells(made).items() if k[0] in "BC" and k[1] != "1"} == {
        k: v for k, v in cells(SOURCE).items() if k[0] in "BC" and k[1] != "1"
    }
    assert caches(made, "strCache")[3] == "2019", "a name without letters is copied"


def test_a_bold_word_is_bold_in_the_translation_and_every_run_has_font_and_language() -> None:
    made = translated(SOURCE, "vi", {"Workers in debt, by sector": "Lao động |mắc nợ|, theo ngành"})
    title = next(trees(made)[PART].iter(f"{C_}title"))
    runs = [(r.findtext(f"{A}t"), r.find(f"{A}rPr")) for r in title.iter(f"{A}r")]
    assert [text for text, _ in runs] == ["Lao động ", "mắc nợ", ", theo ngành"]
    assert [properties.get("b") for _, properties in runs] == [None, "1", None]
    for _, properties in runs:
        assert properties.get("lang") == "vi-VN"
        assert {properties.find(f"{A}{slot}").get("typeface") for slot in ("latin", "ea", "cs")} <= set(FAMILIES)


@pytest.mark.parametrize("language", TARGETS)
def test_names_that_stand_in_no_run_get_their_font_from_the_chart(language: str) -> None:
    made, _ = rendered(SOURCE, language)
    root = trees(made)[PART]
    look = root.find(f"{C_}txPr").find(f".//{A}defRPr")
    assert look.find(f"{A}cs").get("typeface") == profile(language).fonts[0]
    assert root.find(f"{C_}lang").get("val") == profile(language).word_locale
    order = [child.tag.removeprefix(C_) for child in root]
    assert order.index("chart") < order.index("txPr") < order.index("externalData")


def test_emphasis_is_weight_where_a_script_has_no_italics() -> None:
    data = charted_word(body=CHART, parts={PART: chart(title=rich(run("Pay ") + run("now", ' i="1"')))})
    made = translated(data, "km", {"Pay now": "បង់ |ឥឡូវ|"})
    runs = list(next(trees(made)[PART].iter(f"{C_}title")).iter(f"{A}r"))
    assert [(r.find(f"{A}rPr").get("i"), r.find(f"{A}rPr").get("b")) for r in runs] == [(None, None), (None, "1")]


def test_the_cells_behind_the_chart_and_the_columns_of_their_table_say_what_the_chart_says() -> None:
    said = {"Women workers": "女性", "Men workers": "男性", "Fishing": "漁業", "Domestic work": "家事労働"}
    made = translated(SOURCE, "ja", said)
    assert caches(made, "strCache") == ["女性", "漁業", "家事労働", "2019", "男性", "漁業", "家事労働", "2019"]
    book = cells(made)
    assert [book[name] for name in ("A1", "B1", "C1", "A2", "A3", "A4")] == [
        "Country", "女性", "男性", "漁業", "家事労働", "2019",
    ]  # fmt: skip
    table = etree.fromstring(inner(made)["xl/tables/table1.xml"])
    assert [c.get("name") for c in table.iter("{*}tableColumn")] == ["Country", "女性", "男性"]


def test_a_table_whose_columns_would_have_one_name_becomes_a_plain_range() -> None:
    made = translated(SOURCE, "ja", {"Women workers": "労働者", "Men workers": "労働者"})
    parts = inner(made)
    assert "xl/tables/table1.xml" not in parts
    assert b"tablePart" not in parts["xl/worksheets/sheet1.xml"]
    assert b"table" not in parts["[Content_Types].xml"]
    assert b"<Relationship " not in parts["xl/worksheets/_rels/sheet1.xml.rels"]
    assert cells(made)["C1"] == "労働者"


@pytest.mark.parametrize(
    ("book", "target"),
    [(b"no workbook", ""), (workbook(ROWS, sheet="Data"), ""), (workbook(ROWS), "file:///C:/d.xlsx")],
)
def test_a_chart_is_cut_off_from_a_workbook_that_would_bring_english_back(book: bytes, target: str) -> None:
    made, edition = rendered(charted_word(book=book, target=target), "th")
    tree = trees(made)
    assert not list(tree[PART].iter(f"{C_}externalData"))
    relations = tree["word/charts/_rels/chart1.xml.rels"]
    assert [r.get("Id") for r in relations] == ["rId2"], "what is drawn on the chart stays"
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert (WORKBOOK in archive.namelist()) == bool(target)
    found = inspect_source_docx(made, edition, profile("th"), find_fonts())
    assert [f for f in found if f.severity == "block"] == []


def test_a_diagram_says_the_same_in_its_data_and_in_its_drawing() -> None:
    made = translated(SOURCE, "lo", dict(zip(STEPS, ("ຮັບສະໝັກ", "ອອກເດີນທາງ", "ກັບຄືນ"), strict=True)))
    assert drawn(made, "word/diagrams/data1.xml") == ["ຮັບສະໝັກ", "ອອກເດີນທາງ", "ກັບຄືນ"]
    assert drawn(made, "word/diagrams/drawing1.xml") == ["ຮັບສະໝັກ", "ອອກເດີນທາງ", "ກັບຄືນ"]


def _sizes(data: bytes) -> set[int]:
    return {int(p.get("sz") or 0) for p in trees(data)["word/diagrams/drawing1.xml"].iter(f"{A}rPr")}


def test_words_that_need_more_room_than_a_shape_has_make_all_its_neighbours_smaller() -> None:
    long = "ແຮງງານຍ້າຍຖິ່ນທຸກຄົນມີສິດໄດ້ຮັບຄ່າຈ້າງທີ່ເປັນທຳ " * 3
    assert _sizes(translated(SOURCE, "lo", {"Recruitment": "ຮັບ"})) == {1800}
    (size,) = _sizes(translated(SOURCE, "lo", {"Recruitment": long.strip()}))
    assert 750 <= size < 1800


def test_what_is_drawn_on_a_chart_is_translated_and_no_cell_fills_it_again() -> None:
    linked = b'textlink="Sheet1!$A$1"'
    data = edited(SOURCE, lambda n, d: d.replace(b'textlink=""', linked) if n == "word/drawings/drawing1.xml" else d)
    made = translated(data, "ja", {"Survey of 2019": "2019年の調査"})
    assert drawn(made, "word/drawings/drawing1.xml") == ["2019年の調査"]
    assert not [e for e in trees(made)["word/drawings/drawing1.xml"].iter() if e.get("textlink")]


def test_a_field_of_a_label_stays_the_field_that_it_is() -> None:
    field = '<a:fld id="{1}" type="VALUE"><a:rPr lang="en-US"/><a:t>[VALUE]</a:t></a:fld>'
    label = (
        '<c:dLbls><c:dLbl><c:idx val="0"/><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p>'
        f"{run('About ')}{field}{run(' of all')}</a:p></c:rich></c:tx></c:dLbl></c:dLbls>"
    )
    series = (
        f'<c:ser><c:idx val="0"/><c:order val="0"/><c:tx>{names("Sheet1!$B$1", "Women workers")}</c:tx>{label}'
        f"<c:val>{numbers('Sheet1!$B$2:$B$4', 4.3, 2.5, 3.5)}</c:val></c:ser>"
    )
    made = translated(
        charted_word(body=CHART, parts={PART: chart(series=series)}), "ja", {"About  of all": "全体の|。"}
    )
    (kept,) = trees(made)[PART].iter(f"{A}fld")
    assert (kept.get("type"), kept.findtext(f"{A}t")) == ("VALUE", "[VALUE]")
    before, after = kept.getprevious(), kept.getnext()
    assert (before.findtext(f"{A}t"), after.findtext(f"{A}t")) == ("全体の", "。")


def test_signs_that_the_font_of_the_script_lacks_are_set_in_one_that_has_them() -> None:
    data = charted_word(body=CHART, parts={PART: chart(title=rich(run("∆ 5")), axis="Share ∆")})
    made, edition = rendered(data, "km")
    assert not [f for f in inspect_source_docx(made, edition, profile("km"), find_fonts()) if f.severity == "block"]


@pytest.mark.needs("libreoffice")
def test_a_title_that_begins_with_a_sign_of_another_font_keeps_the_letters_of_its_script() -> None:
    """LibreOffice sets a whole title in the fonts of its first run, and lost a letter where another font stepped in."""
    document = docx_source.read(SOURCE)
    (title,) = (s for s in segment(document) if s.role == "chart-title")
    first, last = (i for i in title.content if not isinstance(i, Text))
    said = (Text(text="¤ពួកគេធ្វើការ"), first, Text(text="ព្រម"), last, Text(text=", ទាំងការគាំពារ"))
    plainly = {s.id: s.content for s in segment(document) if s.translatable}
    edition = approved(document, "km", plainly | {title.id: said})
    original = Original(data=SOURCE, document=document)
    pdf = render_source_pdf(edition, original, TEMPLATE, profile("km"), find_fonts(), IMPRINT, find_office())
    assert [f.message for f in inspect_source_pdf(pdf, edition, profile("km")) if f.severity == "block"] == []


def test_english_that_comes_back_into_a_chart_is_found() -> None:
    made, edition = rendered(SOURCE, "th")
    (name, *_) = caches(made, "strCache")
    spoiled = edited(made, lambda n, d: d.replace(name.encode(), b"Women workers") if n == PART else d)
    found = [f.message for f in inspect_source_docx(spoiled, edition, profile("th"), find_fonts())]
    assert any("a chart or diagram has words that are no part of the edition: “Women workers”" in m for m in found)
    assert any("chart-series" in m and "cannot be found" in m for m in found)


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert rendered(SOURCE, "my")[0] == rendered(SOURCE, "my")[0]


def test_the_fonts_that_libreoffice_gets_have_every_letter_of_a_chart() -> None:
    made, _ = rendered(SOURCE, "km")

    def refuse(problem: object) -> Exception:
        return ValueError(problem)

    word = open_word(made, refuse)  # type: ignore[arg-type]
    for part in word.parts:
        if part.startswith("word/") and part.endswith(".xml"):
            word.xml(part)
    have = set(characters(word))
    assert have >= {c for name in caches(made, "strCache") for c in name}
    assert have >= {c for text in drawn(made, "word/diagrams/drawing1.xml") for c in text}


@pytest.mark.needs("libreoffice")
def test_the_pdf_shows_every_text_of_a_chart_turned_ones_too() -> None:
    document = docx_source.read(SOURCE)
    edition = approved(document, "km")
    pdf = render_source_pdf(
        edition, Original(data=SOURCE, document=document), TEMPLATE, profile("km"), find_fonts(), IMPRINT, find_office()
    )
    found = inspect_source_pdf(pdf, edition, profile("km"))
    assert [f.message for f in found if f.severity in ("block", "error", "warning")] == []


def test_a_text_of_a_chart_keeps_what_a_translation_left_out() -> None:
    """A field that a translation lost stays in its paragraph: the number belongs to the label."""
    field = '<a:fld id="{1}" type="VALUE"><a:rPr lang="en-US"/><a:t>[VALUE]</a:t></a:fld>'
    data = charted_word(body=CHART, parts={PART: chart(title=rich(run("About ") + field))})
    document = docx_source.read(data)
    targets = {
        s.id: (Text(text="約"),) for s in segment(document) if any(isinstance(i, Placeholder) for i in s.content)
    }
    edition = approved(document, "ja", targets)
    original = Original(data=data, document=document)
    made = render_source_docx(edition, original, TEMPLATE, profile("ja"), find_fonts(), IMPRINT)
    assert len(list(trees(made)[PART].iter(f"{A}fld"))) == 1
