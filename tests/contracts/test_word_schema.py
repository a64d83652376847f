"""Word files against the rules of the format: order, names and values of elements, relations, numbers that are unique.

The judge is openxml-audit, which carries the schema data of Microsoft's Open XML SDK and repeats its rules in Python.
It is not Word, and Word is stricter in places that no schema tells.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from pubpipe.identity import digest_bytes
from pubpipe.languages import TARGETS, profile
from pubpipe.model import DraftEdition, LocalizedDocument, Resource, SourceDocument
from pubpipe.renderers import RENDERERS, Imprint, embed_fonts, find_fonts, load_template
from tests.unit.renderers.test_hard_documents import render, unit
from tests.unit.renderers.test_odd_documents import CASES, IMAGE, NOTES

openxml_audit = pytest.importorskip("openxml_audit", reason="openxml-audit is not installed: pip install openxml-audit")

TEMPLATES = Path(__file__).parents[2] / "templates"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


def everything(language: str, design: str) -> bytes:
    """A draft with all odd documents in one, in a design."""
    document = SourceDocument(
        title=unit("Tiêu đề", "title"),
        subtitle=unit("Phụ đề", "subtitle"),
        authors=("Ann Author",),
        blocks=tuple(block for blocks in CASES.values() for block in blocks),
        notes=NOTES,
        resources=(Resource(name="image", data=IMAGE),),
        file_hash=digest_bytes(b""),
        reader="test/1",
    )
    edition = DraftEdition(
        publication="odd",
        localized=LocalizedDocument(language=language, document=document),
        edition_hash=digest_bytes(b"odd"),
    )
    imprint = Imprint(publisher="Network", url="https://example.org/", contact="a@example.org", notices=("Funded.",))
    return RENDERERS["docx"].render(
        edition, load_template(TEMPLATES / design), profile(language), find_fonts(), imprint
    )


def faults(data: bytes, tmp_path: Path) -> list[str]:
    path = tmp_path / "document.docx"
    path.write_bytes(data)
    # a new validator each time: one that is used again takes the notes of the file before for those of the next
    return [f"{e.part_uri}: {e.path}: {e.description}" for e in openxml_audit.OpenXmlValidator().validate(path).errors]


@pytest.mark.parametrize("design", ["report", "policy-brief"])
@pytest.mark.parametrize("language", list(TARGETS))
def test_a_word_file_with_everything_in_it_keeps_to_the_schema(language: str, design: str, tmp_path: Path) -> None:
    assert faults(everything(language, design), tmp_path) == []


def test_a_word_file_that_carries_its_fonts_keeps_to_the_schema(tmp_path: Path) -> None:
    data = render("docx", *CASES["all marks in a heading"], language="lo")
    assert faults(embed_fonts(data, find_fonts()), tmp_path) == []


@pytest.mark.parametrize("design", ["report", "policy-brief"])
def test_numbers_of_drawings_bookmarks_and_notes_are_unique(design: str) -> None:
    with zipfile.ZipFile(io.BytesIO(everything("vi", design))) as archive:
        trees = [etree.fromstring(archive.read(n)) for n in archive.namelist() if re.match(r"word/[^/]+\.xml$", n)]
    for tag, name in ((f"{WP}docPr", "id"), (f"{W}bookmarkStart", f"{W}id"), (f"{W}bookmarkStart", f"{W}name")):
        numbers = Counter(e.get(name) for tree in trees for e in tree.iter(tag))
        assert numbers
        assert [n for n, times in numbers.items() if times > 1] == [], tag
    starts, ends = (
        sorted(e.get(f"{W}id") for tree in trees for e in tree.iter(f"{W}{kind}"))
        for kind in ("bookmarkStart", "bookmarkEnd")
    )
    assert starts == ends


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("document", lambda xml: xml.replace('<w:pStyle w:val="Title"/>', '<w:jc w:val="left"/><w:pStyle w:val="Title"/>')),
        ("document", lambda xml: re.sub(r"(<w:rFonts[^>]*/>)(<w:b/><w:bCs/>)", r"\2\1", xml, count=1)),
        ("document", lambda xml: xml.replace("<w:gridCol ", "<w:gridcol ", 1)),
        ("document", lambda xml: xml.replace('w:val="Heading1"', 'w:val="Nowhere"', 1)),
        ("settings", lambda xml: xml.replace("<w:zoom ", "<w:decimalSymbol w:val=','/><w:zoom ", 1)),
    ],
)  # fmt: skip
def test_a_fault_put_into_a_word_file_is_seen(part: str, change: Callable[[str], str], tmp_path: Path) -> None:
    out = io.BytesIO()
    data = render("docx", *CASES["headings in lists, quotes and cells"], *CASES["all marks"])
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body.decode()).encode() if name == f"word/{part}.xml" else body)
    assert faults(data, tmp_path) == []
    assert faults(out.getvalue(), tmp_path) != []
