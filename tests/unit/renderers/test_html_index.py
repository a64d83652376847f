"""The pages that lead to the publications: every language by its own name, nothing that is not out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from lxml import html

from pubpipe.languages import SOURCE, TARGETS
from pubpipe.renderers import find_fonts
from pubpipe.renderers.html import PageLink
from pubpipe.renderers.html_index import (
    ListedPublication,
    PublishedEdition,
    PublishedFile,
    render_index,
    render_listing,
)
from pubpipe.renderers.inspect_html import inspect_html
from tests.contracts.test_renderers import TEMPLATE
from tests.unit.renderers.test_html import HOSTILE

DAY = dt.date(2026, 3, 9)


def published(language: str, title: str = "") -> PublishedEdition:
    name = TARGETS[language].native_name
    files = tuple(
        PublishedFile(format=f, href=f"{language}/p.{language}.{f}", size=size)
        for f, size in (("docx", 9_400), ("pdf", 1_250_000), ("html", 200_000))
    )
    return PublishedEdition(language=language, title=title or name, date=DAY, day=name, files=files)


def index(*editions: PublishedEdition, title: str = "Rights at work", **more: str) -> bytes:
    return render_index(title, "MMN", editions, TEMPLATE.design, find_fonts(), **more)


def tree(data: bytes) -> Any:
    return html.document_fromstring(data.decode())


def test_each_language_stands_there_by_its_own_name_in_the_order_of_all_lists() -> None:
    root = tree(index(*(published(tag) for tag in reversed(TARGETS))))
    assert [e.text for e in root.findall(".//h2")] == [p.native_name for p in TARGETS.values()]
    assert [e.get("lang") for e in root.findall(".//ul[@class='editions']/li")] == list(TARGETS)


def test_what_most_readers_open_comes_first_and_says_how_large_it_is() -> None:
    root = tree(index(published("km")))
    assert ["".join(e.itertext()) for e in root.findall(".//ul[@class='files']/li")] == [
        "HTML 200 kB",
        "PDF 1.2 MB",
        "DOCX 9 kB",
    ]


def test_the_inspection_finds_nothing_in_either_page() -> None:
    assert inspect_html(index(*map(published, TARGETS)), None, SOURCE) == ()
    listed = ListedPublication(
        title="Rights", href="p/index.html", languages=(PageLink(language="km", href="p/km.html"),)
    )
    assert inspect_html(render_listing("All", [listed], TEMPLATE.design, find_fonts()), None, SOURCE) == ()


def test_what_a_title_says_is_never_markup() -> None:
    root = tree(index(published("vi", title=HOSTILE), title=HOSTILE))
    assert not list(root.iter("script"))
    assert HOSTILE in "".join(root.find(".//main").itertext())


def test_the_same_editions_give_the_same_bytes_in_whatever_order_they_come() -> None:
    assert index(published("km"), published("ja")) == index(published("ja"), published("km"))


def test_search_engines_are_led_to_each_language_and_to_the_index_itself() -> None:
    root = tree(index(published("km"), address="https://example.org/p/"))
    links = {e.get("hreflang"): e.get("href") for e in root.findall(".//link[@rel='alternate']")}
    assert links == {"km": "https://example.org/p/km/p.km.html", "x-default": "https://example.org/p/index.html"}


def test_a_language_without_a_web_page_is_listed_with_its_files() -> None:
    edition = published("km")
    root = tree(index(edition.model_copy(update={"files": edition.files[:2]})))
    assert [e.get("hreflang") for e in root.findall(".//link[@rel='alternate']")] == ["x-default"]
    assert [e.text for e in root.findall(".//ul[@class='files']//a")] == ["PDF", "DOCX"]
