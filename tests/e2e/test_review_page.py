"""The review page in a real Chromium against a real server: lost connections, two windows, no script, a phone, the end."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pubpipe import pipeline
from pubpipe.pipeline import open_workspace
from pubpipe.server import down, runs, up_in_background
from pubpipe.server.here import review_address
from tests.e2e.test_review_in_browser import PATIENCE, free_port

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.slow]

SETTINGS = """
[project]
name = "Review page"
publisher = "House"
languages = ["km", "vi", "lo", "ja"]

[engines]
chain = ["pseudo"]

[review]
self_approval = true
"""
SOURCE = r"""# Water and work

The law of 2019 protects **migrant workers** in 3 provinces.

- Nobody pays \<script>alert(1)\</script> \!\[x](http://198.51.100.7/x.png) a fee.

| Year | Fee |
|------|-----|
| 2019 | 12  |
"""
TYPED = "ច្បាប់ឆ្នាំ 2019 ការពារ<1>ពលករចំណាកស្រុក</1>ក្នុងខេត្តចំនួន 3។"
LIMIT = 150_000
"""Bytes of a first view, fonts included."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("page")
    (root / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    (root / "water.md").write_text(SOURCE, encoding="utf-8")
    with open_workspace(root) as ws:
        pipeline.register(ws, root / "water.md")
    yield root
    down(root, say=print)


@pytest.fixture(scope="module")
def address(workspace: Path) -> str:
    address = up_in_background(workspace, say=print, port=free_port())
    with open_workspace(workspace) as ws:
        for language in ("km", "vi", "lo"):
            runs.ensure_edition(ws, address, "water", language)
    return address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield browser
        browser.close()


class Window:
    """One browser of its own, on the review page of one language."""

    def __init__(self, browser: Any, address: str, language: str, **more: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **more)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.trouble: list[str] = []
        self.page.on("pageerror", lambda e: self.trouble.append(f"script: {e}"))
        self.page.on("dialog", lambda d: self.trouble.append(f"dialog: {d.message}"))
        self.page.on("console", lambda m: self.trouble.append(m.text) if "Content Security" in m.text else None)
        home = (address, "data:", "blob:")
        self.page.on("request", lambda r: None if r.url.startswith(home) else self.trouble.append(r.url))
        self.address = review_address(address, "water", language)

    def open(self) -> Any:
        self.page.goto(self.address)
        self.page.locator("#answer").wait_for()
        return self.page

    def box(self, number: int) -> Any:
        return self.page.locator(f"#t{number}")

    def says(self, words: str) -> None:
        self.page.locator("#status", has_text=words).wait_for()

    def fetched(self, link: Any) -> bytes:
        """What a link leads to."""
        return bytes(self.page.request.get(self.address.partition("/pubpipe")[0] + link.get_attribute("href")).body())

    def decide(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def shows(self, words: str) -> None:
        """Until the page has these words; what it has instead goes into the failure."""
        try:
            self.page.get_by_text(words).first.wait_for()
        except Exception as error:
            said = self.page.locator("body").inner_text()
            raise AssertionError(f"{words!r} never came; {self.page.url} says:\n{said}") from error

    def close(self) -> None:
        self.context.close()
        assert self.trouble == []


def waiting(workspace: Path, address: str, language: str) -> None:
    """Until the run of this language waits for its first review."""
    import time

    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with open_workspace(workspace) as ws:
            request = pipeline.next_review(ws, "water", language)
        if request and runs.waiting_run(address, "water", language, request.digest):
            return
        time.sleep(0.5)
    raise AssertionError(f"{language} never waits")


def test_a_reviewer_types_loses_the_connection_is_refused_and_approves_and_an_editor_signs_off(
    workspace: Path, address: str, browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pictures = Path(os.environ.get("PUBPIPE_PICTURES") or tmp_path_factory.mktemp("pictures"))
    waiting(workspace, address, "km")
    window = Window(browser, address, "km")
    page = window.open()
    assert page.locator("#s2 [lang=en]").first.inner_text() == (
        "The law of 2019 protects <1>migrant workers</1> in 3 provinces."
    )
    window.says("All saved")

    # a pause of typing saves; keys tick off and move on
    window.box(2).fill(TYPED)
    window.says("All saved")
    page.keyboard.press("Control+Enter")
    assert page.locator("#progress").inner_text().startswith("1 of")
    assert page.evaluate("document.activeElement.id") == "t3"
    page.keyboard.press("Alt+ArrowUp")
    assert page.evaluate("document.activeElement.id") == "t2"
    window.says("All saved")
    page.reload()
    assert window.box(2).input_value() == TYPED
    page.screenshot(path=pictures / "1-page.png")

    # without a connection it stays in this browser, is seen to, and is sent afterwards; the answer does not go
    window.context.set_offline(True)
    window.box(3).fill("គ្មាននរណាបង់ថ្លៃ")
    window.says("Not saved: no connection")
    page.get_by_label("Your name").fill("Sokha Chan")
    window.decide("Approve")
    window.says("the answer cannot be sent")
    window.context.set_offline(False)
    window.says("All saved")
    other = Window(browser, address, "km")
    other.open()
    assert other.box(3).input_value() == "គ្មាននរណាបង់ថ្លៃ"
    other.close()

    # an answer that does not fit is refused at its sentence, with what was typed
    window.box(2).fill("ច្បាប់ឆ្នាំ 2019")
    window.decide("Approve")
    page.get_by_role("alert").get_by_text("<1> is missing").first.wait_for()
    assert window.box(2).input_value() == "ច្បាប់ឆ្នាំ 2019"
    assert window.box(2).get_attribute("aria-invalid") == "true"
    page.screenshot(path=pictures / "2-refused.png")
    window.box(2).fill(TYPED)
    page.get_by_label("Your name").fill("Sokha Chan")
    window.decide("Approve")
    window.shows("Your answer is with the server.")
    page.locator("h1").wait_for()
    window.shows("sign-off, round 2")

    # the same page signs off: the pages are there, the finding is taken on by name
    page.get_by_role("link", name="The pages").click()
    picture = page.locator("#p1 img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#p1 img').naturalWidth > 500")
    assert window.fetched(page.get_by_role("link", name="The same as PDF")).startswith(b"%PDF")
    for tick in page.get_by_label(re.compile("I take responsibility")).all():
        tick.check()
    page.get_by_label("Your name").fill("Editor in Chief")
    page.screenshot(path=pictures / "3-sign-off.png")
    window.decide("Approve")
    window.shows("every sentence is approved")
    assert window.fetched(page.get_by_role("link", name="water.km.pdf")).startswith(b"%PDF")
    window.close()
    with open_workspace(workspace) as ws:
        assert {d.reviewer for d in ws.store.decisions.all("water", "km")} == {"Sokha Chan", "Editor in Chief"}
        assert any("ពលករចំណាកស្រុក" in str(d.target) for d in ws.store.drafts.all("water", "km").values())


def test_two_windows_never_overwrite_one_another_and_a_stale_page_keeps_what_was_typed(
    workspace: Path, address: str, browser: Any
) -> None:
    waiting(workspace, address, "vi")
    one, two = Window(browser, address, "vi"), Window(browser, address, "vi")
    one.open()
    two.open()
    one.box(3).fill("Không ai trả phí.")
    one.says("All saved")
    two.box(3).fill("Chẳng ai phải trả tiền.")
    two.says("Another window or browser stored another text for sentence 3")
    assert two.page.locator("#s3 .kept").inner_text().startswith("Stored from another window: Không ai trả phí.")
    assert two.box(3).input_value() == "Chẳng ai phải trả tiền."
    two.page.get_by_role("button", name="Keep mine").click()
    two.says("All saved")

    # one approves without having seen it: both texts are shown, nothing is decided
    one.box(3).fill("Không ai trả phí nào.")
    one.says("Another window")
    one.page.get_by_role("button", name="Take this one").click()
    one.says("All saved")
    one.page.get_by_label("Your name").fill("Lan Nguyen")
    one.decide("Approve")
    one.shows("sign-off, round 2")

    # the other page is of an earlier text now: what is typed into it is kept, and stands beside the new text
    two.box(3).fill("Không một ai phải trả tiền.")
    two.says("All saved")
    two.page.get_by_label("Your name").fill("Lan Nguyen")
    two.decide("Approve")
    two.shows("has moved since you opened this page")
    assert two.page.locator("#s3").get_by_text("Không một ai phải trả tiền.").count() == 1
    one.close()
    two.close()
    with open_workspace(workspace) as ws:
        said = [d for d in ws.store.decisions.all("water", "vi") if d.verdict == "approve"]
        assert {d.stage for d in said} == {"language review"}
        assert sum("Chẳng" in str(d.target) for d in ws.store.drafts.all("water", "vi").values()) == 1


def test_the_page_works_without_a_script(workspace: Path, address: str, browser: Any) -> None:
    waiting(workspace, address, "lo")
    window = Window(browser, address, "lo", java_script_enabled=False)
    page = window.open()
    window.box(1).fill("ນ້ຳ ແລະ ວຽກ")
    page.locator("#s1").get_by_label("Read").check()
    page.get_by_role("button", name="Save what I typed").click()
    page.wait_for_load_state()
    assert window.box(1).input_value() == "ນ້ຳ ແລະ ວຽກ"
    assert page.locator("#progress").inner_text().startswith("1 of")
    copied = page.locator(".seg", has=page.locator("p[lang=lo]", has_text="2019")).first
    number = (copied.get_attribute("id") or "")[1:]
    page.get_by_role("button", name="everything").click()
    page.get_by_role("button", name=f"Change sentence {number}", exact=True).click()
    assert window.box(int(number)).input_value() == "2019"
    window.decide("Request changes")
    page.get_by_role("alert").get_by_text("say in the comment what is wrong").wait_for()
    assert window.box(1).input_value() == "ນ້ຳ ແລະ ວຽກ"
    page.get_by_label("Your name").fill("Bounmy")
    page.locator("#comment").fill("ຂ້ອຍຈະເບິ່ງອີກ")
    window.decide("Request changes")
    window.shows("language review, round 2")
    assert page.get_by_text("Bounmy (language review, request changes): ຂ້ອຍຈະເບິ່ງອີກ").count() == 1
    assert window.box(1).input_value() == "ນ້ຳ ແລະ ວຽກ"
    window.close()


PAGES = (("lo", True), ("ja", False))
"""A language, and whether a run waits for its answer."""


def test_the_page_is_light_accessible_and_fits_a_phone(workspace: Path, address: str, browser: Any) -> None:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    with open_workspace(workspace) as ws:
        pipeline.prepare(ws, "water", "ja")  # no run: the page says so, and what to do
    waiting(workspace, address, "lo")
    for scheme, width in (("light", 1280), ("dark", 360)):
        for language, waits in PAGES:
            window = Window(browser, address, language, color_scheme=scheme)
            page = window.page
            page.set_viewport_size({"width": width, "height": 740})
            sizes: dict[str, int] = {}
            session = window.context.new_cdp_session(page)
            session.send("Network.enable")
            session.on("Network.loadingFinished", lambda e, s=sizes: s.update({e["requestId"]: e["encodedDataLength"]}))
            window.open()
            page.wait_for_load_state("networkidle")
            assert 1_000 < sum(sizes.values()) < LIMIT
            assert page.evaluate("document.fonts.size") == 1
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate(axe)
            found = page.evaluate("axe.run()")["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
            if not waits:
                assert page.get_by_text("no run on this server waits").count() == 1
                assert page.locator("code").inner_text() == "pubpipe publish water.md"
                assert page.get_by_role("button", name="Approve").is_disabled()
                window.box(1).fill("水と仕事")
                window.says("All saved")
            window.close()
    window = Window(browser, address, "lo")
    window.page.goto(f"{address}/pubpipe/review/")
    window.page.evaluate(axe)
    assert window.page.evaluate("axe.run()")["violations"] == []
    window.page.get_by_role("link", name=re.compile("Water and work.*Japanese")).click()
    assert window.box(1).input_value() == "水と仕事"
    window.close()
