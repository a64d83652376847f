"""The words of charts and diagrams are texts of a document in the layout of its source; what is none of it is named."""

from __future__ import annotations

import pytest

from pubpipe.identity import content_hash
from pubpipe.model import SourceDocument, Unit, plain
from pubpipe.readers import docx_source
from pubpipe.review.standing import surroundings
from pubpipe.segmentation import segment
from tests.unit.charted_word import (
    CHART,
    REL,
    ROWS,
    STEPS,
    D,
    chart,
    charted_word,
    data,
    drawing,
    inline,
    names,
    numbers,
    rich,
    run,
    workbook,
)
from tests.unit.rich_word import rich_word

PART = "word/charts/chart1.xml"


def drawn(document: SourceDocument) -> list[tuple[str, str]]:
    return [(u.role, plain(u.content)) for u in document.furniture if u.role.startswith(("chart", "diagram"))]


def named(document: SourceDocument, severity: str) -> list[str]:
    return [f"{f.check}: {f.message}" for f in document.findings if f.severity == severity]


def of_chart(xml: str, **more: object) -> SourceDocument:
    return docx_source.read(charted_word(body=CHART, parts={PART: xml}, **more))  # type: ignore[arg-type]


def test_every_word_of_a_chart_and_a_diagram_is_a_text_that_says_what_it_is() -> None:
    document = docx_source.read(charted_word())
    assert drawn(document) == [
        ("chart-title", "Workers in debt, by sector"),
        ("chart-axis", "Share of all workers"),
        ("chart-series", "Women workers"),
        ("chart-category", "Fishing"),
        ("chart-category", "Domestic work"),
        ("chart-series", "Men workers"),
        ("chart-label", "Survey of 2019"),
        *(("diagram", step) for step in STEPS),
    ]
    assert not named(document, "block")
    assert not [f for f in document.findings if f.check in ("reader.chart", "reader.diagram")]


def test_a_bold_word_of_a_title_is_a_tag() -> None:
    document = docx_source.read(charted_word())
    (title,) = (u for u in document.furniture if u.role == "chart-title")
    marks = [i.kind for i in title.content if i.type == "open"]
    assert marks == ["strong"]


def test_every_text_of_a_chart_is_a_segment_that_people_review() -> None:
    document = docx_source.read(charted_word())
    said = {plain(s.content): s.role for s in segment(document) if s.translatable}
    assert said["Women workers"] == "chart-series"
    assert said["Recruitment"] == "diagram"


def test_numbers_of_a_chart_are_no_texts() -> None:
    assert not any("4.3" in text or text == "2019" for _, text in drawn(docx_source.read(charted_word())))


def test_a_document_without_charts_is_read_as_it_was() -> None:
    """What was approved stays approved: nothing that sign-off binds to has moved."""
    document = docx_source.read(rich_word())
    assert not drawn(document)
    before = document.model_copy(update={"reader": "docx-source/1"})
    assert surroundings(document) == surroundings(before)


FIELD = (
    '<c:dLbls><c:dLbl><c:idx val="0"/><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p>'
    f'{run("About ")}<a:fld id="{{1}}" type="VALUE"><a:rPr lang="en-US"/><a:t>[VALUE]</a:t></a:fld>'
    f"{run(' of all')}</a:p></c:rich></c:tx></c:dLbl></c:dLbls>"
)


def _series(inside: str = "", title: str = "Women workers") -> str:
    return (
        f'<c:ser><c:idx val="0"/><c:order val="0"/><c:tx>{names("Sheet1!$B$1", title)}</c:tx>{inside}'
        f"<c:cat>{names('Sheet1!$A$2:$A$4', 'Fishing', 'Domestic work', '2019')}</c:cat>"
        f"<c:val>{numbers('Sheet1!$B$2:$B$4', 4.3, 2.5, 3.5)}</c:val></c:ser>"
    )


def test_a_field_of_a_label_is_a_placeholder_and_none_of_its_words_is_translated() -> None:
    document = of_chart(chart(series=_series(FIELD)))
    (label,) = (u for u in document.furniture if plain(u.content).startswith("About"))
    assert label.role == "chart-label"
    assert [i.ref for i in label.content if i.type == "placeholder"] == ["field VALUE"]
    assert "[VALUE]" not in plain(label.content)


LEVELS = (
    '<c:multiLvlStrRef><c:f>Sheet1!$A$2:$B$3</c:f><c:multiLvlStrCache><c:ptCount val="2"/><c:lvl><c:pt idx="0">'
    '<c:v>Women</c:v></c:pt><c:pt idx="1"><c:v>Men</c:v></c:pt></c:lvl><c:lvl><c:pt idx="0"><c:v>Fishing</c:v></c:pt>'
    "</c:lvl></c:multiLvlStrCache></c:multiLvlStrRef>"
)


def test_categories_of_several_levels_are_found_in_their_columns() -> None:
    rows: list[list[str | float]] = [["a", "b", "Share"], ["Fishing", "Women", 1.0], ["", "Men", 2.0]]
    series = (
        f"<c:ser><c:tx>{names('Sheet1!$C$1', 'Share')}</c:tx><c:cat>{LEVELS}</c:cat>"
        f"<c:val>{numbers('Sheet1!$C$2:$C$3', 1.0, 2.0)}</c:val></c:ser>"
    )
    document = of_chart(chart(series=series), book=workbook(rows))
    assert [t for r, t in drawn(document) if r == "chart-category"] == ["Women", "Men", "Fishing"]
    assert not named(document, "warning")


@pytest.mark.parametrize(
    ("book", "target", "says"),
    [
        (workbook(ROWS), "file:///C:/data.xlsx", "it lies outside the file"),
        (b"no workbook", "", "it is no workbook that can be read"),
        (workbook([["Country", "Other words", "Men workers"], *ROWS[1:]]), "", "its cells say something else"),
        (workbook(ROWS, sheet="Data"), "", "its cells say something else"),
        (workbook(ROWS, formulas={"C2": "SUM(Table1[Women workers])"}), "", "name columns of a table"),
    ],
)
def test_a_workbook_that_cannot_follow_is_named_before_anybody_translates(book: bytes, target: str, says: str) -> None:
    (said,) = [w for w in named(docx_source.read(charted_word(book=book, target=target)), "warning") if "chart" in w]
    assert says in said
    assert "the translated chart is published without it" in said


NEW = '<c:extLst><c:ext xmlns:n="urn:new"><n:t>New words</n:t></c:ext></c:extLst>'


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        (chart(format_="0 &quot;workers&quot;"), "words in the number format of a chart stay English: “workers”"),
        (chart(title="<c:title/>"), "a chart has an empty title, for which programs print “Chart Title”"),
        (
            chart().replace("</c:chart>", f"{NEW}</c:chart>"),
            "words of a chart stay English: “New words”",
        ),
    ],
)
def test_words_of_a_chart_that_stay_english_keep_it_from_being_published(xml: str, says: str) -> None:
    (said,) = named(of_chart(xml), "block")
    assert said.startswith(f"reader.chart: {says}")


def test_the_name_of_the_only_series_is_the_title_that_nobody_wrote() -> None:
    assert not named(of_chart(chart(title="<c:title/>", series=_series())), "block")


def test_a_chart_of_the_new_kinds_blocks_with_its_words() -> None:
    kind = "http://schemas.microsoft.com/office/drawing/2014/chartex"
    body = inline(kind, f'<cx:chart xmlns:cx="{kind}" xmlns:r="{REL}" r:id="rIdChart"/>', 9)
    new = f'<cx:chartSpace xmlns:cx="{kind}" xmlns:a="{D}"><cx:pt idx="0">Wages by year</cx:pt></cx:chartSpace>'
    document = docx_source.read(charted_word(body=body, parts={PART: new}))
    (said,) = named(document, "block")
    assert "the words of a chart stay English: “Wages by year”" in said


def test_what_a_diagram_says_in_its_data_and_its_drawing_is_one_text() -> None:
    document = docx_source.read(charted_word())
    assert [t for r, t in drawn(document) if r == "diagram"] == list(STEPS)


def test_a_drawing_that_says_something_else_than_its_data_is_translated_too() -> None:
    steps = ("Recruitment", "Travel", "Return")
    document = docx_source.read(charted_word(parts={"word/diagrams/drawing1.xml": drawing(steps)}))
    said = [(u.role, plain(u.content)) for u in document.furniture]
    assert ("diagram", "Travel") in said
    assert ("label", "Departure") in said, "no page shows it, a program that draws the diagram anew does"


def test_the_hint_in_an_empty_shape_is_no_text() -> None:
    empty = (
        '<dgm:pt modelId="{9}"><dgm:prSet phldrT="[Text]" phldr="1"/><dgm:spPr/><dgm:t><a:bodyPr/><a:lstStyle/><a:p>'
        f"{run('[Text]')}</a:p></dgm:t></dgm:pt>"
    )
    document = docx_source.read(charted_word(parts={"word/diagrams/data1.xml": data(more=empty)}))
    assert not any("[Text]" in text for _, text in drawn(document))


def test_a_title_that_a_series_says_too_is_one_text() -> None:
    document = of_chart(chart(title=rich(run("Women workers"))))
    assert [r for r, t in drawn(document) if t == "Women workers"] == ["chart-title"]


def test_two_readings_of_a_chart_have_the_same_texts() -> None:
    def hashes() -> list[tuple[str, str]]:
        units: tuple[Unit, ...] = docx_source.read(charted_word()).furniture
        return [(u.id, content_hash(u.content)) for u in units]

    assert hashes() == hashes()
