"""Looks at a finished web page as its readers will: a browser, a screen reader, a search engine."""

from __future__ import annotations

import base64
import io
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from pubpipe.identity import Hash, digest_bytes
from pubpipe.languages import SOURCE, TARGETS, LanguageProfile, extra
from pubpipe.model import Edition, Finding
from pubpipe.renderers.findings import (
    NAMED_AT_MOST,
    as_finding,
    lost_images,
    lost_links,
    lost_text,
    unsafe_links,
    watermark_faults,
    worst_first,
)
from pubpipe.renderers.fonts import NO_GLYPH
from pubpipe.renderers.matter import PREVIEW

HEAVY = 3_000_000
"""Bytes of a page that takes a minute on a slow line (0.4 Mbit/s)."""
_FORBIDDEN = ("script", "iframe", "object", "embed", "applet", "base", "form", "frame")
_LOADING = frozenset(["stylesheet", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "icon"])
_OUTSIDE = re.compile(r"""url\(\s*["']?(?!data:)([^)"']{1,80})|@import\s+([^;]{1,80})""", re.IGNORECASE)
_FONT = re.compile(r'url\("data:font/woff2;base64,([A-Za-z0-9+/=]+)"\)')
_INVISIBLE = ("script", "style", "template", "title", "noscript")


def inspect_html(data: bytes, edition: Edition | None, profile: LanguageProfile) -> tuple[Finding, ...]:
    """What is wrong with a web page, worst first; empty where every reader gets all of it.

    Looked at are: scripts and loads from elsewhere, the text of every unit, language, title, headings, alternative
    texts, table heads, links within and out of the page, the fonts in it, links to the other languages, weight, and
    the watermark (on a `DraftEdition`, on no `ApprovedEdition`). Without an edition (a page of unknown origin) what
    only the edition tells is left out. Severity "block": must not be published.
    """
    root = _parsed(data)
    if root is None:
        return (_UNREADABLE,)
    found = list(_faults(root, data, profile, ours=edition is not None))
    if edition is not None:
        document = edition.localized.document
        found += lost_text(document, shown(root))
        found += _alternatives(root, profile)
        banners = ["".join(map(str, e.itertext())) for e in root.iter("aside") if e.get("class") == "draft"]
        found += watermark_faults(edition, [1] if any(PREVIEW in words for words in banners) else [], 1, "page")
        found += lost_links(document, _addresses(root))
        found += lost_images(document, len(root.findall(".//main//img")), vector=True)
        if edition.edition_hash not in _meta(root, "dcterms.identifier"):
            found.append(as_finding("edition", "block", "the page does not name the edition that it was made from"))
    return worst_first(found)


def inspect_index(data: bytes, is_there: Callable[[str], bool], address: str = "") -> tuple[Finding, ...]:
    """What is wrong with a page that leads to publications, worst first: no approved text stands in it, and yet every
    reader comes by here.

    As `inspect_html` of a page of ours, and: links lead to files that are there, and stand under the language of the
    file. `is_there` is asked for a path from the page's own folder; `address` is that folder on the web, where links
    between languages are whole addresses.
    """
    root = _parsed(data)
    if root is None:
        return (_UNREADABLE,)
    found = [*_faults(root, data, SOURCE, ours=True), *_languages(root)]
    for href in dict.fromkeys(str(e.get("href") or "") for e in root.iter("a", "link")):
        rest = href.removeprefix(address)
        if href.startswith("#") or _ADDRESS.match(rest):
            continue
        if not rest or rest.startswith("/") or not is_there(posixpath.normpath(unquote(rest))):
            found.append(as_finding("links", "block", f"a link leads to “{href[:80]}”, where no file is"))
    return worst_first(found)


_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNREADABLE = as_finding("file", "block", "the file cannot be read as a web page in UTF-8")


def _parsed(data: bytes) -> Any:
    """The page's root; None for what no browser would show as a page."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        return html.document_fromstring(data.decode("utf-8"), parser=parser)
    except (UnicodeDecodeError, etree.ParserError, etree.XMLSyntaxError, ValueError):
        try:
            return html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            return None


def _faults(root: Any, data: bytes, profile: LanguageProfile, *, ours: bool) -> Iterator[Finding]:
    """What can be wrong with any page, whatever stands in it."""
    yield from (*_identity(root, profile), *_active(root, ours=ours), *_structure(root), *_fonts(root, ours=ours))
    if len(data) > HEAVY:
        yield as_finding("weight", "warning", f"the page has {len(data) / 1e6:.1f} MB: slow on a phone")
    yield from unsafe_links(_addresses(root))


def _addresses(root: Any) -> list[str]:
    return [a for e in root.iter("a") if (a := e.get("href")) and _ADDRESS.match(a)]


def _languages(root: Any) -> Iterator[Finding]:
    """Languages that nobody knows, and links under another language than that of the file: a screen reader would speak
    its title with the wrong voice."""
    known = {SOURCE.tag, *TARGETS, *extra()}
    named = {str(e.get(name)) for e in root.iter() for name in ("lang", "hreflang") if e.get(name)}
    for tag in sorted(named - known - {"x-default"}):
        yield as_finding("language", "error", f"the page names the language “{tag}”, which nobody knows")
    for link in root.iter("a"):
        target = link.get("hreflang")
        here = next((e.get("lang") for e in (link, *link.iterancestors()) if e.get("lang")), "")
        if target and target != here:
            where = f"the link to “{str(link.get('href'))[:80]}”"
            yield as_finding("language", "error", f"{where} in {target} stands in words marked as {here or 'nothing'}")


def shown(root: Any) -> str:
    """The text of the page in reading order, blocks a line each, without navigation and what is hidden."""
    out: list[str] = []

    def walk(element: Any) -> None:
        if not isinstance(element.tag, str) or element.tag in (*_INVISIBLE, "nav") or element.get("aria-hidden"):
            return
        if element.get("role") in ("doc-noteref", "doc-backlink"):
            return
        out.append(element.text or "")
        for child in element:
            walk(child)
            out.append(child.tail or "")
        if _BLOCK.fullmatch(element.tag):
            out.append("\n")

    body = root.find("body")
    walk(body if body is not None else root)
    return "".join(out)


_BLOCK = re.compile("p|h[1-6]|li|td|th|caption|figcaption|pre|br|hr|blockquote|div|section")


def _identity(root: Any, profile: LanguageProfile) -> Iterator[Finding]:
    language = root.get("lang", "")
    if language.split("-", maxsplit=1)[0].lower() != profile.tag.split("-")[0]:
        yield as_finding("language", "error", f"the page says that its language is “{language}”, not “{profile.tag}”")
    title = root.find(".//title")
    if title is None or not (title.text or "").strip():
        yield as_finding("title", "error", "the page has no title")
    if root.find(".//meta[@charset]") is None and "charset" not in "".join(
        str(m.get("content", "")).lower() for m in root.iter("meta")
    ):
        yield as_finding("encoding", "error", "the page does not say that it is UTF-8")
    if not _meta(root, "viewport"):
        yield as_finding("viewport", "error", "the page does not fit itself to a phone (no viewport)")


def _active(root: Any, *, ours: bool) -> Iterator[Finding]:
    """What runs, and what is fetched from elsewhere."""
    severity: Any = "block" if ours else "warning"
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _FORBIDDEN:
            yield as_finding("active", severity, f"the page has a <{element.tag}>")
        for name in element.attrib:
            if str(name).lower().startswith("on"):
                yield as_finding("active", severity, f"<{element.tag}> runs a script ({name})")
        for name in ("src", "srcset", "poster", "data", "background"):
            place = str(element.get(name) or "")
            if place and not place.startswith("data:"):
                yield as_finding("loads", severity, f"<{element.tag}> loads “{place[:80]}”")
        if element.tag == "link" and _LOADING & set(str(element.get("rel") or "").lower().split()):
            yield as_finding("loads", severity, f"the page loads “{str(element.get('href'))[:80]}”")
        if element.tag == "meta" and str(element.get("http-equiv") or "").lower() == "refresh":
            yield as_finding("active", severity, "the page sends its reader elsewhere")
    style = "\n".join([e.text or "" for e in root.iter("style")] + [e.get("style") or "" for e in root.iter()])
    for match in _OUTSIDE.finditer(style):
        yield as_finding("loads", severity, f"the style sheet loads “{(match[1] or match[2]).strip()}”")


def _structure(root: Any) -> Iterator[Finding]:
    headings = [e for e in root.iter("h1", "h2", "h3", "h4", "h5", "h6") if "".join(e.itertext()).strip()]
    levels = [int(e.tag[1]) for e in headings]
    if levels.count(1) != 1:
        yield as_finding("headings", "error", f"the page has {levels.count(1)} headings of the first level, not one")
    for before, after in pairwise(levels):
        if after > before + 1:
            yield as_finding("headings", "error", f"a heading of level {after} follows one of level {before}")
            break
    if root.find(".//main") is None:
        yield as_finding("landmarks", "error", "a screen reader cannot jump to the text: there is no <main>")
    nameless = sum(1 for image in root.iter("img") if image.get("alt") is None)
    if nameless:
        yield as_finding("alt", "error", f"{nameless} images have no alternative text")
    scopes = ("col", "row", "colgroup", "rowgroup")
    headless = sum(1 for cell in root.iterfind(".//th") if cell.get("scope") not in scopes)
    if headless:
        yield as_finding("tables", "error", f"{headless} heads of tables do not say what they head (scope)")
    names = Counter(i for e in root.iter() if (i := e.get("id")))
    for name, count in sorted(names.items()):
        if count > 1:
            yield as_finding("links", "error", f"{count} places of the page have the name “{name}”")
    for target in sorted({h[1:] for a in root.iter("a") if (h := a.get("href") or "").startswith("#")} - set(names)):
        yield as_finding("links", "error", f"a link leads to “#{target}”, which is not in the page")
    for link in root.iter("a"):
        if not "".join(link.itertext()).strip() and not link.get("aria-label") and link.find(".//img[@alt]") is None:
            yield as_finding("links", "error", "a link has no words")
            break


def _fonts(root: Any, *, ours: bool) -> Iterator[Finding]:
    """Characters that none of the page's own fonts has: each reader's machine shows something else, or nothing."""
    held = [m for e in root.iter("style") for m in _FONT.findall(e.text or "")]
    if not held:
        if ours:
            yield as_finding("fonts", "block", "the page holds no font: what is read depends on each machine")
        return
    have: set[int] = set()
    for encoded in held:
        have |= _characters(digest_bytes(encoded.encode()), encoded)
    lacking = Counter(c for c in shown(root) if not c.isspace() and ord(c) not in NO_GLYPH and ord(c) not in have)
    for character, count in sorted(lacking.items())[:NAMED_AT_MOST]:
        where = f"U+{ord(character):04X} “{character}” stands {count} times in the page, and no font of it has it"
        yield as_finding("glyphs", "block" if ours else "warning", where)


@lru_cache(maxsize=64)
def _characters(_hash: Hash, encoded: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(io.BytesIO(base64.b64decode(encoded)), lazy=True) as font:
            return frozenset(font.getBestCmap())
    except (TTLibError, ValueError, ImportError):
        return frozenset()


def _alternatives(root: Any, profile: LanguageProfile) -> Iterator[Finding]:
    """hreflang: each language once, this one among them, and a page for readers of none of them."""
    tags = [str(e.get("hreflang")) for e in root.iter("link") if e.get("rel") == "alternate"]
    if not tags:
        return  # a page before its links are put in
    if "x-default" not in tags:
        yield as_finding("hreflang", "error", "the page names no place for readers of other languages (x-default)")
    if len(set(tags)) != len(tags):
        yield as_finding("hreflang", "error", "the page names a language twice")
    if len(tags) > 1 and profile.tag not in tags:
        yield as_finding("hreflang", "error", "the page names other languages and not its own")


def _meta(root: Any, name: str) -> str:
    return "".join(str(e.get("content") or "") for e in root.iter("meta") if e.get("name") == name)


__all__ = ["inspect_html", "inspect_index", "shown"]
