"""A Word file whose layout is kept is read with every word of its pages, each of them at a known place."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe.errors import SourceError
from pubpipe.identity import content_hash
from pubpipe.model import Heading, ListBlock, Placeholder, SourceDocument, Table, TagOpen, Unit, plain, to_markup
from pubpipe.ooxml import Limits, Problem, open_package, pack
from pubpipe.readers import docx_source, read
from pubpipe.readers.package import refuse
from pubpipe.segmentation import rejoin, segment
from tests.unit.readers.made import edited, word
from tests.unit.rich_word import field, paragraph, rich_word, run


def unit(document: SourceDocument, start: str) -> Unit:
    return next(u for u in document.units() if plain(u.content).startswith(start))


def of_body(body: str) -> SourceDocument:
    return docx_source.read(rich_word(body))


def markup(body: str) -> str:
    return to_markup(next(iter(of_body(body).units())).content)


def test_everything_that_stands_on_a_page_is_a_unit_with_its_role() -> None:
    document = docx_source.read(rich_word())
    said = {plain(u.content): u.role for u in document.units()}
    assert said["A network of workers"] == "header"
    assert said["Page  of "] == "footer"
    assert said["Call the hotline."] == "paragraph"
    assert said["The act of 2003."] == "note"
    assert said["A worker signs a contract"] == "alt"
    assert said["Article ."] == "label"
    assert said["Minimum wage"] == "cell"
    assert said["Workers’ rights"] == "title"


def test_what_is_shown_twice_is_translated_once() -> None:
    texts = [plain(u.content) for u in docx_source.read(rich_word()).units()]
    assert texts.count("Call the hotline.") == 1, "the copy of a text box for older programs"
    assert texts.count("Wages and hours") == 1, "the entry of the table of contents"
    assert texts.count("Workers’ rights") == 1, "the title in the file's properties"


def test_a_title_in_the_properties_that_the_text_does_not_say_is_a_unit() -> None:
    document = docx_source.read(rich_word(paragraph(run("Something else.")), core="An annual report"))
    assert unit(document, "An annual report").role == "metadata"


def test_runs_that_look_alike_are_one_text_and_a_bold_one_is_a_tag() -> None:
    found = unit(docx_source.read(rich_word()), "The employer")
    assert to_markup(found.content) == "The employer <1>must</1> pay on time."
    assert [i.kind for i in found.content if isinstance(i, TagOpen)] == ["strong"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (paragraph(run("All bold", "<w:b/>")), "All bold"),
        (paragraph(run("Note: ", "<w:b/>") + run("read this.")), "<1>Note:</1> read this."),
        (paragraph(run("A") + "<w:r><w:br/></w:r>" + run("B")), "A<1/>B"),
        (paragraph("<w:r><w:tab/></w:r>" + run("Indented ")), "Indented"),
        (paragraph(run("See ") + field("REF x", run("Table 1"))), "See <1>Table 1</1>"),
        (paragraph(run("Dear ") + field("MERGEFIELD Name", run("«Name»"))), "Dear <1/>"),
        (paragraph(run("Dear ") + field("MERGEFIELD Name", run("Ann"))), "Dear <1>Ann</1>"),
        (paragraph(run("Total ") + field("=SUM(A1)", run("12"))), "Total <1/>"),
        (paragraph(run("x") + field("XE \"y\"", "") + run(" z")), "x z"),
        (paragraph(run("A") + run("l", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>') + run("B")), "A<1/>B"),
        (paragraph(run("no") + "<w:r><w:noBreakHyphen/></w:r>" + run("one")), "no\u2011one"),
    ],
)  # fmt: skip
def test_the_content_of_a_paragraph(body: str, expected: str) -> None:
    assert markup(body) == expected


def test_tracked_changes_are_accepted_and_said() -> None:
    document = docx_source.read(rich_word())
    assert plain(unit(document, "Overtime").content) == "Overtime is always paid."
    assert any(f.check == "reader.changes" and "insertions 1, deletions 1" in f.message for f in document.findings)


def test_what_stays_english_is_named() -> None:
    checks = {f.check: f.message for f in docx_source.read(rich_word()).findings}
    assert "“Is that so?”" in checks["reader.comments"]
    assert "“Secret”" in checks["reader.hidden"]


def test_blocks_keep_headings_lists_and_merged_cells() -> None:
    document = docx_source.read(rich_word())
    heading = next(b for b in document.blocks if isinstance(b, Heading))
    assert heading.level == 1
    listed = next(b for b in document.blocks if isinstance(b, ListBlock))
    assert (listed.ordered, [type(b).__name__ for b in listed.items[0].blocks]) == (True, ["Paragraph", "ListBlock"])
    table = next(b for b in document.blocks if isinstance(b, Table))
    assert [[(c.rows, c.columns) for c in row.cells] for row in table.body] == [[(1, 2)], [(2, 1), (1, 1)], [(1, 1)]]


def test_a_note_mark_names_its_note_as_the_template_layout_does(tmp_path: Path) -> None:
    data = rich_word(paragraph(run("Read this") + '<w:r><w:footnoteReference w:id="1"/></w:r>' + run(".")))
    kept, set_anew = docx_source.read(data), read(tmp_path / "a.docx", data)
    assert [n.id for n in kept.notes] == [n.id for n in set_anew.notes]
    assert content_hash(unit(kept, "Read this").content) == content_hash(unit(set_anew, "Read this").content)


def test_headers_of_several_sections_that_say_the_same_are_one_unit() -> None:
    def twice(name: str, data: bytes) -> bytes:
        if name == "word/document.xml":
            return data.replace(
                b"<w:footerReference", b'<w:headerReference w:type="first" r:id="rIdH2"/><w:footerReference'
            )
        if name == "word/_rels/document.xml.rels":
            again = re.search(rb"<Relationship [^>]*header1.xml[^>]*>", data)
            assert again is not None
            other = again[0].replace(b"rIdHeader", b"rIdH2").replace(b"header1", b"header2")
            return data.replace(again[0], again[0] + other)
        return data

    header = rich_word()
    with_two = edited(
        header, twice, {"word/header2.xml": open_package(header, Limits(), refuse)["word/header1.xml"].decode()}
    )
    texts = [plain(u.content) for u in docx_source.read(with_two).units()]
    assert texts.count("A network of workers") == 1


def test_a_file_without_text_is_refused() -> None:
    with pytest.raises(SourceError, match="no text"):
        docx_source.read(word(lambda _: None))


LOOKS = ["", "<w:b/>", "<w:i/>", '<w:color w:val="FF0000"/>', '<w:u w:val="single"/>', "<w:b/><w:i/>"]
PIECES = st.lists(st.tuples(st.text("abcd e.", min_size=1, max_size=8), st.sampled_from(LOOKS)), min_size=1, max_size=8)


@settings(max_examples=60)
@given(PIECES)
def test_segments_of_any_paragraph_rejoin_to_its_text(pieces: list[tuple[str, str]]) -> None:
    document = of_body(paragraph("".join(run(t, p) for t, p in pieces)) + paragraph(run("End.")))
    for found in document.units():
        own = [s for s in segment(document) if s.unit == found.id]
        assert plain(rejoin(own, {}, " ")) == plain(found.content)
        opened = [i.id for i in found.content if isinstance(i, TagOpen | Placeholder)]
        assert opened == sorted(set(opened))


def doubled() -> bytes:
    """A zip file with two members of one name."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a.xml", "<a/>")
        archive.writestr("a.xml", "<b/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("zip", b"PK no zip"),
        ("twice", doubled()),
        ("outside", pack({"../a.xml": b"<a/>"})),
        ("bomb", pack({f"{n}.xml": b"" for n in range(30)})),
        ("size", b"x" * 2_000),
    ],
)
def test_a_package_that_is_not_to_be_read_is_refused_by_the_room_s_own_error(kind: str, data: bytes) -> None:
    seen: list[Problem] = []

    def own(problem: Problem) -> SourceError:
        seen.append(problem)
        return SourceError(f"not read: {problem.kind}")

    with pytest.raises(SourceError, match=kind):
        open_package(data, Limits(file=1_900 if kind == "size" else 10_000_000, members=20), own)
    assert [p.kind for p in seen] == [kind]


def test_xml_with_entities_or_cut_off_is_refused_with_its_part_and_line() -> None:
    package = open_package(
        pack({"a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "b.xml": b"<a>\n<b></a>", "c.xml": b"<a>1</a>"}),
        Limits(),
        lambda p: SourceError(f"{p.kind} {p.part} {p.line}"),
    )
    with pytest.raises(SourceError, match=r"entities a\.xml"):
        package.xml("a.xml")
    with pytest.raises(SourceError, match=r"xml b\.xml 2"):
        package.xml("b.xml")
    assert package.xml("c.xml").text == "1"
