"""What every reader must hold, over the registry: one document in all formats, and bad input in each."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest
from docx.document import Document

from pubpipe.errors import SourceError
from pubpipe.model import SourceDocument, plain, tag_problems
from pubpipe.readers import READERS, read
from tests.unit.readers.made import W, edited, opendocument, png, word, word_body

MARKDOWN = """\
# Living together

The **law** protects workers.[^1]

- one
- two

| Country | Wage |
|---------|-----:|
| Laos    |  300 |

> Nobody asked us.

[^1]: Act 5.
"""


def _word() -> bytes:
    def fill(d: Document) -> None:
        d.add_heading("Living together", 1)
        p = d.add_paragraph("The ")
        p.add_run("law").bold = True
        p.add_run(" protects workers.")
        for item in ("one", "two"):
            d.add_paragraph(item, style="List Bullet")
        table = d.add_table(2, 2)
        for place, text in enumerate(("Country", "Wage", "Laos", "300")):
            table.cell(place // 2, place % 2).text = text
        d.add_paragraph("Nobody asked us.", style="Quote")

    return word(fill)


HTML = b"""<!DOCTYPE html><html><head><title>Living together</title></head><body><h1>Living together</h1>
<p>The <b>law</b> protects workers.</p><ul><li>one</li><li>two</li></ul>
<table><thead><tr><th>Country</th><th>Wage</th></tr></thead><tbody><tr><td>Laos</td><td>300</td></tr></tbody></table>
<blockquote><p>Nobody asked us.</p></blockquote></body></html>"""

ODT = opendocument(
    '<text:h text:outline-level="1">Living together</text:h>'
    '<text:p>The <text:span text:style-name="B">law</text:span> protects workers.</text:p>'
    "<text:list><text:list-item><text:p>one</text:p></text:list-item><text:list-item><text:p>two</text:p>"
    "</text:list-item></text:list><table:table><table:table-column/><table:table-column/>"
    "<table:table-row><table:table-cell><text:p>Country</text:p></table:table-cell><table:table-cell>"
    "<text:p>Wage</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell>"
    "<text:p>Laos</text:p></table:table-cell><table:table-cell><text:p>300</text:p></table:table-cell>"
    '</table:table-row></table:table><text:p text:style-name="Quotations">Nobody asked us.</text:p>',
    styles='<style:style style:name="B" style:family="text"><style:text-properties xmlns:fo="urn:oasis:names:tc:'
    'opendocument:xmlns:xsl-fo-compatible:1.0" fo:font-weight="bold"/></style:style>',
)

FILES = {".md": MARKDOWN.encode(), ".docx": _word(), ".html": HTML, ".odt": ODT}


@pytest.fixture(params=sorted(FILES))
def document(request: pytest.FixtureRequest) -> SourceDocument:
    return read(Path(f"summary{request.param}"), FILES[request.param])


def test_the_same_text_arrives_from_every_format(document: SourceDocument) -> None:
    body = [plain(u.content) for u in document.units() if u.role != "note"]
    assert body == [
        "Living together",
        "The law protects workers.",
        "one",
        "two",
        "Country",
        "Wage",
        "Laos",
        "300",
        "Nobody asked us.",
    ]
    assert document.title is not None


def test_units_are_numbered_in_reading_order_and_tags_are_whole(document: SourceDocument) -> None:
    units = list(document.units())
    assert [u.id for u in units] == [f"u{n:04d}" for n in range(1, len(units) + 1)]
    assert not [problem for u in units for problem in tag_problems(u.content, u.content)]


def test_nothing_blocks_a_plain_document(document: SourceDocument) -> None:
    assert [f for f in document.findings if f.severity == "block"] == []


def test_the_same_bytes_give_the_same_document(document: SourceDocument) -> None:
    extension = "." + document.reader.split("/")[0].replace("markdown", "md")
    assert read(Path(f"elsewhere/other{extension}"), FILES[extension]) == document


def test_every_reader_says_its_name_and_its_extensions() -> None:
    for extension, reader in READERS.items():
        assert extension in reader.EXTENSIONS
        assert "/" in reader.NAME


# -- bad input ------------------------------------------------------------------------------------------------------


def refused(name: str, data: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(Path(name), data)
    assert caught.value.message.startswith(name)
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("extension", sorted(READERS))
@pytest.mark.parametrize("data", [b"", b" \n\n ", bytes(range(256)) * 40], ids=["empty", "blank", "noise"])
def test_what_is_no_document_is_refused(extension: str, data: bytes) -> None:
    refused(f"summary{extension}", data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", b"---\ntitle: ''\n---\n\n<!-- nothing -->\n"),
        ("a.html", b"<html><body><p> </p></body></html>"),
        ("a.docx", word(lambda d: d.add_paragraph(""))),
        ("a.odt", opendocument("<text:p/>")),
    ],
)
def test_a_document_without_text_is_refused(name: str, data: bytes) -> None:
    assert "no text" in refused(name, data).message


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.docx", b"%PDF-1.7 ...", "a PDF"),
        ("a.docx", b"{\\rtf1 hello}", "an RTF"),
        ("a.docx", MARKDOWN.encode(), "plain text"),
        ("a.docx", HTML, "an HTML page"),
        ("a.docx", ODT, "OpenDocument"),
        ("a.odt", FILES[".docx"], "a Word document"),
        ("a.md", FILES[".docx"], "a Word document"),
        ("a.md", HTML, "an HTML page"),
        ("a.md", png(), "a PNG"),
        ("a.html", b"just words", "plain text"),
        ("a.pdf", b"%PDF-1.7 ...", "no reader"),
        ("a", MARKDOWN.encode(), "no reader"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "old Word file"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_a_wrong_extension_says_what_the_file_is(name: str, data: bytes, said: str) -> None:
    assert said in str(refused(name, data))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("extension", [".docx", ".odt"])
def test_a_file_that_was_cut_off_is_refused(extension: str, share: float) -> None:
    data = FILES[extension]
    assert "damaged" in refused(f"a{extension}", data[: int(len(data) * share)]).message


def test_a_damaged_part_is_refused() -> None:
    data = bytearray(FILES[".docx"])
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        place = archive.getinfo("word/document.xml").header_offset
    data[place + 60 : place + 160] = b"\x55" * 100
    assert "damaged" in refused("a.docx", bytes(data)).message


def test_an_encrypted_odt_is_refused() -> None:
    manifest = '<m:manifest xmlns:m="urn:x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    assert "password" in refused("a.odt", opendocument("<text:p>x</text:p>", manifest=manifest)).message


def test_an_encrypted_zip_member_is_refused() -> None:
    data = bytearray(FILES[".docx"])
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        flags = struct.unpack_from("<H", data, at + 8)[0]
        struct.pack_into("<H", data, at + 8, flags | 1)
        at += 4
    assert "password" in refused("a.docx", bytes(data)).message


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for number in range(6):
            archive.writestr(f"word/{number}.xml", b"\x00" * 100_000_000)
    start = time.perf_counter()
    assert "zip bomb" in refused("a.docx", out.getvalue()).message
    assert time.perf_counter() - start < 2


def test_too_many_members_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(5_001):
            archive.writestr(f"word/{number}.xml", b"")
    assert "zip bomb" in refused("a.docx", out.getvalue()).message


@pytest.mark.parametrize("name", ["../../evil.xml", "/etc/evil.xml", "word\\..\\..\\evil.xml", "C:evil.xml"])
def test_a_member_that_leads_out_of_the_package_is_refused(name: str) -> None:
    data = edited(FILES[".docx"], lambda _, part: part, {name: "<x/>"})
    assert "outside" in refused("a.docx", data).message


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused(doctype: str, encoding: str) -> None:
    def change(name: str, part: bytes) -> bytes:
        if name not in ("word/document.xml", "content.xml"):
            return part
        text = part.decode().split("?>", 1)[-1]
        return f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{text}'.encode(encoding)

    for extension in (".docx", ".odt"):
        assert "entities" in refused(f"a{extension}", edited(FILES[extension], change)).message


def test_html_entities_are_refused() -> None:
    refused("a.html", b'<!DOCTYPE html [<!ENTITY a "b">]><html><body><p>&a;</p></body></html>')


def test_a_package_without_its_main_part_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FILES[".docx"])) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != "word/document.xml":
                new.writestr(name, old.read(name))
    assert "damaged" in refused("a.docx", out.getvalue()).message


def test_invalid_utf8_names_the_byte() -> None:
    assert "byte 12" in refused("a.md", b"# Title\n\nCaf\xe9 here").message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_unicode_encodings_with_a_mark_are_read(encoding: str) -> None:
    document = read(Path("a.md"), "Café workers.".encode(encoding))
    assert [plain(u.content) for u in document.units()] == ["Café workers."]


def test_a_yaml_error_names_the_place() -> None:
    assert "YAML" in refused("a.md", b"---\ntitle: [open\n---\n\nText\n").message


HUGE = "The workers were not paid. " * 400_000


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", HUGE.encode()),
        ("a.html", f"<html><body><p>{HUGE}</p></body></html>".encode()),
        ("a.docx", word_body(f"<w:p {W}><w:r><w:t>{HUGE}</w:t></w:r></w:p>")),
        ("a.odt", opendocument(f"<text:p>{HUGE}</text:p>")),
    ],
    ids=["md", "html", "docx", "odt"],
)
def test_a_paragraph_of_ten_megabytes_meets_a_clear_limit_at_once(name: str, data: bytes) -> None:
    start = time.perf_counter()
    assert "the limit is" in refused(name, data).message
    assert time.perf_counter() - start < 5


def _deep(levels: int) -> dict[str, bytes]:
    return {
        "a.md": "".join("    " * n + f"- item {n}\n\n" for n in range(levels)).encode(),
        "a.html": (
            "<html><body><ul>" + "<ul>".join(f"<li>item {n} " for n in range(levels)) + "</li></ul>" * levels
        ).encode()
        + b"</body></html>",
        "a.odt": opendocument(
            "".join(f"<text:list><text:list-item><text:p>item {n}</text:p>" for n in range(levels))
            + "</text:list-item></text:list>" * levels
        ),
    }


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.odt"])
def test_sixty_levels_of_lists_arrive_and_survive_storage(name: str) -> None:
    document = read(Path(name), _deep(60)[name])
    assert len(list(document.units())) == 60
    assert SourceDocument.model_validate_json(document.model_dump_json()) == document


@pytest.mark.parametrize("name", ["a.html", "a.odt"])
def test_ten_thousand_levels_are_an_error_not_a_crash(name: str) -> None:
    refused(name, _deep(10_000)[name])


@pytest.mark.parametrize("line", [">" * 10_000 + " deep", "> " * 10_000 + " deep", "    " * 200 + "- deep"])
def test_deep_markdown_is_refused_at_once(line: str) -> None:
    assert "deep" in refused("a.md", f"Text.\n\n{line}\n".encode()).message


def test_control_characters_do_not_arrive() -> None:
    document = read(Path("a.md"), "Pay\x07 the\x1b[31m fee\u200bs\ufdd0.".encode())
    assert [plain(u.content) for u in document.units()] == ["Pay the[31m fees."]


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.docx", tmp_path):
        with pytest.raises(SourceError) as caught:
            read(path)
        assert caught.value.remedy


def test_real_documents_give_a_document_or_a_clear_error(real_data: Path) -> None:
    counted = 0
    refusals: list[SourceError] = []
    for path in sorted((real_data / "documents").iterdir()):
        if path.suffix.lower() not in READERS:
            continue
        counted += 1
        try:
            document = read(path)
        except SourceError as error:
            refusals.append(error)
            continue
        units = list(document.units())
        assert len({u.id for u in units}) == len(units)
        assert not [f for f in document.findings if f.check == "reader.missing"], path.name
    assert counted
    assert all(error.remedy for error in refusals)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["[a](" * 2_000, "[" * 3_000])
def test_markdown_without_end_for_a_parser_is_refused_in_seconds(text: str) -> None:
    start = time.perf_counter()
    assert "did not finish" in refused("a.md", text.encode()).message
    assert time.perf_counter() - start < 15
