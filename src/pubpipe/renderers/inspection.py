"""Looks at a finished file as its readers will: what is missing, unreadable or wrong in it becomes a finding.

The edition says what has to be there, the file what is. Nothing here knows how the file was made, so that a
mistake of a renderer is found like any other. Pure functions of bytes; no program is started.
"""

from __future__ import annotations

import io
import re
import statistics
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pubpipe.languages import LanguageProfile
from pubpipe.model import Edition, Finding, Severity, plain
from pubpipe.renderers.findings import (
    NAMED_AT_MOST,
    as_finding,
    lost_images,
    lost_links,
    lost_text,
    squeezed,
    unsafe_links,
    watermark_faults,
    worst_first,
)
from pubpipe.renderers.fonts import FAMILIES, NO_GLYPH, FontSet
from pubpipe.renderers.matter import PREVIEW
from pubpipe.renderers.pdf_reading import Box, Font, PageRead, Stray, link_addresses, read_page
from pubpipe.renderers.pictures import is_svg
from pubpipe.renderers.template import Page
from pubpipe.word.package import STRICT

_MOST_TIMES = 1.8
"""How many times as long as those in other languages an edition may be."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLACK = 230
"""Twips that a table may be wider than the text: the margins inside its outer cells (108 on either side), rounded."""
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"


def inspect_pdf(
    data: bytes, edition: Edition | None, profile: LanguageProfile, page: Page | None = None
) -> tuple[Finding, ...]:
    """What is wrong with a PDF, worst first; empty where a reader, a screen reader and a search engine get it all.

    Looked at are: characters without a glyph, text and images off the paper, fonts that are not embedded or not
    ours, the text of every unit, pages without content, the language, tags, title and standards, the watermark (on
    every page of a `DraftEdition`, on none of an `ApprovedEdition`), links (where they lead, and that places inside
    the file are there) and images (all there, upright, not in CMYK). With the template's `page`, that nothing
    reaches into the margins. Without an edition (a file of unknown origin) what only the edition tells is left
    out. Severity "block": must not be published.
    """
    import pikepdf

    try:
        pdf = pikepdf.open(io.BytesIO(data))
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        what = "is locked by a password" if isinstance(error, pikepdf.PasswordError) else "cannot be read as PDF"
        return (as_finding("file", "block", f"the file {what}"),)
    with pdf:
        fonts: dict[tuple[int, int], Font] = {}
        frame, slack = _frame(page, profile)
        pages = [read_page(each, fonts, frame, slack) for each in pdf.pages]
        found = [*_glyphs(pages), *_fonts(fonts.values(), ours=edition is not None)]
        found += [*_overflow(pages, edition), *_empty(pages)]
        found += _identity(pdf, profile, ours=edition is not None)
        addresses = link_addresses(pdf)
        found += [*unsafe_links(addresses), *_inner_links(pdf), *_image_faults(pages)]
        if edition is not None:
            document = edition.localized.document
            found += lost_text(document, _reading_order(pdf, pages))
            drafts = [number for number, page in enumerate(pages, 1) if squeezed(PREVIEW) in squeezed(page.all)]
            found += watermark_faults(edition, drafts, len(pages), "page")
            found += lost_links(document, addresses)
            found += lost_images(document, sum(len(page.images) for page in pages))
    return worst_first(found)


def inspect_docx(
    data: bytes, edition: Edition | None, profile: LanguageProfile, fonts: FontSet | None = None
) -> tuple[Finding, ...]:
    """What is wrong with a Word document, worst first; as `inspect_pdf`, and: parts that are missing or broken, runs
    that leave the font to chance, tables and images wider than their room, images that cannot be read. With
    `fonts`, that the font which a run names has every character of it.
    """
    from lxml import etree

    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        if _STRICT in parts["word/document.xml"]:
            for old, new in STRICT:
                parts |= {n: part.replace(old, new) for n, part in parts.items() if n.endswith((".xml", ".rels"))}
        trees = {n: etree.fromstring(part, parser) for n, part in parts.items() if n.endswith((".xml", ".rels"))}
        body = trees["word/document.xml"]
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, EOFError, ValueError, RuntimeError):
        return (as_finding("file", "block", "the file cannot be read as a Word document"),)
    found = list(_parts(trees, set(parts)))
    found += _word_fonts(trees, profile, fonts, ours=edition is not None)
    found += _word_language(trees, profile)
    targets = [
        str(r.get("Target"))
        for name, tree in trees.items()
        if name.endswith(".rels")
        for r in tree
        if str(r.get("Type", "")).endswith("/hyperlink") and r.get("TargetMode") == "External"
    ]
    found += unsafe_links(targets)
    found += [*_word_places(trees), *_too_wide(body), *_word_images(parts, trees)]
    if edition is not None:
        document = edition.localized.document
        shown = "\n".join(_word_text(trees[n]) for n in ("word/document.xml", "word/footnotes.xml") if n in trees)
        found += lost_text(document, shown)
        headers = sorted(n for n in trees if re.fullmatch(r"word/header\d+\.xml", n))
        marked = [n for n, name in enumerate(headers, 1) if PREVIEW.encode() in parts[name]]
        found += watermark_faults(edition, marked, len(headers), "header")
        found += lost_links(document, targets)
        found += lost_images(document, sum(1 for _ in body.iter(f"{_W}drawing")) + _drawings(trees), vector=True)
    return worst_first(found)


def page_count(data: bytes) -> int:
    """The pages of a PDF."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)


def compare_lengths(pages: Mapping[str, int]) -> tuple[Finding, ...]:
    """Editions that are far longer or shorter than those in the other languages: text may be missing or there twice.

    `pages` is language to number of pages, three languages at least. The same text takes 5 pages in Japanese where
    it takes 8 in Burmese (measured on the example publication): a warning begins beyond that.
    """
    found = []
    for language, count in sorted(pages.items()):
        others = [n for tag, n in pages.items() if tag != language]
        if len(others) < 2:
            continue
        usual = statistics.median(others)
        if abs(count - usual) >= 2 and not usual / _MOST_TIMES <= count <= usual * _MOST_TIMES:
            message = f"the edition in {language} has {count} pages, the others have about {usual:g}"
            found.append(as_finding("length", "warning", message))
    return tuple(found)


# --- PDF -----------------------------------------------------------------------------------------------------------


def _reading_order(pdf: Any, pages: list[PageRead]) -> str:
    """The text as the structure tree gives it to a screen reader, without the table of contents."""
    import pikepdf

    texts = {page.key: page.marked for page in pages}
    out: list[str] = []

    def walk(node: Any, page: tuple[int, int] | None) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child, page)
        elif isinstance(node, pikepdf.Dictionary):
            if node.get("/S") == "/TOC":
                return
            page = node.Pg.objgen if "/Pg" in node else page
            if "/MCID" in node and page in texts:
                out.append(texts[page].get(int(node.MCID), ""))
            elif "/K" in node:
                walk(node.K, page)
        elif isinstance(node, int) and page in texts:
            out.append(texts[page].get(node, ""))

    walk(pdf.Root.get("/StructTreeRoot", pikepdf.Dictionary()), None)
    return "\n".join(out)


def _glyphs(pages: list[PageRead]) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        if page.lacks:
            yield as_finding(
                "glyphs", "block", f"page {number} shows a character that its font lacks, after “{page.missing}”"
            )


def _frame(page: Page | None, profile: LanguageProfile) -> tuple[Box | None, float]:
    """Where text may stand, in points, and how far beyond it may hang: East Asian punctuation hangs by one letter."""
    if page is None:
        return None, 0.0
    points = 72 / 25.4
    box = Box(
        page.margin_side * points,
        page.margin_bottom * points,
        (page.width - page.margin_side) * points,
        (page.height - page.margin_top) * points,
    )
    return box, profile.typesetting.size + 1.5 if profile.word_class == "east-asian" else 6.0


def _overflow(pages: list[PageRead], edition: Edition | None) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        if (stray := page.off_page) is not None:
            yield as_finding("overflow", "block", f"on page {number} {_what(stray, edition)} stands off the page")
        elif (stray := page.off_frame) is not None:
            where = f"reaches {stray.by:.0f} pt into the margin"
            yield as_finding("overflow", "error", f"on page {number} {_what(stray, edition)} {where}")


def _what(stray: Stray, edition: Edition | None) -> str:
    if not stray.text:
        return "an image"
    return f"the text “{stray.text.strip()}”{_unit_at(edition, stray.context)}"


def _unit_at(edition: Edition | None, context: str) -> str:
    """ " of the paragraph b12", where the last words of the context are found in one and no other; else nothing."""
    words = squeezed(context)
    units = edition.localized.document.units() if edition is not None else ()
    texts = [(unit, squeezed(plain(unit.content))) for unit in units if unit.role != "alt"]
    for length in range(len(words), min(5, len(words)) - 1, -1):
        found = {f" of the {unit.role} {unit.id}" for unit, text in texts if length and words[-length:] in text}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _image_faults(pages: list[PageRead]) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        if any(not image.upright for image in page.images):
            yield as_finding("images", "error", f"an image on page {number} is mirrored or stands on its head or side")
        if any(image.cmyk for image in page.images):
            yield as_finding("images", "error", f"an image on page {number} is in CMYK: screens show its colours wrong")


def _fonts(fonts: Any, *, ours: bool) -> Iterator[Finding]:
    families = tuple(sorted((f.replace(" ", "") for f in FAMILIES), key=len, reverse=True))
    for font in sorted({f[:2] for f in fonts}):
        name, embedded = font
        if not embedded:
            yield as_finding("fonts", "block", f"font {name} is not embedded: every reader sees another one")
        elif ours and re.split(r"[-,]|Identity", name)[0].removesuffix("Regular") not in families:
            yield as_finding("fonts", "block", f"font {name} is none of the publication's")


def _empty(pages: list[PageRead]) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        if not page.content:
            yield as_finding("pages", "error", f"page {number} is empty")
    if not pages:
        yield as_finding("pages", "block", "the file has no page")


def _identity(pdf: Any, profile: LanguageProfile, *, ours: bool) -> Iterator[Finding]:
    language = str(pdf.Root.get("/Lang", ""))
    if language.split("-", maxsplit=1)[0].lower() != profile.tag.split("-")[0]:
        yield as_finding("language", "error", f"the file says that its language is “{language}”, not “{profile.tag}”")
    if not bool(pdf.Root.get("/MarkInfo", {}).get("/Marked", False)):
        yield as_finding("tags", "error", "the file is not tagged: a screen reader cannot follow it")
    with pdf.open_metadata() as metadata:
        if not str(metadata.get("dc:title", "") or "").strip():
            yield as_finding("title", "error", "the file has no title")
        if ours and (metadata.pdfa_status != "2A" or str(metadata.get("pdfuaid:part", "")) != "1"):
            yield as_finding("standards", "error", "the file does not say that it is PDF/A-2a and PDF/UA-1")


def _inner_links(pdf: Any) -> Iterator[Finding]:
    """Links and bookmarks that lead to a place in the file which is not there."""
    pages = {page.obj.objgen for page in pdf.pages}
    known = _named_places(pdf)
    lost: Counter[str] = Counter()
    for number, page in enumerate(pdf.pages, 1):
        for annotation in page.obj.get("/Annots", []):
            if annotation.get("/Subtype") == "/Link" and not _leads(annotation, pages, known):
                lost[f"a link on page {number}"] += 1
    seen: set[tuple[int, int]] = set()
    waiting = [pdf.Root.get("/Outlines", {}).get("/First")]
    while waiting:
        entry = waiting.pop()
        if entry is None or entry.objgen in seen:
            continue
        seen.add(entry.objgen)
        waiting += [entry.get("/First"), entry.get("/Next")]
        if not _leads(entry, pages, known):
            lost[f"the bookmark “{str(entry.get('/Title', ''))[:40]}”"] += 1
    for what, _ in lost.most_common(NAMED_AT_MOST):
        yield as_finding("links", "error", f"{what} leads to a place that is not in the file")


def _leads(entry: Any, pages: set[tuple[int, int]], known: frozenset[str]) -> bool:
    """Whether a link or bookmark leads out of the file, or to a page or a name of it."""
    import pikepdf

    action = entry.get("/A")
    place = entry.get("/Dest")
    if place is None and action is not None and action.get("/S") == "/GoTo":
        place = action.get("/D")
    if place is None:
        return action is not None  # another action: judged by its address
    if isinstance(place, pikepdf.Array):
        return len(place) > 0 and getattr(place[0], "objgen", None) in pages
    return str(place).lstrip("/") in known


def _named_places(pdf: Any) -> frozenset[str]:
    """The named destinations (ISO 32000-1, 12.3.2.3)."""
    found = {str(name).lstrip("/") for name in pdf.Root.get("/Dests", {})}
    waiting = [pdf.Root.get("/Names", {}).get("/Dests")]
    seen: set[tuple[int, int]] = set()
    while waiting:
        node = waiting.pop()
        if node is None or (node.objgen in seen and node.objgen != (0, 0)):
            continue
        seen.add(node.objgen)
        found |= {str(name) for name in list(node.get("/Names", []))[::2]}
        waiting += list(node.get("/Kids", []))
    return frozenset(found)


# --- Word ----------------------------------------------------------------------------------------------------------


def _parts(trees: dict[str, Any], names: set[str]) -> Iterator[Finding]:
    """Relations that lead nowhere, and images that no relation knows."""
    for name, tree in trees.items():
        if not name.endswith(".rels"):
            continue
        folder = name.split("_rels/", maxsplit=1)[0]
        for relation in tree:
            if relation.get("TargetMode") == "External":
                continue
            target = str(relation.get("Target"))
            path = target.lstrip("/") if target.startswith("/") else _resolved(folder, target)
            if path not in names:
                yield as_finding("parts", "block", f"{name} names {target}, which is not in the file")
    for part in ("word/document.xml", "word/footnotes.xml"):
        if part not in trees:
            continue
        head, _, tail = part.rpartition("/")
        related = trees.get(f"{head}/_rels/{tail}.rels")
        known = {r.get("Id") for r in related} if related is not None else set()
        for element in trees[part].iter():
            for key in ("embed", "id", "link"):
                used = element.get(f"{_R}{key}")
                if used and used not in known:
                    yield as_finding("parts", "block", f"{part} uses the relation {used}, which it does not have")


def _resolved(folder: str, target: str) -> str:
    path: list[str] = [p for p in folder.split("/") if p]
    for step in target.split("/"):
        if step == "..":
            path = path[:-1]
        elif step not in ("", "."):
            path.append(step)
    return "/".join(path)


def _word_fonts(
    trees: dict[str, Any], profile: LanguageProfile, fonts: FontSet | None, *, ours: bool
) -> Iterator[Finding]:
    """Fonts left to chance, families that are not ours, and characters that the named family lacks."""
    strange: set[str] = set()
    themed = unnamed = False
    slot = {"complex": "cs", "east-asian": "eastAsia", "latin": "ascii"}[profile.word_class]
    lacking: Counter[tuple[str, str]] = Counter()
    for name, tree in trees.items():
        if not re.fullmatch(r"word/(document|footnotes|(header|footer)\d+|styles)\.xml", name):
            continue
        for element in tree.iter(f"{_W}rFonts"):
            themed = themed or any(key.endswith("Theme") for key in element.attrib)
            strange |= {str(element.get(f"{_W}{s}")) for s in ("ascii", "hAnsi", "eastAsia", "cs")} - set(FAMILIES)
        for run in tree.iter(f"{_W}r") if name != "word/styles.xml" else ():
            text = "".join(t.text or "" for t in run.findall(f"{_W}t"))
            named = run.find(f"{_W}rPr/{_W}rFonts")
            if named is None:
                style = run.find(f"{_W}rPr/{_W}rStyle")
                unnamed = unnamed or (bool(text.strip()) and not text.isascii() and style is None)
                continue
            if fonts is not None:
                family = str(named.get(f"{_W}{slot}") or named.get(f"{_W}ascii"))
                have = fonts.covers((family,))
                lacking.update((family, c) for c in text if ord(c) not in have and ord(c) not in NO_GLYPH)
    if themed:
        yield as_finding("fonts", "error", "runs take their font from the theme: another program shows another one")
    if unnamed:
        yield as_finding("fonts", "error", "there is text in the script of the language that names no font")
    if ours and (others := sorted(strange - {"None"})):
        yield as_finding("fonts", "block", f"font {', '.join(others)} is none of the publication's")
    for (family, character), count in sorted(lacking.items())[:NAMED_AT_MOST]:
        where = f"U+{ord(character):04X} “{character}” stands {count} times in {family}, which lacks it"
        yield as_finding("glyphs", "block", where)


def _word_language(trees: dict[str, Any], profile: LanguageProfile) -> Iterator[Finding]:
    slot = {"latin": "val", "complex": "bidi", "east-asian": "eastAsia"}[profile.word_class]
    styles = trees.get("word/styles.xml")
    element = styles.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr/{_W}lang") if styles is not None else None
    language = element.get(f"{_W}{slot}") if element is not None else None
    if str(language or "").split("-")[0].lower() != profile.tag.split("-")[0]:
        yield as_finding(
            "language", "error", f"the file says that its language is “{language or ''}”, not “{profile.tag}”"
        )
    core = trees.get("docProps/core.xml")
    title = core.find("{http://purl.org/dc/elements/1.1/}title") if core is not None else None
    if title is None or not (title.text or "").strip():
        yield as_finding("title", "error", "the file has no title")


_PLACE = re.compile(r"^\s*(?:REF|NOTEREF|PAGEREF)\s+(\S+)|\\l\s+\"([^\"]+)\"")


def _word_places(trees: dict[str, Any]) -> Iterator[Finding]:
    """Links and fields that lead to a bookmark which is not in the file."""
    marks = {
        str(mark.get(f"{_W}name"))
        for name, tree in trees.items()
        if name.startswith("word/")
        for mark in tree.iter(f"{_W}bookmarkStart")
    } | {"_top"}  # Word's own name of the beginning
    lost: dict[str, str] = {}
    for name, tree in trees.items():
        if not name.startswith("word/") or name.endswith(".rels"):
            continue
        for link in tree.iter(f"{_W}hyperlink"):
            anchor = link.get(f"{_W}anchor")
            if anchor and link.get(f"{_R}id") is None and anchor not in marks:
                lost.setdefault(anchor, "".join(t.text or "" for t in link.iter(f"{_W}t")))
        fields = [str(f.get(f"{_W}instr") or "") for f in tree.iter(f"{_W}fldSimple")]
        fields += [f.text or "" for f in tree.iter(f"{_W}instrText")]
        for field in fields:
            for found in _PLACE.finditer(field):
                if (place := found[1] or found[2]) not in marks:
                    lost.setdefault(place, field.strip())
    for place, words in sorted(lost.items())[:NAMED_AT_MOST]:
        where = f"“{words[:40]}” leads to the bookmark {place}, which is not in the file"
        yield as_finding("links", "error", where)


def _too_wide(body: Any) -> Iterator[Finding]:
    """Tables of fixed width and images that reach over the margin, or out of the cell that they stand in."""
    sections = [(_section_room(s), _twips(s.find(f"{_W}pgSz"), "w")) for s in body.iter(f"{_W}sectPr")]
    room, paper = max((s[0] for s in sections), default=0), max((s[1] for s in sections), default=0)
    if room <= 0:
        return
    for element in body.iter(f"{_W}tbl", f"{_WP}inline"):
        if element.tag == f"{_W}tbl":
            width = _table_width(element)
            what = f"the table that begins “{_beginning(element)}”"
        else:
            extent = element.find(f"{_WP}extent")
            width = round(int(extent.get("cx", 0)) / 635) if extent is not None else 0
            shown = element.find(f"{_WP}docPr")
            what = f"the image “{(shown.get('descr') or shown.get('name') or '') if shown is not None else ''}”"[:60]
        cell = next(element.iterancestors(f"{_W}tc"), None)
        inside = _twips(cell.find(f"{_W}tcPr/{_W}tcW"), "w") if cell is not None else room
        if inside > 0 and width > inside + _SLACK:
            severity: Severity = "block" if width > paper else "error"
            by = f"by {(width - inside) / 56.7:.0f} mm"
            yield as_finding(
                "overflow", severity, f"{what} is wider than {'its cell' if cell is not None else 'the text'} {by}"
            )


def _section_room(section: Any) -> int:
    margins = section.find(f"{_W}pgMar")
    return _twips(section.find(f"{_W}pgSz"), "w") - _twips(margins, "left") - _twips(margins, "right")


def _table_width(table: Any) -> int:
    """Twips of a table that does not shrink to its room; 0 of one that does."""
    fixed = table.find(f"{_W}tblPr/{_W}tblLayout")
    if fixed is None or fixed.get(f"{_W}type") != "fixed":
        return 0
    columns = table.find(f"{_W}tblGrid")
    return sum(_twips(column, "w") for column in columns) if columns is not None else 0


def _twips(element: Any, name: str) -> int:
    """A measure in twips; 0 where there is none, or one of another kind."""
    if element is None or element.get(f"{_W}type", "dxa") != "dxa":
        return 0
    try:
        return int(float(element.get(f"{_W}{name}", "0")))
    except ValueError:
        return 0


def _beginning(element: Any) -> str:
    words = "".join(t.text or "" for t in element.iter(f"{_W}t"))
    return words[:40]


def _word_images(parts: dict[str, bytes], trees: dict[str, Any]) -> Iterator[Finding]:
    """Images that a program will not show, or show otherwise than they are meant."""
    for name in sorted(n for n in parts if n.startswith("word/media/")):
        fault, severity = _image_fault(parts[name])
        if fault:
            yield as_finding("images", severity, f"{name} {fault}")
    for name, tree in trees.items():
        for turn in tree.iter(f"{_A}xfrm") if name.startswith("word/") else ():
            if turn.get("flipV") in ("1", "true") or 5_400_000 < int(turn.get("rot") or 0) % 21_600_000 < 16_200_000:
                yield as_finding("images", "warning", f"an image in {name} stands on its head")


def _image_fault(data: bytes) -> tuple[str, Severity]:
    from PIL import Image, UnidentifiedImageError

    if is_svg(data) or data[:4] in (b"\xd7\xcd\xc6\x9a", b"\x01\x00\x00\x00"):  # SVG, WMF, EMF: Word draws them itself
        return "", "info"
    try:
        with Image.open(io.BytesIO(data)) as image:
            mode, turned = image.mode, image.format == "JPEG" and (image.getexif().get(0x0112) or 1) != 1
            image.verify()
    except UnidentifiedImageError:
        return "is of a kind that cannot be looked at", "warning"
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError):
        return "is corrupt: it will not be shown", "block"
    if mode == "CMYK":
        return "is in CMYK: screens show its colours wrong", "error"
    return ("stands upright only where its EXIF data are read", "warning") if turned else ("", "info")


def _word_text(tree: Any) -> str:
    """The paragraphs, one a line, without the table of contents; where a break or a mark stands, the text is cut."""
    out: list[str] = []
    skipped = {
        p for box in tree.iter(f"{_W}sdt") if box.find(f".//{_W}docPartGallery") is not None for p in box.iter(f"{_W}p")
    }
    for paragraph in tree.iter(f"{_W}p"):
        if paragraph not in skipped:
            out.append("".join(t.text or "" for t in paragraph.iter(f"{_W}t")))
    return "\n".join(out)


def _drawings(trees: dict[str, Any]) -> int:
    notes = trees.get("word/footnotes.xml")
    return sum(1 for _ in notes.iter(f"{_W}drawing")) if notes is not None else 0
