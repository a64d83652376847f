"""A Word file in another language is the same file: everything that is no text stays, every text is the approved one."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe.errors import RenderError
from pubpipe.languages import TARGETS, profile
from pubpipe.model import Content, Credits, Placeholder, TagClose, Text
from pubpipe.readers import docx_source
from pubpipe.renderers import Original, find_fonts
from pubpipe.renderers.inspect_source import inspect_source_docx
from pubpipe.renderers.inspection import inspect_docx
from pubpipe.renderers.matter import PREVIEW
from pubpipe.renderers.source_docx import render_source_docx
from pubpipe.segmentation import segment
from pubpipe.word import V
from pubpipe.word.package import STRICT
from tests.unit.readers.made import edited
from tests.unit.rich_word import (
    IMPRINT,
    TEMPLATE,
    W,
    approved,
    drafted,
    elements,
    field,
    paragraph,
    rendered,
    rich_word,
    run,
    translated,
    trees,
    words,
)

SOURCE = rich_word()


def body_of(data: bytes) -> Any:
    return trees(data)["word/document.xml"]


def holding(data: bytes, text: str) -> Any:
    """The first paragraph with these words."""
    found = (p for p in body_of(data).iter(f"{W}p") if text in "".join(t.text or "" for t in p.iter(f"{W}t")))
    return next(found)


@pytest.mark.parametrize("language", TARGETS)
def test_everything_that_is_no_text_is_still_there(language: str) -> None:
    made, _ = rendered(SOURCE, language)
    lost, new = elements(SOURCE) - elements(made), elements(made) - elements(SOURCE)
    fixed, grows = lost.pop("word/document.xml noAutofit", 0), new.pop("word/document.xml spAutoFit", 0)
    assert fixed == grows, "a box without room to spare grows with its text"
    assert not lost
    assert set(new) <= {"word/document.xml pPr"}, "the sizes of a box whose text is set smaller"


@pytest.mark.parametrize("language", TARGETS)
def test_the_file_passes_its_inspection(language: str) -> None:
    made, edition = rendered(SOURCE, language)
    assert inspect_source_docx(made, edition, profile(language), find_fonts()) == ()


def test_the_inspection_finds_a_paragraph_that_was_changed_afterwards() -> None:
    made, edition = rendered(SOURCE, "vi")
    word = next(t for t in words(made) if len(t) > 12)[:8]
    spoiled = edited(made, lambda n, d: d.replace(word.encode(), b"xxx") if n == "word/document.xml" else d)
    found = inspect_source_docx(spoiled, edition, profile("vi"), find_fonts())
    assert {f.severity for f in found if f.check == "inspection.text"} == {"block"}


def test_the_inspection_finds_words_that_nobody_approved() -> None:
    made, edition = rendered(SOURCE, "lo")
    end = b"<w:sectPr>"
    strange = edited(made, lambda _, d: d.replace(end, paragraph(run("Workers must not be paid.")).encode() + end))
    found = inspect_source_docx(strange, edition, profile("lo"), find_fonts())
    assert [(f.check, f.severity) for f in found] == [("inspection.strange", "block")]


def test_same_input_same_bytes() -> None:
    assert rendered(SOURCE, "km")[0] == rendered(SOURCE, "km")[0]


def test_formatting_links_and_notes_stand_where_the_translation_has_them() -> None:
    made = translated(
        SOURCE,
        "vi",
        {
            "The employer must pay on time.": "Chủ lao động trả |phải| lương.",
            "Read the law and the note.": "Đọc chú thích |luật| và|.",
        },
    )
    bold = [r for r in holding(made, "Chủ lao động").iter(f"{W}r") if r.find(f"{W}rPr/{W}b") is not None]
    assert ["".join(t.text for t in r.iter(f"{W}t")) for r in bold] == ["phải"]
    read = holding(made, "Đọc chú thích")
    assert "".join(t.text for t in read.find(f"{W}hyperlink").iter(f"{W}t")) == "luật"
    order = [c.tag.removeprefix(W) for c in read if c.tag in (f"{W}hyperlink", f"{W}r")]
    assert order == ["r", "hyperlink", "r", "r", "r"]
    assert read[-2].find(f"{W}footnoteReference") is not None


def test_a_note_mark_that_a_translation_lost_stays_in_its_paragraph() -> None:
    document = docx_source.read(SOURCE)
    targets: dict[str, Content] = {
        s.id: tuple(i for i in s.content if not isinstance(i, Placeholder)) for s in segment(document)
    }
    original = Original(data=SOURCE, document=document)
    edition = approved(document, "vi", targets)
    made = render_source_docx(edition, original, TEMPLATE, profile("vi"), find_fonts(), IMPRINT)
    assert elements(SOURCE) - elements(made) == Counter()


def test_bookmarks_and_the_ranges_of_comments_stay_around_their_words() -> None:
    made = translated(SOURCE, "vi", {"Working hours are limited.": "Thời giờ làm việc có giới hạn."})
    inside = [c.tag.removeprefix(W) for c in holding(made, "Thời giờ") if c.tag != f"{W}pPr"]
    assert inside[0] == "commentRangeStart"
    assert inside.index("commentRangeEnd") < inside.index("r", inside.index("commentRangeEnd"))
    assert inside.count("commentRangeEnd") == 1


def test_the_entry_of_the_table_of_contents_says_what_the_heading_says() -> None:
    made = translated(SOURCE, "vi", {"Wages and hours": "Tiền lương và giờ làm"})
    assert words(made)[1] == "Tiền lương và giờ làm7"
    assert words(made)[3] == "Tiền lương và giờ làm"


def test_both_copies_of_a_text_box_and_the_title_in_the_properties_are_translated() -> None:
    made = translated(SOURCE, "vi", {"Call the hotline.": "Gọi đường dây nóng.", "Workers’ rights": "Quyền lao động"})
    assert words(made).count("Gọi đường dây nóng.") == 2
    core = trees(made)["docProps/core.xml"]
    said = {e.tag.rsplit("}", 1)[-1]: e.text for e in core}
    assert said == {"title": "Quyền lao động", "language": "vi-VN"}


def test_words_in_the_numbers_of_a_list_are_translated_around_the_number() -> None:
    made = translated(SOURCE, "vi", {"Article .": "Điều |:"})
    levels = [e.get(f"{W}val") for e in trees(made)["word/numbering.xml"].iter(f"{W}lvlText")]
    assert levels == ["Điều %1:", "\uf0b7"]


@pytest.mark.parametrize("language", TARGETS)
def test_every_run_names_the_font_of_the_script_its_language_and_the_twins(language: str) -> None:
    made, _ = rendered(SOURCE, language)
    spoken = profile(language)
    for name, tree in trees(made).items():
        if not re.fullmatch(r"word/(document|footnotes|header1|footer1)\.xml", name):
            continue
        for each in tree.iter(f"{W}r"):
            look, text = each.find(f"{W}rPr"), "".join(t.text or "" for t in each.findall(f"{W}t"))
            if not text.strip() or text == "Secret" or not re.search(r"[^\W\d_]", text):
                continue
            fonts = look.find(f"{W}rFonts")
            arabic = "محمد" in text
            assert (fonts.get(f"{W}cs") == spoken.fonts[0]) is not arabic
            assert (look.find(f"{W}rtl") is not None) is arabic
            if spoken.word_class == "complex" and not arabic:
                assert look.find(f"{W}cs") is not None
                assert look.find(f"{W}lang").get(f"{W}bidi") == spoken.word_locale
            for plain_one, twin in (("b", "bCs"), ("i", "iCs"), ("sz", "szCs")):
                assert (look.find(f"{W}{plain_one}") is None) == (look.find(f"{W}{twin}") is None)


def test_styles_leave_no_font_to_the_theme_and_no_false_slant() -> None:
    tree = trees(rendered(SOURCE, "km")[0])["word/styles.xml"]
    assert not [k for e in tree.iter(f"{W}rFonts") for k in e.attrib if "heme" in k]
    assert not list(tree.iter(f"{W}i"))
    defaults = tree.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    assert defaults.find(f"{W}lang").get(f"{W}bidi") == "km-KH"
    assert defaults.find(f"{W}szCs").get(f"{W}val") == "22"


def test_emphasis_is_weight_where_a_script_has_no_italics_and_keeps_its_colour() -> None:
    data = rich_word(paragraph(run("An ") + run("urgent", '<w:i/><w:color w:val="FF0000"/>') + run(" matter.")))
    for language, slanted in (("vi", True), ("lo", False)):
        made, _ = rendered(data, language)
        red = [r for r in body_of(made).iter(f"{W}rPr") if r.find(f"{W}color") is not None]
        assert len(red) == 1
        assert (red[0].find(f"{W}i") is not None) is slanted
        assert (red[0].find(f"{W}b") is not None) is not slanted


def test_exact_heights_become_at_least_so_high() -> None:
    tree = body_of(rendered(SOURCE, "my")[0])
    assert not [e for e in tree.iter() if "exact" in e.attrib.values()]


def test_a_control_that_is_bound_says_the_translation_where_word_takes_it_from() -> None:
    control = (
        '<w:sdt><w:sdtPr><w:dataBinding w:prefixMappings="xmlns:n=\'urn:own\'" w:xpath="/n:root[1]/n:name[1]" '
        'w:storeItemID="{1}"/></w:sdtPr><w:sdtContent>' + run("Annual report") + "</w:sdtContent></w:sdt>"
    )
    data = edited(
        rich_word(paragraph(control)),
        lambda _, part: part,
        {"customXml/item1.xml": '<n:root xmlns:n="urn:own"><n:name>Annual report</n:name></n:root>'},
    )
    made = translated(data, "vi", {"Annual report": "Báo cáo thường niên"})
    assert trees(made)["customXml/item1.xml"][0].text == "Báo cáo thường niên"
    assert body_of(made).find(f".//{W}dataBinding") is not None


def test_links_to_files_and_scripts_lose_their_target() -> None:
    data = edited(SOURCE, lambda n, d: d.replace(b"https://example.org/law", b"file:///c:/secret.docx"))
    made, edition = rendered(data, "vi")
    assert b"secret.docx" not in made
    assert not [f for f in inspect_source_docx(made, edition, profile("vi")) if f.severity == "block"]


def test_a_file_with_macros_becomes_a_plain_document() -> None:
    def with_macros(name: str, data: bytes) -> bytes:
        return data.replace(b"wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml")

    data = edited(SOURCE, with_macros, {"word/vbaProject.bin": "macro"})
    made, _ = rendered(data, "vi")
    types = trees(made)["[Content_Types].xml"]
    assert next(t.get("ContentType") for t in types if t.get("PartName") == "/word/document.xml").endswith(
        "wordprocessingml.document.main+xml"
    )
    assert b"vbaProject" not in made


def test_a_draft_carries_the_watermark_on_every_kind_of_page_and_an_approved_edition_none() -> None:
    made, edition = rendered(SOURCE, "th", draft=True)
    headers = {n: t for n, t in trees(made).items() if re.fullmatch(r"word/header\d+\.xml", n)}
    kinds = [r.get(f"{W}type") for r in body_of(made).iter(f"{W}headerReference")]
    assert sorted(kinds) == ["default", "even", "first"]
    assert len(headers) == 3
    for tree in headers.values():
        said = "".join(t.text or "" for t in tree.iter(f"{W}t"))
        assert PREVIEW in said
        across = [e.get("string") for e in tree.iter("{urn:schemas-microsoft-com:vml}textpath")]
        assert across == [None, PREVIEW], "the shape's type and the shape"
    assert inspect_source_docx(made, edition, profile("th"), find_fonts()) == ()
    clean, own = rendered(SOURCE, "th")
    assert PREVIEW.encode() not in b"".join(s.encode() for n in trees(clean) for s in trees(clean)[n].itertext())
    found = inspect_source_docx(made, own, profile("th"), find_fonts())
    assert [f.severity for f in found if f.check == "inspection.watermark"] == ["block"]


def test_a_sentence_that_every_document_must_carry_stands_at_the_end() -> None:
    document = docx_source.read(SOURCE)
    edition = approved(document, "lo")
    edition = edition.model_copy(update={"credits": Credits(notice="Machine-drafted for a test.")})
    original = Original(data=SOURCE, document=document)
    made = render_source_docx(edition, original, TEMPLATE, profile("lo"), find_fonts(), IMPRINT)
    assert words(made)[-1].endswith("(Machine-drafted for a test.)")
    assert inspect_source_docx(made, edition, profile("lo"), find_fonts()) == ()


def test_another_file_than_the_one_that_was_translated_is_refused() -> None:
    document = docx_source.read(SOURCE)
    other = rich_word(core="Another title")
    edition = approved(document, "vi")
    with pytest.raises(RenderError, match="not the one that was translated"):
        render_source_docx(
            edition, Original(data=other, document=document), TEMPLATE, profile("vi"), find_fonts(), IMPRINT
        )


def test_a_unit_that_is_not_the_one_that_was_translated_is_refused() -> None:
    document = docx_source.read(SOURCE)
    edition = drafted(document, "vi")
    moved = document.map_units(
        lambda u: u.model_copy(update={"content": (Text(text="Something else."),)}) if u.id == "u0003" else u
    )
    with pytest.raises(RenderError, match="u0003 is not the text"):
        render_source_docx(
            edition, Original(data=SOURCE, document=moved), TEMPLATE, profile("vi"), find_fonts(), IMPRINT
        )


LOOKS = ["", "<w:b/>", '<w:color w:val="FF0000"/>', '<w:u w:val="single"/>']
OBJECTS = [
    "<w:r><w:tab/></w:r>",
    "<w:r><w:br/></w:r>",
    field("SEQ x", run("3")),
    '<w:bookmarkStart w:id="9" w:name="m"/>',
]
PIECES = st.lists(
    st.one_of(
        st.tuples(st.text("abcd e.", min_size=1, max_size=8), st.sampled_from(LOOKS)).map(lambda p: run(*p)),
        st.sampled_from(OBJECTS),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(PIECES)
def test_text_put_back_as_it_was_is_the_same_file(pieces: list[str]) -> None:
    data = rich_word(paragraph("".join(pieces)) + paragraph(run("End.")))
    document = docx_source.read(data)
    edition = approved(document, "vi", {s.id: s.content for s in segment(document)})
    original = Original(data=data, document=document)
    made = render_source_docx(edition, original, TEMPLATE, profile("vi"), find_fonts(), IMPRINT)
    assert ["".join(t.split()) for t in words(made)] == ["".join(t.split()) for t in words(data)]
    lost = elements(data) - elements(made)
    assert not lost, "nothing but text moved"
    assert not [i for u in document.units() for i in u.content if isinstance(i, TagClose) and i.id == 0]


def faults(data: bytes, path: Path) -> Counter[str]:
    """What the schema has against a Word file."""
    validator = pytest.importorskip("openxml_audit", reason="openxml-audit is not installed: pip install openxml-audit")
    path.write_bytes(data)
    return Counter(f"{e.part_uri}: {e.description}" for e in validator.OpenXmlValidator().validate(path).errors)


@pytest.mark.parametrize("language", ["km", "ja", "vi"])
@pytest.mark.parametrize("draft", [False, True])
def test_the_schema_has_nothing_new_against_the_file(language: str, draft: bool, tmp_path: Path) -> None:
    made, _ = rendered(SOURCE, language, draft=draft)
    assert faults(made, tmp_path / "made.docx") - faults(SOURCE, tmp_path / "source.docx") == Counter()


@pytest.mark.parametrize("language", ["km", "vi", "ja"])
def test_words_drawn_as_a_shape_name_the_font_of_the_script(language: str) -> None:
    art = (
        '<w:r><w:pict><v:shape id="art" style="width:140pt;height:28pt"><v:textpath '
        'style=\'font-family:"Arial Black";font-size:20pt\' string="Your rights"/></v:shape></w:pict></w:r>'
    )
    made, _ = rendered(rich_word(paragraph(art) + paragraph(run("Workers have rights."))), language)
    (path,) = trees(made)["word/document.xml"].iter(f"{V}textpath")
    assert path.get("style") == f'font-family:"{profile(language).fonts[0]}";font-size:20pt'
    assert path.get("string") != "Your rights"


def test_a_strict_file_stays_a_strict_file() -> None:
    def strict(name: str, data: bytes) -> bytes:
        for new, old in STRICT:
            data = data.replace(old, new) if name.endswith((".xml", ".rels")) else data
        return data

    made, edition = rendered(edited(SOURCE, strict), "lo")
    body = trees(made)["word/document.xml"]
    assert body.tag == "{http://purl.oclc.org/ooxml/wordprocessingml/main}document"
    assert inspect_source_docx(made, edition, profile("lo"), find_fonts()) == ()
    assert inspect_docx(made, None, profile("lo")) == ()
    assert [f.check for f in inspect_docx(made, None, profile("ja"))] == ["inspection.language"]
