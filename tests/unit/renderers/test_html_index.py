"""The pages that lead to the publications: every language by its own name, nothing that is not out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
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
from pubpipe.renderers.inspect_html import inspect_html, inspect_index
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


def test_nothing_is_wrong_with_an_index_whose_files_are_there() -> None:
    files = {f"{tag}/p.{tag}.{f}" for tag in TARGETS for f in ("docx", "pdf", "html")} | {"index.html"}
    for address in ("", "https://example.org/p q/"):
        page = index(*map(published, TARGETS), address=address)
        assert inspect_index(page, files.__contains__, address) == ()
    listed = ListedPublication(
        title="A: b", href="a b/index.html", languages=(PageLink(language="km", href="a b/p.km.html"),)
    )
    page = render_listing("All", [listed], TEMPLATE.design, find_fonts())
    assert inspect_index(page, {"a b/index.html", "a b/p.km.html"}.__contains__) == ()


FAULTS = {
    "no file there": ("km/p.km.pdf", "km/q.km.pdf", "a link leads to “km/q.km.pdf”, where no file is"),
    "out of the folder": ('href="km/p.km.pdf"', 'href="/p.km.pdf"', "a link leads to “/p.km.pdf”, where no file is"),
    "a colon in a name": ("km/p.km.pdf", "x%3Ay", "a link leads to “x%3Ay”, where no file is"),
    "a place that runs": ("km/p.km.pdf", "javascript:x", "leads to “javascript:x”"),
    "another language of the page": ('<html lang="en"', '<html lang="km"', "says that its language is “km”"),
    "no language of the words": ('<li lang="km">', "<li>", "in km stands in words marked as en"),
    "a language of nobody": ('lang="km"', 'lang="qq"', "names the language “qq”, which nobody knows"),
    "no title": ("<title>Rights at work — MMN</title>", "<title> </title>", "has no title"),
    "a script": ("</main>", "<script>x()</script></main>", "has a <script>"),
    "a picture from elsewhere": ("</main>", '<img alt="" src="https://x.org/a.png"></main>', "<img> loads “https://x"),
    "a style sheet from elsewhere": ("</head>", '<link rel="stylesheet" href="index.html"></head>', "the page loads"),
    "no font": ("data:font/woff2", "data:font/none", "holds no font"),
    "a letter that no font has": ("Rights at work</h1>", "Rights at work 🪬</h1>", "U+1FAAC"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_an_index_keeps_it_from_the_web_and_is_named(fault: str) -> None:
    good, bad, words = FAULTS[fault]
    page = index(published("km")).decode()
    assert good in page
    files = {"index.html", "km/p.km.html", "km/p.km.pdf", "km/p.km.docx"}
    found = inspect_index(page.replace(good, bad).encode(), files.__contains__)
    assert [f for f in found if f.severity in ("block", "error") and words in f.message]


def test_what_is_no_page_at_all_is_said_to_be_none() -> None:
    assert [f.check for f in inspect_index(b"", lambda _: True)] == ["inspection.file"]


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
