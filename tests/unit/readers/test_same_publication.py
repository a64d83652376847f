"""The example publication in every format that we read, made by pandoc and LibreOffice: nothing of it may be lost."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pubpipe.model import Block, Figure, ListBlock, Placeholder, Quote, SourceDocument, Table, TagOpen, plain
from pubpipe.readers import pandoc, read

EXAMPLE = Path(__file__).parents[3] / "examples" / "mekong-migration"
# pandoc sets no-break spaces after abbreviations ("Dr. Sornchai") where it reads Markdown its own way
MARKDOWN = "markdown-smart"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("publication")
    for name in ("summary.md", "summary.docx", "figure-1.png", "figure-2.png"):
        shutil.copy(EXAMPLE / name, made)
    return made


@pytest.fixture(scope="module")
def markdown(folder: Path) -> SourceDocument:
    return read(folder / "summary.md")


def by_pandoc(folder: Path, name: str, *options: str) -> SourceDocument:
    argv = [pandoc.program(), "summary.md", "--from", MARKDOWN, "--standalone", "--output", name, *options]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True, timeout=60)
    return read(folder / name)


def by_libreoffice(folder: Path, extension: str) -> SourceDocument:
    profile = (folder / "profile").as_uri()
    argv = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", extension]
    subprocess.run(
        [*argv, "--outdir", "office", "summary.docx"], cwd=folder, check=True, capture_output=True, timeout=180
    )
    return read(folder / "office" / f"summary.{extension}")


def units(document: SourceDocument, *without: str) -> list[tuple[str, str]]:
    return [(u.role, plain(u.content)) for u in document.units() if u.role not in without]


def alternatives(document: SourceDocument) -> list[str]:
    return [said for role, said in units(document) if role == "alt"]


def markings(document: SourceDocument) -> list[tuple[str, list[str]]]:
    """Tags, links, line breaks and note marks of each unit that has any."""
    out = []
    for unit in document.units():
        found = [
            f"{i.kind} {i.href or ''}" if isinstance(i, TagOpen) else i.kind
            for i in unit.content
            if isinstance(i, TagOpen | Placeholder)
        ]
        if found:
            out.append((plain(unit.content)[:40], found))
    return out


def shape(blocks: Iterable[Block]) -> Iterator[Any]:
    """The blocks without their words: levels, lists with their numbers, spans of cells, images."""
    for block in blocks:
        match block:
            case ListBlock():
                yield "list", block.ordered, block.start, block.numbering, [list(shape(i.blocks)) for i in block.items]
            case Quote():
                yield "quote", list(shape(block.blocks))
            case Table():
                for part in (block.head, block.body, block.foot):
                    yield "rows", [[(c.rows, c.columns, list(shape(c.blocks))) for c in row.cells] for row in part]
            case Figure():
                yield "figure", block.resource
            case _:
                yield block.type, getattr(block, "level", 0)


def is_the_same(document: SourceDocument, markdown: SourceDocument) -> None:
    assert (document.authors, document.date) == (markdown.authors, markdown.date)
    assert units(document, "alt") == units(markdown, "alt")
    assert list(shape(document.blocks)) == list(shape(markdown.blocks))
    assert markings(document) == markings(markdown)
    assert [plain(b.unit.content) for n in document.notes for b in n.blocks if b.type == "paragraph"] == [
        plain(b.unit.content) for n in markdown.notes for b in n.blocks if b.type == "paragraph"
    ]
    assert [f for f in document.findings if f.severity != "info"] == []


def test_word_says_what_markdown_says(folder: Path, markdown: SourceDocument) -> None:
    document = read(folder / "summary.docx")
    is_the_same(document, markdown)
    assert alternatives(document) == alternatives(markdown)


@pytest.mark.parametrize(("name", "kind"), [("s5.html", "html5"), ("s4.html", "html4")])
def test_a_page_made_by_pandoc_says_what_markdown_says(
    name: str, kind: str, folder: Path, markdown: SourceDocument
) -> None:
    document = by_pandoc(folder, name, "--to", kind)
    is_the_same(document, markdown)
    assert alternatives(document) == alternatives(markdown)
    assert [b.width for b in document.blocks if isinstance(b, Figure)] == [0.8, 0.8]


def test_a_page_with_its_images_in_it_says_what_markdown_says(folder: Path, markdown: SourceDocument) -> None:
    document = by_pandoc(folder, "embedded.html", "--embed-resources")
    is_the_same(document, markdown)
    assert alternatives(document) == alternatives(markdown)


def test_an_opendocument_made_by_pandoc_says_what_markdown_says(folder: Path, markdown: SourceDocument) -> None:
    """But for alternative texts, which pandoc does not write into ODT."""
    is_the_same(by_pandoc(folder, "s.odt"), markdown)


@pytest.mark.needs("libreoffice")
def test_an_opendocument_made_by_libreoffice_says_what_markdown_says(folder: Path, markdown: SourceDocument) -> None:
    document = by_libreoffice(folder, "odt")
    is_the_same(document, markdown)
    assert alternatives(document) == alternatives(markdown)


@pytest.mark.needs("libreoffice")
def test_a_page_made_by_libreoffice_says_what_markdown_says(folder: Path, markdown: SourceDocument) -> None:
    """But for what LibreOffice does not write into it: alternative texts, and that a paragraph is a quotation."""
    document = by_libreoffice(folder, "html")
    assert (document.authors, document.date) == (markdown.authors, markdown.date)
    assert [said for _, said in units(document)] == [said for _, said in units(markdown, "alt")]
    bare = [inner for outer in shape(markdown.blocks) for inner in (outer[1] if outer[0] == "quote" else [outer])]
    assert list(shape(document.blocks)) == bare
    kept = [m for m in markings(document) if "Bopha" not in m[0] and "I signed" not in m[0]]
    assert kept == markings(markdown)
    assert [f for f in document.findings if f.severity != "info"] == []
