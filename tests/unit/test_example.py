"""The example publication keeps what the demonstration promises: every structure, six languages, sound terms."""

from __future__ import annotations

import datetime as dt
import functools
import importlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pubpipe import checks, exchange, glossary, readers, segmentation
from pubpipe.languages import TARGETS, profile
from pubpipe.model import (
    Figure,
    Heading,
    ListBlock,
    Placeholder,
    Quote,
    Segment,
    SourceDocument,
    Table,
    TagOpen,
    from_markup,
    plain,
    tag_problems,
    to_markup,
)

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "mekong-migration"
LANGUAGES = tuple(TARGETS)


@functools.cache
def document(name: str = "summary.docx") -> SourceDocument:
    return readers.read(EXAMPLE / name)


@functools.cache
def segments(name: str = "summary.docx") -> tuple[Segment, ...]:
    return segmentation.segment(document(name))


@functools.cache
def translations(language: str) -> dict[str, str]:
    lines = (EXAMPLE / "translations" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert {row["lang"] for row in rows} == {language}
    assert {row["status"] for row in rows} == {"draft"}
    return {row["source"]: row["target"] for row in rows}


@functools.cache
def terms() -> glossary.Glossary:
    return glossary.load(ROOT / "glossary")


@functools.cache
def matcher() -> glossary.Matcher:
    return glossary.matcher(terms())


def blocks(kind: type[Any], found: Any = None) -> Iterator[Any]:
    """All blocks of a kind, at any depth."""
    for block in document().blocks if found is None else found:
        if isinstance(block, kind):
            yield block
        if isinstance(block, ListBlock):
            for item in block.items:
                yield from blocks(kind, item.blocks)
        if isinstance(block, Quote):
            yield from blocks(kind, block.blocks)


def inlines() -> list[Any]:
    return [inline for unit in document().units() for inline in unit.content]


def translated() -> Iterator[Segment]:
    return (segment for segment in segments() if segment.translatable)


def test_the_word_document_is_what_its_script_makes_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    made = importlib.import_module("build_docx").build(EXAMPLE / "summary.md")
    with zipfile.ZipFile(io.BytesIO(made)) as new, zipfile.ZipFile(EXAMPLE / "summary.docx") as old:
        assert new.namelist() == old.namelist()
        assert [name for name in new.namelist() if new.read(name) != old.read(name)] == []


def test_word_and_markdown_give_the_same_segments() -> None:
    def texts(name: str) -> list[str]:
        return [to_markup(s.content) for s in segments(name)]

    # Word types the number of a caption into it, Markdown leaves it to the template
    assert b"SEQ Table" in zipfile.ZipFile(EXAMPLE / "summary.docx").read("word/document.xml")
    assert texts("summary.docx") == texts("summary.md")


def test_the_reader_stops_at_nothing_in_it() -> None:
    assert [f.message for f in document().findings if f.severity in ("error", "block")] == []


def test_it_has_the_length_of_an_executive_summary() -> None:
    words = sum(len(plain(unit.content).split()) for unit in document().units())
    assert 1500 <= words <= 1900
    assert 130 <= sum(1 for _ in translated()) <= 170


def test_it_has_a_title_block() -> None:
    found = document()
    assert found.title
    assert found.subtitle
    assert found.date == dt.date(2025, 3, 14)
    assert len(found.authors) == 3


def test_it_has_headings_on_two_levels() -> None:
    assert {heading.level for heading in blocks(Heading)} == {1, 2}


def test_it_has_nested_lists_of_both_kinds_and_one_that_goes_on() -> None:
    lists = list(blocks(ListBlock))
    nested = [inner for outer in lists for item in outer.items for inner in item.blocks if isinstance(inner, ListBlock)]
    assert {inner.ordered for inner in nested} == {True, False}
    assert {outer.start for outer in lists if outer.ordered} >= {1, 6, 10}


def test_it_has_a_table_with_cells_merged_across_and_down_under_a_header() -> None:
    cells = [c for t in blocks(Table) for r in (*t.head, *t.body) for c in r.cells]
    assert any(cell.rows > 1 for cell in cells)
    assert any(cell.columns > 1 for cell in cells)
    assert all(table.head and table.caption for table in blocks(Table))
    assert len(list(blocks(Table))) == 2


def test_it_has_a_quote_links_breaks_and_both_kinds_of_emphasis() -> None:
    assert list(blocks(Quote))
    assert {i.kind for i in inlines() if isinstance(i, TagOpen)} >= {"strong", "emphasis", "link"}
    assert sum(1 for i in inlines() if isinstance(i, Placeholder) and i.kind == "break") == 3


def test_it_has_three_notes_with_their_marks() -> None:
    marks = [i.ref for i in inlines() if isinstance(i, Placeholder) and i.kind == "note"]
    assert sorted(marks) == sorted(note.id for note in document().notes)
    assert len(marks) >= 3


def test_its_figures_have_caption_and_alternative_text() -> None:
    figures = list(blocks(Figure))
    assert len(figures) == 2
    assert all(figure.caption and figure.alt for figure in figures)


def test_the_termbase_is_sound_and_filled_in_six_languages() -> None:
    filled = [
        term
        for term in terms().terms
        if all(term.renderings.get(tag) and term.renderings[tag].preferred for tag in LANGUAGES)
    ]
    assert len(filled) >= 40
    assert [w.message for w in terms().warnings] == []
    assert {term.status for term in terms().terms} == {"draft"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_segment_is_translated(language: str) -> None:
    wanted = {to_markup(segment.content) for segment in translated()}
    assert wanted - translations(language).keys() == set()
    assert [source for source, target in translations(language).items() if not target.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_has_the_tags_of_its_source(language: str) -> None:
    problems = {
        segment.number: found
        for segment in translated()
        if (
            found := tag_problems(
                segment.content,
                from_markup(translations(language)[to_markup(segment.content)], like=segment.content),
            )
        )
    }
    assert problems == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_has_an_error(language: str) -> None:
    errors = []
    for segment in translated():
        target = from_markup(translations(language)[to_markup(segment.content)], like=segment.content)
        hits = matcher().find(segment.content, language)
        found = [
            *checks.run(segment.content, target, profile(language)),
            *glossary.verify(hits, segment.content, target, profile(language), matcher()),
        ]
        errors += [f"{segment.number} {f.check}: {f.message}" for f in found if f.severity in ("error", "block")]
    assert errors == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_western_digits(language: str) -> None:
    native = profile(language).native_digits or ""
    assert not [t for t in translations(language).values() if native and re.search(f"[{native}]", t)]


def test_the_memory_is_what_its_script_makes_of_the_translations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    made = importlib.import_module("build_memory").build(EXAMPLE)
    assert made == (EXAMPLE / "memory.tmx").read_bytes(), "run: python examples/build_memory.py"


def test_the_memory_has_each_segment_in_its_context_in_each_language() -> None:
    units = list(exchange.read(EXAMPLE / "memory.tmx", at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC)))
    wanted = {(tag, s.context_hash, to_markup(s.content)) for tag in LANGUAGES for s in translated()}
    assert {(u.language, u.context_hash, to_markup(u.source)) for u in units} == wanted
    assert {u.status for u in units} == {"draft"}
