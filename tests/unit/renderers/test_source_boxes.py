"""A translated text fits the text box of the client's file: smaller type where it must, the box as it was drawn."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pubpipe.languages import TARGETS, profile
from pubpipe.model import ApprovedEdition, Text, plain
from pubpipe.readers import docx_source
from pubpipe.renderers import Imprint, Original, find_fonts
from pubpipe.renderers.inspect_source import inspect_source_docx, inspect_source_pdf
from pubpipe.renderers.office import find_office
from pubpipe.renderers.pdf_reading import Font, read_page
from pubpipe.renderers.source_boxes import LEAST_POINTS, LEAST_SHARE
from pubpipe.renderers.source_docx import render_source_docx
from pubpipe.renderers.source_pdf import render_source_pdf
from pubpipe.segmentation import segment
from pubpipe.word import A, V
from tests.unit.readers.made import edited
from tests.unit.renderers.test_source_docx import faults
from tests.unit.rich_word import IMPRINT, TEMPLATE, W, approved, elements, paragraph, rich_word, run, trees

SHORT = "Quyền của bạn."
SENTENCE = "Người lao động di cư giữ hộ chiếu của mình và không ai được giữ thay người lao động."
NOVEL = " ".join([SENTENCE] * 8)
FIXED, GROWS = "<a:noAutofit/>", "<a:spAutoFit/>"
ENGLISH = "Keep your passport."


def drawing(
    inside: str, *, wide: int = 160, high: int = 60, autofit: str = FIXED, wrap: str = "wrapNone", down: int = 0
) -> str:
    """A box of so many points, `down` points below the paragraph that it hangs on, without a twin."""
    size = f'cx="{wide * 12700}" cy="{high * 12700}"'
    return (
        '<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" '
        'locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column">'
        '<wp:posOffset>3000000</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>'
        f"{down * 12700}</wp:posOffset></wp:positionV><wp:extent {size}/><wp:{wrap}/>"
        f'<wp:docPr id="{9 + down}" name="Box {down}"/><a:graphic><a:graphicData '
        'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        f'<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        '</a:prstGeom><a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></wps:spPr>'
        f"<wps:txbx><w:txbxContent>{inside}</w:txbxContent></wps:txbx><wps:bodyPr>{autofit}</wps:bodyPr></wps:wsp>"
        "</a:graphicData></a:graphic></wp:anchor></w:drawing>"
    )


def shape(inside: str, *, wide: int = 160, high: int = 60, down: int = 0) -> str:
    """The same for programs before 2010 (VML)."""
    return (
        f'<w:pict><v:shape style="position:absolute;margin-top:{down}pt;width:{wide}pt;height:{high}pt">'
        f'<v:textbox style=""><w:txbxContent>{inside}</w:txbxContent></v:textbox></v:shape></w:pict>'
    )


def both(inside: str, **size: Any) -> str:
    return (
        f'<mc:AlternateContent><mc:Choice Requires="wps">{drawing(inside, **size)}</mc:Choice>'
        f"<mc:Fallback>{shape(inside, **size)}</mc:Fallback></mc:AlternateContent>"
    )


def document(*boxes: str, after: str = "") -> bytes:
    runs = "".join(f"<w:r>{box}</w:r>" for box in boxes)
    return rich_word(paragraph(runs + run("Read this.")) + after + paragraph(run("The end.")))


def edition_of(data: bytes, said: dict[str, str], language: str = "vi") -> ApprovedEdition:
    source = docx_source.read(data)
    return approved(
        source,
        language,
        {s.id: (Text(text=said.get(plain(s.content), "Đọc.")),) for s in segment(source) if s.translatable},
    )


def made(data: bytes, text: str = SENTENCE, more: dict[str, str] | None = None, language: str = "vi") -> bytes:
    original = Original(data=data, document=docx_source.read(data))
    edition = edition_of(data, {ENGLISH: text, **(more or {})}, language)
    return render_source_docx(edition, original, TEMPLATE, profile(language), find_fonts(), IMPRINT)


def contents(data: bytes) -> list[Any]:
    return list(trees(data)["word/document.xml"].iter(f"{W}txbxContent"))


def sizes(content: Any) -> set[str | None]:
    """What the runs of a box say of their size, both scripts' ways together."""
    runs = [r for r in content.iter(f"{W}r") if r.find(f"{W}t") is not None]
    found = {r.find(f"{W}rPr/{W}{name}") for r in runs for name in ("sz", "szCs")}
    return {None if e is None else e.get(f"{W}val") for e in found}


def autofit(data: bytes) -> list[str]:
    body = trees(data)["word/document.xml"]
    return [e.tag.removeprefix(A) for e in body.iter(f"{A}noAutofit", f"{A}spAutoFit", f"{A}normAutofit")]


BOX = paragraph(run(ENGLISH))


def test_a_box_with_room_to_spare_stays_as_its_author_fixed_it() -> None:
    data = document(both(BOX))
    result = made(data, SHORT)
    assert [sizes(c) for c in contents(result)] == [{None}, {None}]
    assert autofit(result) == ["noAutofit"]
    assert elements(result) == elements(data)


def test_a_text_that_needs_more_room_is_set_smaller_in_both_twins_and_the_box_keeps_its_size() -> None:
    data = document(both(BOX, high=55))
    result = made(data)
    one, other = (sizes(c) for c in contents(result))
    assert one == other
    (size,) = one
    assert size is not None
    assert 22 * LEAST_SHARE <= int(size) < 22
    assert autofit(result) == ["spAutoFit"], "no program may hide a line"
    body = trees(result)["word/document.xml"]
    assert [e.get("cy") for e in body.iter(f"{A}ext") if e.get("cy")] == [str(55 * 12700)]
    assert [t.get("style") for t in body.iter(f"{V}textbox")] == ["mso-fit-shape-to-text:t"]
    assert not elements(data) - elements(result) - Counter({"word/document.xml noAutofit": 1})


def test_it_is_told_which_box_was_set_smaller_and_by_how_much() -> None:
    data = document(both(BOX, high=55), both(paragraph(run("Yes.")), high=55, down=80))
    original = Original(data=data, document=docx_source.read(data))
    result = made(data, more={"Yes.": SHORT})
    (size,) = sizes(contents(result)[0])
    edition = edition_of(data, {ENGLISH: SENTENCE, "Yes.": SHORT})
    found = inspect_source_docx(result, edition, profile("vi"), find_fonts(), original)
    assert [(f.check, f.severity) for f in found] == [("inspection.boxes", "info")]
    assert f"is {int(size or 0) / 22:.0%} of its size in the source" in found[0].message
    assert "“Người lao động di cư giữ hộ chiếu của" in found[0].message


def test_a_text_that_fits_at_no_size_keeps_its_type_and_the_box_grows_and_is_named() -> None:
    data = document(both(BOX))
    original = Original(data=data, document=docx_source.read(data))
    result = made(data, NOVEL)
    assert [sizes(c) for c in contents(result)] == [{None}, {None}]
    assert autofit(result) == ["spAutoFit"]
    (found,) = inspect_source_docx(result, edition_of(data, {ENGLISH: NOVEL}), profile("vi"), find_fonts(), original)
    assert (found.check, found.severity) == ("inspection.boxes", "warning")
    assert "the text box “Người lao động di cư giữ hộ chiếu của" in found.message


def test_type_never_becomes_smaller_than_the_least_that_is_read() -> None:
    small = paragraph(run(ENGLISH, '<w:sz w:val="16"/>'))
    floor = str(int(LEAST_POINTS * 2))
    high = range(30, 60)
    seen = {frozenset(sizes(contents(made(document(drawing(small, high=h))))[0])) for h in high}
    assert seen == {frozenset({"16"}), frozenset({floor})}


def test_a_box_that_grows_by_its_own_setting_is_left_alone_where_nothing_stands_below() -> None:
    data = document(drawing(BOX, high=20, autofit=GROWS))
    assert sizes(contents(made(data))[0]) == {None}


@pytest.mark.parametrize(("wrap", "left_alone"), [("wrapTopAndBottom", True), ("wrapNone", False)])
def test_a_box_that_grows_is_set_smaller_only_where_the_text_below_does_not_give_way(
    wrap: str, left_alone: bool
) -> None:
    after = "<w:p/>" * 2 + paragraph(run("A line from one margin to the other."))
    data = document(drawing(BOX, high=40, autofit=GROWS, wrap=wrap), after=after)
    result = made(data, more={"A line from one margin to the other.": NOVEL})
    assert (sizes(contents(result)[0]) == {None}) is left_alone


def test_a_box_that_grows_is_set_smaller_where_it_would_cover_the_next_one() -> None:
    below = drawing(paragraph(run("Yes.")), down=62)
    data = document(drawing(BOX, high=30, autofit=GROWS), below)
    first, second = contents(made(data, more={"Yes.": SHORT}))
    assert sizes(first) != {None}
    assert sizes(second) == {None}
    far = document(drawing(BOX, high=30, autofit=GROWS), drawing(paragraph(run("Yes.")), down=200))
    assert sizes(contents(made(far, more={"Yes.": SHORT}))[0]) == {None}


def test_a_box_of_older_programs_alone_is_fitted_as_well() -> None:
    result = made(document(shape(BOX, high=55)))
    assert sizes(contents(result)[0]) != {None}
    styles = [t.get("style") for t in trees(result)["word/document.xml"].iter(f"{V}textbox")]
    assert styles == ["mso-fit-shape-to-text:t"]
    roomy = made(document(shape(BOX)), SHORT)
    assert [t.get("style") for t in trees(roomy)["word/document.xml"].iter(f"{V}textbox")] == [""]


def test_a_fixed_distance_of_lines_becomes_smaller_with_the_type() -> None:
    exact = paragraph(run(ENGLISH), "", '<w:spacing w:line="360" w:lineRule="exact"/>')
    content = contents(made(document(drawing(exact, high=65))))[0]
    (size,) = sizes(content)
    spacing = content.find(f"{W}p/{W}pPr/{W}spacing")
    assert int(spacing.get(f"{W}line")) / 360 == pytest.approx(int(size or 0) / 22, abs=0.05)
    assert spacing.get(f"{W}lineRule") == "atLeast"


def test_empty_paragraphs_at_the_end_of_a_box_take_no_room_from_its_text() -> None:
    data = document(drawing(BOX + "<w:p/><w:p/>", high=70))
    content = contents(made(data))[0]
    assert sizes(content) == {None}, "the text itself fits"
    marks = [p.find(f"{W}pPr/{W}rPr/{W}sz") for p in content.iter(f"{W}p")]
    assert [None if m is None else m.get(f"{W}val") for m in marks] == [None, "2", "2"]


@pytest.mark.parametrize(("language", "pitch"), [("vi", "360"), ("th", "363"), ("my", "525")])
def test_a_grid_of_lines_is_as_wide_as_a_line_of_the_script_is_high(language: str, pitch: str) -> None:
    grid = '<w:docGrid w:type="lines" w:linePitch="360"/></w:sectPr>'
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:rPr>'
        '<w:sz w:val="24"/></w:rPr></w:style></w:styles>'
    )

    def with_grid(name: str, part: bytes) -> bytes:
        part = part.replace(b"</w:sectPr>", grid.encode()) if name == "word/document.xml" else part
        return part.replace(b"</w:styles>", normal.encode()) if name == "word/styles.xml" else part

    data = edited(document(drawing(BOX)), with_grid)
    (found,) = trees(made(data, language=language, text=profile(language).sample))["word/document.xml"].iter(
        f"{W}docGrid"
    )
    assert found.get(f"{W}linePitch") == pitch


def test_a_word_is_not_cut_in_two_where_smaller_type_keeps_it_whole() -> None:
    content = contents(made(document(drawing(BOX, wide=45, high=80)), "Quyền"))[0]
    assert sizes(content) != {None}


def table(columns: str) -> str:
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid><w:tr><w:tc>{BOX}'
        f"</w:tc><w:tc>{paragraph(run('Yes.'))}</w:tc></w:tr></w:tbl><w:p/>"
    )


def test_a_table_in_a_box_is_set_smaller_with_it() -> None:
    inside = table('<w:gridCol w:w="2000"/><w:gridCol w:w="900"/>')
    result = made(document(drawing(inside, high=90)), more={"Yes.": "Có."})
    (size,) = sizes(contents(result)[0])
    assert size is not None
    assert 22 * LEAST_SHARE <= int(size) < 22


def test_what_nobody_can_measure_is_left_alone() -> None:
    data = document(drawing(table(""), high=30))
    result = made(data, more={"Yes.": "Có."})
    assert sizes(contents(result)[0]) == {None}
    assert autofit(result) == ["spAutoFit"]
    original = Original(data=data, document=docx_source.read(data))
    edition = edition_of(data, {ENGLISH: SENTENCE, "Yes.": "Có."})
    assert inspect_source_docx(result, edition, profile("vi"), find_fonts(), original) == ()


@pytest.mark.parametrize("language", TARGETS)
def test_the_schema_has_nothing_against_a_box_that_was_set_smaller(language: str, tmp_path: Path) -> None:
    data = document(both(BOX + "<w:p/>", high=42))
    source = docx_source.read(data)
    edition = approved(source, language)
    original = Original(data=data, document=source)
    result = render_source_docx(edition, original, TEMPLATE, profile(language), find_fonts(), IMPRINT)
    again = render_source_docx(edition, original, TEMPLATE, profile(language), find_fonts(), IMPRINT)
    assert result == again
    assert faults(result, tmp_path / "made.docx") - faults(data, tmp_path / "source.docx") == Counter()


@pytest.mark.needs("libreoffice")
def test_the_page_shows_the_whole_text_inside_the_box_and_names_the_one_that_covers_another() -> None:
    def printed(text: str) -> tuple[list[float], list[str]]:
        box = both(BOX, high=55)
        below = both(paragraph(run("Yes.")), high=120, down=62)
        data = document(box, below)
        original = Original(data=data, document=docx_source.read(data))
        edition = edition_of(data, {ENGLISH: text, "Yes.": NOVEL[:130]})
        office = find_office()
        pdf = render_source_pdf(
            edition, original, TEMPLATE, profile("vi"), find_fonts(), Imprint(publisher="Network"), office
        )
        fonts: dict[tuple[int, int], Font] = {}
        with pikepdf.open(io.BytesIO(pdf)) as file:
            (page,) = [read_page(each, fonts, lines=True) for each in file.pages]
        lines = [line.baseline for line in page.lines if line.left > 300 and line.size < 11]
        blocks = [f.check for f in inspect_source_pdf(pdf, edition, profile("vi")) if f.severity == "block"]
        return lines, blocks

    lines, blocks = printed(SENTENCE)
    top = 841.9 - 72
    assert lines
    assert min(lines) > top - 55
    assert blocks == []
    assert printed(NOVEL)[1] == ["inspection.overlap"]
