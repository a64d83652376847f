"""An HTML page to a `SourceDocument`: what a browser would show, without what it would run or fetch."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

from pubpipe.errors import SourceError
from pubpipe.model import Finding, SourceDocument, plain
from pubpipe.readers import base, pandoc
from pubpipe.readers.images import from_folder
from pubpipe.readers.markdown import decode

NAME = "html/2"
EXTENSIONS: tuple[str, ...] = (".html", ".htm", ".xhtml")

FORMAT = "html-smart-raw_html-raw_tex-auto_identifiers-native_divs-native_spans+native_divs+native_spans"

_SILENT = ("script", "style", "template", "link", "meta", "base", "noscript")
"""Elements without words of the page; noscript is what a browser does not show."""
_LOST = {
    "iframe": "an embedded page",
    "object": "an embedded object",
    "embed": "an embedded object",
    "applet": "an embedded object",
    "video": "a video",
    "audio": "a sound",
    "canvas": "a drawing made by a script",
    "svg": "a drawing in the page (SVG)",
    "math": "a formula (MathML)",
    "form": "a form",
    "input": "a form field",
    "select": "a form field",
    "textarea": "a form field",
    "button": "a button",
}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CAPTION = re.compile(r"(?<![\w-])(wp-caption-text|msocaption|(figure-)?caption)(?![\w-])", re.IGNORECASE)
"""Classes of captions: WordPress's, Word's, and the plain word."""
_BLOCK_NAMES = """
    address article aside blockquote body br caption dd details div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())


def read(data: bytes, folder: Path | None = None) -> SourceDocument:
    """The document in an HTML page; images come from `folder`, never from the network."""
    from lxml import etree
    from lxml import html as lxml_html

    text = _characters(data)
    base.check_length(len(text))
    if re.search(r"<!ENTITY", text[:100_000], re.IGNORECASE):
        raise SourceError("the page declares XML entities; it is not read.", remedy="Save it again from a browser.")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    root: Any
    try:
        root = lxml_html.document_fromstring(text, parser=lxml_html.HTMLParser(no_network=True, huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise SourceError("the page has no content.", remedy="Give a page with text.") from error
    base.check_depth(root)
    findings, omitted = _strip(root)
    expected = _paragraphs(root)
    title_element = root.find(".//head/title")
    page_title = " ".join((title_element.text_content() if title_element is not None else "").split())
    metadata = _metadata(root)
    parts = pandoc.convert(
        pandoc.tree(lxml_html.tostring(root, encoding="utf-8"), FORMAT),
        partial(from_folder, folder=folder),
        captions=[p.text_content() for p in root.iter("p", "div") if _CAPTION.search(p.get("class") or "")],
    )
    parts = base.replace(
        parts,
        title=None,
        authors=tuple(filter(None, (metadata.get("author", ""),))),
        date=base.parse_date(metadata.get("date", "")),
        findings=(*findings, *(f for f in parts.findings if f.check != "reader.metadata")),
        metadata={"lang": root.get("lang") or ""},
    )
    document = base.assemble(parts, data=data, reader=NAME)
    if page_title and document.title is None:
        parts = base.replace(parts, title=base.text(page_title))
        document = base.assemble(parts, data=data, reader=NAME)
    elif page_title and document.title and base.letters(page_title) != base.letters(plain(document.title.content)):
        note = base.found("title", "info", f"the page's window title is not printed: {base.words(page_title)}")
        document = document.model_copy(update={"findings": (*document.findings, note)})
    lost = base.missing(expected, document, omitted)
    return document.model_copy(update={"findings": (*document.findings, *lost)})


def _characters(data: bytes) -> str:
    """The page's characters, by byte-order mark, declared charset or UTF-8."""
    declared = re.search(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", data[:4096], re.IGNORECASE)
    if declared is None:
        declared = re.search(rb"""^\s*<\?xml[^>]+encoding=["']([A-Za-z0-9_-]+)""", data[:200])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:3] == b"\xef\xbb\xbf" or name in ("utf-8", "utf8", "utf-16"):
        return decode(data)
    # HTML reads Latin-1 as windows-1252 (WHATWG Encoding Standard, 4.2)
    name = "cp1252" if name in ("iso-8859-1", "latin1", "us-ascii", "ascii") else name
    try:
        return data.decode(name)
    except LookupError:
        raise SourceError(f"the page names an unknown character set ({name}).", remedy="Save it as UTF-8.") from None
    except UnicodeDecodeError as error:
        raise SourceError(
            f"the page is not valid {name}, which it says it is: byte {error.start}.", remedy="Save it as UTF-8."
        ) from error


def _strip(root: Any) -> tuple[list[Finding], list[str]]:
    """Take out what a page runs, hides or embeds; say what that was."""
    findings: list[Finding] = []
    omitted: list[str] = []
    for element in list(root.iter()):
        if element.getparent() is None or element is root:
            continue
        if not isinstance(element.tag, str):
            _drop(element)
            continue
        tag = element.tag.lower()
        hidden = "hidden" in element.attrib or _HIDDEN.search(element.get("style", ""))
        said = " ".join(element.text_content().split())
        if tag in _SILENT:
            if tag not in ("meta", "link"):
                _drop(element)
        elif hidden and tag != "body":
            if said:
                omitted.append(said)
                findings.append(base.found("hidden", "warning", f"hidden text is not carried: {base.words(said)}"))
            _drop(element)
        elif tag in _LOST:
            shown = said or element.get("title") or element.get("value") or element.get("src") or ""
            what = _LOST[tag]
            if tag == "form":
                # its words are words of the page: they stay, its fields are named one by one
                findings.append(base.found("form", "block", f"{what} cannot be filled in on paper: {base.words(said)}"))
                continue
            if tag == "input" and element.get("type") == "hidden":
                _drop(element)
                continue
            findings.append(
                base.found("embedded", "block", f"{what} is not carried: {base.words(shown)} {_near(element)}".strip())
            )
            omitted.append(said)
            if tag in ("button", "object", "textarea"):
                element.drop_tag()
                omitted.pop()
            else:
                _drop(element)
    return findings, omitted


def _near(element: Any) -> str:
    before = element.getprevious() if element.getprevious() is not None else element.getparent()
    said = " ".join(before.text_content().split()) if before is not None and isinstance(before.tag, str) else ""
    return f"(near {base.words(said)})" if said else ""


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _paragraphs(root: Any) -> list[str]:
    """The page's text, cut where a block begins or ends: what has to arrive."""
    from lxml import etree

    body = root.find("body")
    out: list[list[str]] = [[]]
    for event, element in etree.iterwalk(body if body is not None else root, events=("start", "end")):
        if element.tag in _BLOCKS:
            out.append([])
        text = element.text if event == "start" else (element.tail if element is not body else None)
        if text:
            out[-1].append(text)
    return ["".join(parts) for parts in out]


def _metadata(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in root.iterfind(".//meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        value = " ".join((meta.get("content") or "").split())
        for wanted, names in (
            ("author", ("author", "dc.creator", "dcterms.creator", "article:author")),
            ("date", ("date", "dc.date", "dcterms.date", "dcterms.issued", "article:published_time")),
        ):
            if name in names and value:
                found.setdefault(wanted, value)
    return found
