"""An HTML page to a `SourceDocument`: what a browser would show, without what it would run or fetch."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

from pubpipe.errors import SourceError
from pubpipe.model import Finding, SourceDocument, plain, quoted
from pubpipe.readers import base, footnotes, pandoc, wordlists
from pubpipe.readers.captions import label
from pubpipe.readers.images import from_folder
from pubpipe.readers.markdown import decode

NAME = "html/3"
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
_CAPTION = re.compile(r"(?<![\w-])(wp-caption-text|msocaption|(fig(ure)?-?)?caption)(?![\w-])", re.IGNORECASE)
"""Classes of captions: WordPress's, Word's, and the plain word."""
_QUOTE = re.compile(r"(?<![\w-])(mso(intense)?quote|(block)?quot(e|ation)s?)(?![\w-])", re.IGNORECASE)
_TITLE_BLOCK = re.compile(r"(?<![\w-])(?:mso)?(title|subtitle|author|date)(?![\w-])", re.IGNORECASE)
"""Classes of the title block: pandoc's, Word's and LibreOffice's styles."""
_LEAVES = ("p", "h1", "h2", "h3", "h4", "h5", "h6")
_FORMATS = ("i", "em", "b", "strong", "u")
_WIDTH = re.compile(r"(?:^|;)\s*width\s*:\s*([\d.]+(?:%|in|cm|mm|pt|px))", re.IGNORECASE)
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
    notes = footnotes.linked(root)
    entries = wordlists.entries(root)
    expected = _paragraphs(root)
    omitted += footnotes.gather(root, notes)
    wordlists.build(entries)
    _numbers(root)
    _quotes(root)
    _formats(root)
    title_element = root.find(".//head/title")
    page_title = " ".join((title_element.text_content() if title_element is not None else "").split())
    metadata = _metadata(root)
    opening = _opening(root, page_title, metadata["author"])
    parts = pandoc.convert(
        pandoc.tree(lxml_html.tostring(root, encoding="utf-8"), FORMAT),
        partial(from_folder, folder=folder),
        captions=[p.text_content() for p in root.iter("p", "div") if _CAPTION.search(p.get("class") or "")],
    )
    parts = base.replace(
        parts,
        title=None,
        authors=metadata["author"],
        date=next(filter(None, map(base.parse_date, metadata["date"])), None),
        findings=(*findings, *(f for f in parts.findings if f.check != "reader.metadata")),
        metadata={"lang": root.get("lang") or ""},
    )
    parts = base.with_title_block(parts, opening)
    document = base.assemble(parts, data=data, reader=NAME)
    if page_title and document.title is None:
        parts = base.replace(parts, title=base.text(page_title))
        document = base.assemble(parts, data=data, reader=NAME)
    elif page_title and document.title and base.letters(page_title) != base.letters(plain(document.title.content)):
        note = base.found("title", "info", f"the page's window title is not printed: {quoted(page_title)}")
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
                findings.append(base.found("hidden", "warning", f"hidden text is not carried: {quoted(said)}"))
            _drop(element)
        elif tag in _LOST:
            shown = said or element.get("title") or element.get("value") or element.get("src") or ""
            what = _LOST[tag]
            if tag == "form":
                # its words are words of the page: they stay, its fields are named one by one
                findings.append(base.found("form", "block", f"{what} cannot be filled in on paper: {quoted(said)}"))
                continue
            if tag == "input" and element.get("type") == "hidden":
                _drop(element)
                continue
            findings.append(
                base.found("embedded", "block", f"{what} is not carried: {quoted(shown)} {_near(element)}".strip())
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
    return f"(near {quoted(said)})" if said else ""


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


def _metadata(root: Any) -> dict[str, tuple[str, ...]]:
    """What the page's head says of authors and date; LibreOffice writes all authors into one entry."""
    found: dict[str, list[str]] = {"author": [], "date": []}
    for meta in root.iterfind(".//meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        value = " ".join((meta.get("content") or "").split())
        if name in ("author", "dc.creator", "dcterms.creator", "article:author"):
            found["author"] += [a for part in value.split(";") if (a := part.strip())]
        elif name in ("date", "dc.date", "dcterms.date", "dcterms.issued", "article:published_time") and value:
            found["date"].append(value)
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


def _said(element: Any) -> str:
    return " ".join(element.text_content().split())


def _opening(root: Any, page_title: str, authors: tuple[str, ...]) -> list[tuple[str, str]]:
    """The title block at the start of the page: kind ("title", "author" ...) and text of each of its lines.

    They are known by their classes. A page without (LibreOffice writes none for the styles of a Word document) has a
    title block where its first line is the window title, and authors and date follow as its head names them.
    """
    body = root.find("body")
    lines = [e for e in (body if body is not None else root).iter(*_LEAVES) if _said(e)][:12]
    out: list[tuple[str, str]] = []
    for line in lines:
        match = _TITLE_BLOCK.search(line.get("class") or "")
        if match is None:
            break
        _bare(line)
        out.append((match[1].lower(), _said(line)))
    if out or not lines or lines[0].tag != "p" or base.letters(_said(lines[0])) != base.letters(page_title):
        return out
    out.append(("title", _said(lines[0])))
    for place, line in enumerate(lines[1:], 1):
        said = _said(line)
        named = said in authors or base.parse_date(said) is not None
        if line.tag != "p" or (not named and (place > 1 or len(said) > 200)):
            break
        kind = "subtitle" if not named else "author" if said in authors else "date"
        out.append((kind, said))
    if out[-1][0] == "subtitle":
        # a line that neither author nor date follows may be the first of the text
        out.pop()
    for line in lines[: len(out)]:
        _bare(line)
    return out


def _bare(line: Any) -> None:
    """Take off italics, bold and underline that a line has as a whole: they are its style, not its words."""
    element = line
    while len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip():
        child = element[0]
        if child.tag in _FORMATS:
            child.drop_tag()
        elif child.tag in ("font", "span"):
            element = child
        else:
            return


def _formats(root: Any) -> None:
    """Make formats that stand for a style, or stand in one, what pandoc reads: links, captions, image widths."""
    for link in list(root.iter("a")):
        if link.get("href"):
            for line in list(link.iter("u")):
                line.drop_tag()
            around = link.getparent()
            while around is not None and around.tag in ("u", "font", "span") and _said(around) == _said(link):
                upper = around.getparent()
                if around.tag == "u":
                    around.drop_tag()
                around = upper
    for line in [*root.iter("p"), *root.iter("caption"), *root.iter("figcaption")]:
        if line.tag != "p" or _CAPTION.search(line.get("class") or "") or label(_said(line)):
            _bare(line)
    for image in root.iter("img"):
        width = _WIDTH.search(image.get("style") or "")
        if width and not image.get("width"):
            image.set("width", width[1])


def _quotes(root: Any) -> None:
    """Paragraphs in a style for quotations as quotations; those that follow one another are one."""
    last = None
    for line in list(root.iter("p")):
        if not _QUOTE.search(line.get("class") or "") or any(a.tag == "blockquote" for a in line.iterancestors()):
            continue
        before = line.getprevious()
        quote = last if before is not None and before is last and not (last.tail or "").strip() else None
        if quote is None:
            quote = line.makeelement("blockquote")
            line.addprevious(quote)
        line.drop_tree()
        line.tail = None
        quote.append(line)
        last = quote


def _numbers(root: Any) -> None:
    """Numbers that a page gives to single items ("value") as starts of lists, which is where pandoc reads them."""
    for listed in list(root.iter("ol")):
        current, expected = listed, int(listed.get("start")) if _number(listed.get("start")) else 1
        for item in list(listed.iterchildren("li")):
            value = int(item.get("value")) if _number(item.get("value")) else expected
            if value != expected:
                if next(current.iterchildren("li")) is not item:
                    following = current.makeelement("ol", dict(current.attrib))
                    following.tail, current.tail = current.tail, None
                    current.addnext(following)
                    following.extend([item, *item.itersiblings()])
                    current = following
                current.set("start", str(value))
            expected = value + 1


def _number(text: str | None) -> bool:
    return bool(text and re.fullmatch(r"\s*\d{1,6}\s*", text))
