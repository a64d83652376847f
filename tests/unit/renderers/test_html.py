"""The web page: accessible, safe, the same every time, and refused where it is not."""

from __future__ import annotations

import base64
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from PIL import Image

from pubpipe.errors import RenderError
from pubpipe.languages import TARGETS, profile
from pubpipe.model import (
    ApprovedEdition,
    Content,
    DraftEdition,
    LocalizedDocument,
    Note,
    Paragraph,
    Placeholder,
    Resource,
    SourceDocument,
    TagClose,
    TagOpen,
    Text,
    Unit,
)
from pubpipe.renderers import find_fonts
from pubpipe.renderers.contrast import READABLE, contrast
from pubpipe.renderers.html import FileLink, PageLink, render_html, with_links
from pubpipe.renderers.html_style import style_sheet
from pubpipe.renderers.inspect_html import inspect_html
from pubpipe.renderers.pictures import picture
from pubpipe.renderers.template import Logo
from tests.contracts.test_renderers import IMPRINT, TEMPLATE, edition

HOSTILE = "<script>alert(1)</script> \"' & --> <!-- </style> javascript:alert(1)"
PAGES = [PageLink(language=tag, href=f"../{tag}/p.{tag}.html") for tag in TARGETS]
FILES = [FileLink(format="docx", href="p.docx"), FileLink(format="pdf", href="p.pdf")]


def made(
    *content: Any, language: str = "vi", title: str = "Quyền", draft: bool = False, notes: tuple[Note, ...] = ()
) -> Any:
    """An edition of one paragraph."""
    document = SourceDocument(
        title=Unit(id="t", role="title", content=(Text(text=title),)),
        blocks=(Paragraph(unit=Unit(id="u", role="paragraph", content=content)),),
        notes=notes,
        file_hash="0" * 64,
        reader="test/1",
    )
    localized = LocalizedDocument(language=language, document=document)
    if draft:
        return DraftEdition(publication="p", localized=localized, edition_hash="e" * 64)
    at = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    return ApprovedEdition(publication="p", localized=localized, edition_hash="e" * 64, approved_at=at)


def page(which: Any, language: str = "vi") -> bytes:
    return render_html(which, TEMPLATE, profile(language), find_fonts(), IMPRINT)


def tree(data: bytes) -> Any:
    return html.document_fromstring(data.decode())


@pytest.fixture(scope="module")
def whole() -> bytes:
    """A page with everything in it, in Khmer."""
    return with_links(page(edition("km"), "km"), PAGES, FILES, index="../index.html")


def test_what_a_text_says_is_never_markup() -> None:
    link = TagOpen(id=1, kind="link", href="javascript:alert(1)")
    data = page(made(Text(text=HOSTILE), link, Text(text="x"), TagClose(id=1), title=HOSTILE))
    root = tree(data)
    assert not list(root.iter("script"))
    assert HOSTILE in "".join(root.find(".//main").itertext())
    assert not [a for a in root.iter("a") if "javascript" in (a.get("href") or "")]
    assert [f.message for f in inspect_html(data, None, profile("vi")) if f.severity == "block"] == []


def test_the_page_forbids_itself_scripts_and_loads_from_elsewhere(whole: bytes) -> None:
    policy = tree(whole).find(".//meta[@http-equiv]").get("content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert b" style=" not in whole
    assert b"unsafe" not in whole


def test_a_screen_reader_finds_its_way(whole: bytes) -> None:
    root = tree(whole)
    assert root.get("lang") == "km"
    assert root.get("dir") == "ltr"
    skip = root.find(".//a[@class='skip']")
    assert root.find(f".//*[@id='{skip.get('href')[1:]}']").tag == "main"
    assert len(root.findall(".//header")) == len(root.findall(".//main")) == len(root.findall(".//footer")) == 1
    assert all(nav.get("aria-label") or nav.get("aria-labelledby") for nav in root.iter("nav"))
    assert all(image.get("alt") for image in root.iter("img"))
    assert {cell.get("scope") for cell in root.iter("th")} <= {"col", "colgroup"}
    assert list(root.iter("caption"))
    assert list(root.iter("figcaption"))


def test_a_note_leads_to_its_text_and_back(whole: bytes) -> None:
    root = tree(whole)
    marks = root.findall(".//a[@role='doc-noteref']")
    assert marks
    for mark in marks:
        note = root.find(f".//li[@id='{mark.get('href')[1:]}']")
        back = note.find(".//a[@role='doc-backlink']")
        assert root.find(f".//*[@id='{back.get('href')[1:]}']") is not None
        assert back.get("aria-label")


def test_a_note_that_is_marked_twice_stands_once() -> None:
    mark = Placeholder(id=1, kind="note", ref="n")
    note = Note(id="n", blocks=(Paragraph(unit=Unit(id="n1", role="note", content=(Text(text="Điều 5."),))),))
    root = tree(page(made(Text(text="một"), mark, Text(text="hai"), mark.model_copy(update={"id": 2}), notes=(note,))))
    assert [a.get("id") for a in root.findall(".//a[@role='doc-noteref']")] == ["ref-1", "ref-1-2"]
    assert len(root.findall(".//section[@role='doc-endnotes']//li")) == 1


def test_the_links_to_other_languages_name_each_by_its_own_name(whole: bytes) -> None:
    root = tree(whole)
    tags = [e.get("hreflang") for e in root.findall(".//link[@rel='alternate']")]
    assert tags == [*TARGETS, "x-default"]
    choice = root.findall(".//nav[@class='choice']//a")
    assert [a.text for a in choice] == [p.native_name for p in TARGETS.values()]
    assert [a.get("lang") for a in choice if a.get("aria-current")] == ["km"]
    assert [a.text for a in root.findall(".//nav[@class='choice files']//a")] == ["DOCX", "PDF"]


def test_links_are_put_in_once_and_replaced_by_later_ones(whole: bytes) -> None:
    assert with_links(whole, PAGES, FILES, index="../index.html") == whole
    fewer = with_links(whole, PAGES[:1], FILES, index="../index.html")
    assert [e.get("hreflang") for e in tree(fewer).findall(".//link[@rel='alternate']")] == ["km", "x-default"]


def test_search_engines_get_whole_addresses_where_the_address_is_known(whole: bytes) -> None:
    data = with_links(whole, PAGES, FILES, index="../index.html", address="https://example.org/p/km/")
    hrefs = [e.get("href") for e in tree(data).findall(".//link[@rel='alternate']")]
    assert hrefs[1] == "https://example.org/p/my/p.my.html"
    assert hrefs[-1] == "https://example.org/p/index.html"
    assert tree(data).find(".//link[@rel='canonical']").get("href") == "https://example.org/p/km/p.km.html"


def test_a_draft_says_so_and_asks_search_engines_to_stay_away() -> None:
    root = tree(page(made(Text(text="Quyền"), draft=True)))
    assert "PREVIEW — NOT APPROVED" in "".join(root.find(".//aside[@class='draft']").itertext())
    assert len(root.findall(".//div[@class='mark']/span")) > 10
    assert root.find(".//meta[@name='robots']").get("content") == "noindex"
    assert "PREVIEW" in root.find(".//title").text


def test_emphasis_is_slanted_only_where_the_script_has_italics() -> None:
    content: Content = (TagOpen(id=1, kind="emphasis"), Text(text="ជា"), TagClose(id=1))
    assert "em{font-style:normal;font-weight:700" in page(made(*content, language="km"), "km").decode()
    assert "em{font-style:italic}" in page(made(*content)).decode()


def test_a_word_in_another_script_tells_its_language() -> None:
    assert '<span lang="km">កម្ពុជា</span>' in page(made(Text(text="ở កម្ពុជា"))).decode()
    assert '<bdi dir="rtl"' in page(made(Text(text="ở سلام"))).decode()


def test_native_digits_count_lists_notes_and_captions_where_the_project_chose_them() -> None:
    own = profile("km").model_copy(update={"digits": "native"})
    data = render_html(edition("km"), TEMPLATE, own, find_fonts(), IMPRINT)
    assert '@counter-style native{system:numeric;symbols:"០" "១"' in data.decode()
    assert ">១</a></sup>" in data.decode()
    assert inspect_html(data, edition("km"), own) == ()


@pytest.mark.parametrize("colour", ["#ffff00", "#9acd32", "#ffffff", "#000000"])
def test_text_in_a_pale_colour_is_darkened_until_it_can_be_read(colour: str) -> None:
    design = TEMPLATE.design.model_copy(update={"colours": TEMPLATE.design.colours.model_copy(update={"link": colour})})
    css = style_sheet(design, profile("vi"), "x")
    link = re.search(r"--link:(#[0-9a-f]{6})", css)
    assert link
    assert contrast(link[1], "#ffffff") >= READABLE
    assert contrast(link[1], TEMPLATE.design.colours.tint) >= READABLE


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "a sentence that is gone": (
        lambda t: t.replace("<p>Lao động", "<p>"),
        "cannot be found in the file as it was approved",
    ),
    "a script": (lambda t: t.replace("</main>", "<script>x()</script></main>"), "has a <script>"),
    "a handler": (lambda t: t.replace("<main ", '<main onclick="x()" '), "runs a script (onclick)"),
    "an image from elsewhere": (
        lambda t: t.replace("</main>", '<img src="https://x.org/a.png" alt="">'),
        "loads “https",
    ),
    "a style sheet from elsewhere": (
        lambda t: t.replace("<style>", "<style>@import url(https://x.org/a.css);"),
        "loads",
    ),
    "a link that runs": (
        lambda t: t.replace("</main>", '<a href="javascript:x()">x</a></main>'),
        "no publication may open",
    ),
    "no language": (lambda t: t.replace('<html lang="vi"', "<html"), "its language is “”"),
    "a link to nowhere": (lambda t: t.replace("</main>", '<a href="#gone">x</a></main>'), "“#gone”"),
    "the banner of a draft": (
        lambda t: t.replace("<main", '<aside class="draft">PREVIEW — NOT APPROVED</aside><main'),
        "carries the watermark",
    ),
    "another edition": (lambda t: t.replace("sha256:eee", "sha256:aaa"), "does not name the edition"),
    "a character of no font": (lambda t: t.replace("</main>", "<p>ក</p></main>"), "U+1780"),
    "an image without words": (
        lambda t: t.replace("</main>", '<img src="data:image/png;base64,"></main>'),
        "alternative",
    ),
    "two first headings": (lambda t: t.replace("</main>", "<h1>Quyền</h1></main>"), "2 headings of the first level"),
    "its language left out": (
        lambda t: t.replace('<link rel="alternate" hreflang="vi"', '<link rel="x" hreflang="vi"'),
        "not its own",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_inspection_names(what: str) -> None:
    good = made(Text(text="Lao động di cư có quyền."))
    text = with_links(page(good), PAGES, FILES, index="../index.html").decode()
    assert inspect_html(text.encode(), good, profile("vi")) == ()
    change, message = BROKEN[what]
    assert change(text) != text
    assert any(message in f.message for f in inspect_html(change(text).encode(), good, profile("vi")))


def test_a_page_of_unknown_origin_is_inspected_as_far_as_it_goes() -> None:
    found = inspect_html(b"<html><body><p>Hi</p><script src=x.js></script>", None, profile("vi"))
    assert {f.check for f in found} >= {
        "inspection.language",
        "inspection.title",
        "inspection.active",
        "inspection.loads",
    }
    assert not any(f.severity == "block" for f in found)


def test_an_image_is_no_wider_than_a_fine_screen_shows_it() -> None:
    noise = Image.effect_noise((3000, 600), 60)
    out = io.BytesIO()
    noise.save(out, "PNG")
    content = (Text(text="Ảnh "), Placeholder(id=1, kind="image", ref="a.png", alt="Biểu đồ"))
    localized = made(*content).localized
    document = localized.document.model_copy(update={"resources": (Resource(name="a.png", data=out.getvalue()),)})
    wide = made(*content).model_copy(update={"localized": localized.model_copy(update={"document": document})})
    image = tree(page(wide)).find(".//img")
    data = base64.b64decode(image.get("src").removeprefix("data:image/png;base64,"))
    assert Image.open(io.BytesIO(data)).size == (1360, 272)
    assert image.get("alt") == "Biểu đồ"


def test_the_page_wears_what_the_template_does() -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 100), "#1b4d6b").save(out, "PNG")
    logo = picture(Resource(name="logo.png", data=out.getvalue()))
    design = TEMPLATE.design.model_copy(update={"logo": Logo(file="logo.png", decorative=True), "title_band": True})
    dressed = TEMPLATE.model_copy(update={"design": design, "pictures": {"logo": logo}})
    root = tree(render_html(made(Text(text="x")), dressed, profile("vi"), find_fonts(), IMPRINT))
    assert root.find(".//p[@class='logo']/img").get("alt") == ""
    assert root.find(".//h1").get("class") == "band"


def test_a_word_that_the_labels_lack_is_named() -> None:
    labels = {key: label for key, label in TEMPLATE.labels.items() if key != "skip"}
    with pytest.raises(RenderError, match="no label 'skip' in vi"):
        render_html(
            made(Text(text="x")), TEMPLATE.model_copy(update={"labels": labels}), profile("vi"), find_fonts(), IMPRINT
        )


@pytest.mark.needs("chromium")
def test_in_a_browser_every_language_fits_a_small_screen_in_its_own_fonts(tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for tag in TARGETS:
            place = tmp_path / f"{tag}.html"
            place.write_bytes(with_links(page(edition(tag), tag), PAGES, FILES, index="../index.html"))
            opened = browser.new_page(viewport={"width": 320, "height": 640})
            told: list[str] = []
            opened.on("console", lambda message, told=told: told.append(message.text))
            opened.on("request", lambda request, told=told: told.append(request.url))
            opened.goto(place.as_uri())
            opened.evaluate("document.fonts.ready")
            assert opened.evaluate("document.documentElement.scrollWidth") <= 320, tag
            session = opened.context.new_cdp_session(opened)
            session.send("DOM.enable")
            session.send("CSS.enable")
            root = session.send("DOM.getDocument")["root"]["nodeId"]
            for node in session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "body *"})["nodeIds"]:
                fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
                assert all(f["isCustomFont"] for f in fonts), (tag, fonts)
            assert [t for t in told if not t.startswith(("file:", "data:"))] == [], tag
            opened.keyboard.press("Tab")
            assert opened.evaluate("document.activeElement.className") == "skip"
            opened.close()
        browser.close()


def test_the_imprint_names_contact_and_address() -> None:
    hrefs = [a.get("href") for a in tree(page(made(Text(text="Quyền")))).findall(".//footer//a")]
    assert hrefs == ["mailto:info@example.org", "https://example.org/reports"]
