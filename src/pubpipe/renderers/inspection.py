"""Looks at a finished file as its readers will: what is missing, unreadable or wrong in it becomes a finding.

The edition says what has to be there, the file what is. Nothing here knows how the file was made, so that a
mistake of a renderer is found like any other. Pure functions of bytes; no program is started.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from pubpipe.languages import LanguageProfile
from pubpipe.model import (
    DraftEdition,
    Edition,
    Figure,
    Finding,
    Placeholder,
    Severity,
    SourceDocument,
    Text,
    Unit,
)
from pubpipe.renderers.fonts import FAMILIES, NO_GLYPH, FontSet
from pubpipe.renderers.matter import PREVIEW
from pubpipe.renderers.pages import every_block
from pubpipe.renderers.pdf_content import PART, STRING, parse_cmap, string_bytes, text_string
from pubpipe.renderers.pictures import is_svg
from pubpipe.renderers.runs import clean, cleaned, runs

_NAMED_AT_MOST = 5
"""Missing texts that are named one by one."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SAFE = ("http:", "https:", "mailto:", "tel:", "ftp:")


def inspect_pdf(data: bytes, edition: Edition | None, profile: LanguageProfile) -> tuple[Finding, ...]:
    """What is wrong with a PDF, worst first; empty where a reader, a screen reader and a search engine get it all.

    Looked at are: characters without a glyph, text off the page, fonts that are not embedded or not ours, the text
    of every unit, pages without content, the language, tags, title and standards, the watermark (on every page of a
    `DraftEdition`, on none of an `ApprovedEdition`), links and images. Without an edition (a file of unknown
    origin) what only the edition tells is left out. Severity "block": must not be published.
    """
    import pikepdf

    try:
        pdf = pikepdf.open(io.BytesIO(data))
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        what = "is locked by a password" if isinstance(error, pikepdf.PasswordError) else "cannot be read as PDF"
        return (_finding("file", "block", f"the file {what}"),)
    with pdf:
        fonts: dict[tuple[int, int], _Font] = {}
        pages = [_read(page, fonts) for page in pdf.pages]
        found = [*_glyphs(pages), *_fonts(fonts.values(), ours=edition is not None)]
        found += [*_overflow(pages), *_empty(pages)]
        found += _identity(pdf, profile, ours=edition is not None)
        addresses = _addresses(pdf)
        found += _unsafe(addresses)
        if edition is not None:
            document = edition.localized.document
            found += _text_of(document, _reading_order(pdf, pages))
            drafts = [number for number, page in enumerate(pages, 1) if _squeezed(PREVIEW) in _squeezed(page.all)]
            found += _watermark(edition, drafts, len(pages), "page")
            found += _links(document, addresses)
            found += _images(document, sum(page.images for page in pages))
    return _sorted(found)


def inspect_docx(
    data: bytes, edition: Edition | None, profile: LanguageProfile, fonts: FontSet | None = None
) -> tuple[Finding, ...]:
    """What is wrong with a Word document, worst first; as `inspect_pdf`, and: parts that are missing or broken, runs
    that leave the font to chance. With `fonts`, that the font which a run names has every character of it.
    """
    from lxml import etree

    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        trees = {n: etree.fromstring(part, parser) for n, part in parts.items() if n.endswith((".xml", ".rels"))}
        body = trees["word/document.xml"]
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, EOFError, ValueError, RuntimeError):
        return (_finding("file", "block", "the file cannot be read as a Word document"),)
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
    found += _unsafe(targets)
    if edition is not None:
        document = edition.localized.document
        shown = "\n".join(_word_text(trees[n]) for n in ("word/document.xml", "word/footnotes.xml") if n in trees)
        found += _text_of(document, shown)
        headers = sorted(n for n in trees if re.fullmatch(r"word/header\d+\.xml", n))
        marked = [n for n, name in enumerate(headers, 1) if PREVIEW.encode() in parts[name]]
        found += _watermark(edition, marked, len(headers), "header")
        found += _links(document, targets)
        found += _images(document, sum(1 for _ in body.iter(f"{_W}drawing")) + _drawings(trees), vector=True)
    return _sorted(found)


# --- PDF -----------------------------------------------------------------------------------------------------------

_OPERATOR = re.compile(
    rb"(?P<show>\[(?:[^\[\]()<>]++|" + STRING + rb")*+\]\s*TJ\b|" + STRING + rb"\s*(?:Tj\b|['\"]))"
    rb"|/(?P<tag>[A-Za-z0-9]+)\s*(?P<props><<(?:[^<>()]++|" + STRING + rb")*+>>|/[^\s/<>()\[\]]+)?\s*(?:BDC|BMC)\b"
    rb"|(?P<close>\bEMC\b)"
    rb"|/(?P<font>[^\s/<>\[\]()]+)\s+[-+.\d]+\s+Tf\b"
    rb"|/(?P<object>[^\s/<>\[\]()]+)\s+Do\b"
    rb"|(?<![-+.\d])(?P<matrix>(?:[-+.\d]++\s++){6}+)(?P<place>cm|Tm)\b"
    rb"|\b(?P<state>[qQ])\b"
)
_Matrix = tuple[float, ...]
_OFF = 2.0
"""Points that a text may begin beyond the edge of the page."""
_MCID = re.compile(rb"/MCID\s+(\d+)")
_ACTUAL = re.compile(rb"/ActualText\s*(" + STRING + rb")")


class _Font(NamedTuple):
    name: str
    embedded: bool
    wide: bool
    """Two bytes are one glyph: only of these fonts is glyph 0 the missing character."""
    mapping: dict[int, str]


class _Page(NamedTuple):
    key: tuple[int, int]
    marked: dict[int, str]
    """Marked-content id to text."""
    all: str
    """All text, that of artifacts too."""
    content: bool
    """There is text or an image that is no artifact."""
    images: int
    missing: str
    """The text around the first character without a glyph; "" where all have one."""
    lacks: bool
    outside: str
    """The first text that begins off the page."""


def _read(page: Any, fonts: dict[tuple[int, int], _Font]) -> _Page:
    import pikepdf

    contents = page.obj.get("/Contents")
    if isinstance(contents, pikepdf.Array):
        data = b"\n".join(part.read_bytes() for part in contents)
    else:
        data = contents.read_bytes() if contents is not None else b""
    resources = page.obj.get("/Resources", {})
    walk = _Walk(
        fonts={str(name)[1:]: _font(font, fonts) for name, font in resources.get("/Font", {}).items()},
        objects={str(name)[1:]: value.get("/Subtype") for name, value in resources.get("/XObject", {}).items()},
        edges=[float(edge) for edge in page.mediabox],
    )
    for match in _OPERATOR.finditer(data):
        walk.step(match)
    whole = "".join(walk.whole)
    return _Page(page.obj.objgen, walk.marked, whole, walk.content, walk.images, walk.missing, walk.lacks, walk.outside)


class _Walk:
    """Follows the operators of one page: where the pen is, what is tagged, what is shown."""

    def __init__(self, fonts: dict[str, _Font], objects: dict[str, Any], edges: list[float]) -> None:
        self.fonts, self.objects, self.edges = fonts, objects, edges
        self.marked: dict[int, str] = {}
        self.whole: list[str] = []
        self.content = self.lacks = False
        self.images = 0
        self.missing = self.outside = ""
        self.font: _Font | None = None
        self.tags: list[_Tag] = [_Tag(-1, artifact=False, spelled=False)]
        self.base: _Matrix = (1, 0, 0, 1, 0, 0)
        self.line: _Matrix = self.base
        self.saved: list[_Matrix] = []

    def step(self, match: re.Match[bytes]) -> None:
        match match.lastgroup:
            case "show":
                self.show(match["show"])
            case "tag" | "props":
                self.tag(match["tag"], match["props"] or b"")
            case "close":
                self.tags = self.tags[:-1] or self.tags
            case "font":
                self.font = self.fonts.get(match["font"].decode("latin-1"))
            case "object":
                kind = self.objects.get(match["object"].decode("latin-1"))
                self.content = self.content or not self.tags[-1].artifact
                self.images += kind == "/Image"
            case "place" if match["place"] == b"Tm":
                self.line = tuple(map(float, match["matrix"].split()))
            case "place":
                self.base = _times(tuple(map(float, match["matrix"].split())), self.base)
            case "state" if match["state"] == b"q":
                self.saved.append(self.base)
            case "state":
                self.base = self.saved.pop() if self.saved else self.base

    def tag(self, kind: bytes, properties: bytes) -> None:
        number, actual = _MCID.search(properties), _ACTUAL.search(properties)
        outer = self.tags[-1]
        tag = _Tag(
            int(number[1]) if number else outer.mcid,
            artifact=outer.artifact or kind == b"Artifact",
            spelled=outer.spelled or actual is not None,
        )
        self.tags.append(tag)
        if actual is not None and not outer.spelled:
            self.say(text_string(string_bytes(actual[1])).replace("\ufeff", ""))

    def show(self, operator: bytes) -> None:
        if self.font is None:
            return
        codes = list(_codes(operator, wide=self.font.wide))
        text = "".join(self.font.mapping.get(code, "") for code in codes)
        if self.font.wide and 0 in codes and not self.lacks:
            self.lacks, self.missing = True, "".join(self.whole)[-30:]
        (*_, e, f), (a, b, c, d, g, h) = self.line, self.base
        x, y = e * a + f * c + g, e * b + f * d + h
        left, bottom, right, top = self.edges
        if not self.outside and not (left - _OFF <= x <= right + _OFF and bottom - _OFF <= y <= top + _OFF):
            self.outside = text[:30] or "?"
        self.content = self.content or not self.tags[-1].artifact
        if not self.tags[-1].spelled:
            self.say(text)

    def say(self, text: str) -> None:
        self.whole.append(text)
        mcid = self.tags[-1].mcid
        if mcid >= 0:
            self.marked[mcid] = self.marked.get(mcid, "") + text


class _Tag(NamedTuple):
    mcid: int
    artifact: bool
    spelled: bool
    """Its text is given as /ActualText."""


def _times(inner: _Matrix, outer: _Matrix) -> _Matrix:
    """The matrix that does `inner` first (ISO 32000-1, 8.3.4)."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _codes(show: bytes, *, wide: bool) -> Iterator[int]:
    for part in PART.finditer(show):
        piece = part.group()
        if piece[0] in b"(<":
            data = string_bytes(piece)
            yield from (data[i] << 8 | data[i + 1] for i in range(0, len(data) - 1, 2)) if wide else data


def _font(font: Any, fonts: dict[tuple[int, int], _Font]) -> _Font:
    known = fonts.get(font.objgen)
    if known is not None:
        return known
    inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    descriptor = inner.get("/FontDescriptor", {})
    table = font.get("/ToUnicode")
    fonts[font.objgen] = _Font(
        name=str(font.get("/BaseFont", "/?"))[1:].split("+")[-1],
        embedded=any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")),
        wide=font.get("/Subtype") == "/Type0" and str(font.get("/Encoding", "")).startswith("/Identity"),
        mapping=parse_cmap(table.read_bytes()) if table is not None else {},
    )
    return fonts[font.objgen]


def _reading_order(pdf: Any, pages: list[_Page]) -> str:
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


def _glyphs(pages: list[_Page]) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        if page.lacks:
            yield _finding(
                "glyphs", "block", f"page {number} shows a character that its font lacks, after “{page.missing}”"
            )


def _overflow(pages: list[_Page]) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        if page.outside:
            yield _finding("overflow", "block", f"on page {number} a text stands off the page: “{page.outside}”")


def _fonts(fonts: Any, *, ours: bool) -> Iterator[Finding]:
    families = tuple(sorted((f.replace(" ", "") for f in FAMILIES), key=len, reverse=True))
    for font in sorted({f[:2] for f in fonts}):
        name, embedded = font
        if not embedded:
            yield _finding("fonts", "block", f"font {name} is not embedded: every reader sees another one")
        elif ours and re.split(r"[-,]|Identity", name)[0].removesuffix("Regular") not in families:
            yield _finding("fonts", "block", f"font {name} is none of the publication's")


def _empty(pages: list[_Page]) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        if not page.content:
            yield _finding("pages", "error", f"page {number} is empty")
    if not pages:
        yield _finding("pages", "block", "the file has no page")


def _identity(pdf: Any, profile: LanguageProfile, *, ours: bool) -> Iterator[Finding]:
    language = str(pdf.Root.get("/Lang", ""))
    if language.split("-", maxsplit=1)[0].lower() != profile.tag.split("-")[0]:
        yield _finding("language", "error", f"the file says that its language is “{language}”, not “{profile.tag}”")
    if not bool(pdf.Root.get("/MarkInfo", {}).get("/Marked", False)):
        yield _finding("tags", "error", "the file is not tagged: a screen reader cannot follow it")
    with pdf.open_metadata() as metadata:
        if not str(metadata.get("dc:title", "") or "").strip():
            yield _finding("title", "error", "the file has no title")
        if ours and (metadata.pdfa_status != "2A" or str(metadata.get("pdfuaid:part", "")) != "1"):
            yield _finding("standards", "error", "the file does not say that it is PDF/A-2a and PDF/UA-1")


def _addresses(pdf: Any) -> list[str]:
    out = []
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", []):
            action = annotation.get("/A", {})
            if "/URI" in action:
                out.append(str(action.URI))
            elif action.get("/S") in ("/JavaScript", "/Launch", "/SubmitForm"):
                out.append(f"{str(action.S)[1:].lower()}:")
    return out


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
                yield _finding("parts", "block", f"{name} names {target}, which is not in the file")
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
                    yield _finding("parts", "block", f"{part} uses the relation {used}, which it does not have")


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
        yield _finding("fonts", "error", "runs take their font from the theme: another program shows another one")
    if unnamed:
        yield _finding("fonts", "error", "there is text in the script of the language that names no font")
    if ours and (others := sorted(strange - {"None"})):
        yield _finding("fonts", "block", f"font {', '.join(others)} is none of the publication's")
    for (family, character), count in sorted(lacking.items())[:_NAMED_AT_MOST]:
        where = f"U+{ord(character):04X} “{character}” stands {count} times in {family}, which lacks it"
        yield _finding("glyphs", "block", where)


def _word_language(trees: dict[str, Any], profile: LanguageProfile) -> Iterator[Finding]:
    slot = {"latin": "val", "complex": "bidi", "east-asian": "eastAsia"}[profile.word_class]
    styles = trees.get("word/styles.xml")
    element = styles.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr/{_W}lang") if styles is not None else None
    language = element.get(f"{_W}{slot}") if element is not None else None
    if str(language or "").split("-")[0].lower() != profile.tag.split("-")[0]:
        yield _finding(
            "language", "error", f"the file says that its language is “{language or ''}”, not “{profile.tag}”"
        )
    core = trees.get("docProps/core.xml")
    title = core.find("{http://purl.org/dc/elements/1.1/}title") if core is not None else None
    if title is None or not (title.text or "").strip():
        yield _finding("title", "error", "the file has no title")


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


# --- both ----------------------------------------------------------------------------------------------------------


def _finding(check: str, severity: Severity, message: str) -> Finding:
    return Finding(check=f"inspection.{check}", severity=severity, message=f"{message}.")


def _sorted(found: list[Finding]) -> tuple[Finding, ...]:
    order: dict[Severity, int] = {"block": 0, "error": 1, "warning": 2, "info": 3}
    return tuple(sorted(found, key=lambda finding: order[finding.severity]))


def _squeezed(text: str) -> str:
    """What has to be equal: the characters, in NFC, without white space and without what no glyph shows."""
    kept = "".join(c for c in text if not c.isspace() and ord(c) not in NO_GLYPH)
    return unicodedata.normalize("NFC", kept)


def _wanted(unit: Unit) -> list[str]:
    """The unit's text between its placeholders: a note mark, a break or an image stands there on the page."""
    text = "".join(
        clean(item.text) if isinstance(item, Text) else "\0" * isinstance(item, Placeholder) for item in unit.content
    )
    return [piece for part in text.split("\0") if (piece := _squeezed(part))]


def _text_of(document: SourceDocument, shown: str) -> Iterator[Finding]:
    """Units whose text is not in the file, or not as often as in the edition."""
    text = _squeezed(shown)
    wanted: Counter[str] = Counter()
    unit_of: dict[str, Unit] = {}
    for unit in document.units():
        for piece in _wanted(unit) if unit.role != "alt" else ():
            wanted[piece] += 1
            unit_of[piece] = unit
    lost = []
    for piece, count in wanted.items():
        if text.count(piece) >= count:
            continue
        if any(unicodedata.bidirectional(c) in ("R", "AL") for c in piece) and not Counter(piece) - Counter(text):
            continue  # right-to-left words stand in the file in the order of the page
        lost.append(piece)
    for piece in lost[:_NAMED_AT_MOST]:
        short = piece if len(piece) <= 40 else piece[:40] + "…"
        unit = unit_of[piece]
        yield _finding(
            "text", "block", f"the {unit.role} {unit.id} cannot be found in the file as it was approved: “{short}”"
        )
    if len(lost) > _NAMED_AT_MOST:
        yield _finding("text", "block", f"{len(lost) - _NAMED_AT_MOST} more texts cannot be found in the file")


def _watermark(edition: Edition, marked: list[int], count: int, place: str) -> Iterator[Finding]:
    if isinstance(edition, DraftEdition):
        bare = [number for number in range(1, count + 1) if number not in marked]
        if bare or not count:
            where = ", ".join(map(str, bare[:_NAMED_AT_MOST])) or "?"
            yield _finding("watermark", "block", f"a preview lacks its watermark ({place} {where})")
    elif marked:
        yield _finding(
            "watermark", "block", f"an approved edition carries the watermark of a preview ({place} {marked[0]})"
        )


def _links(document: SourceDocument, addresses: list[str]) -> Iterator[Finding]:
    wanted = {
        run.href
        for unit in document.units()
        if unit.role != "alt"
        for run in runs(cleaned(unit.content))
        if run.href and _squeezed(run.text)
    }
    for href in sorted(wanted - set(addresses)):
        yield _finding("links", "error", f"the link to {href} is not in the file")


def _unsafe(addresses: list[str]) -> Iterator[Finding]:
    for address in sorted({a for a in addresses if not a.lower().startswith(_SAFE)}):
        yield _finding("links", "block", f"a link leads to “{address[:80]}”, which no publication may open")


def _images(document: SourceDocument, shown: int, *, vector: bool = False) -> Iterator[Finding]:
    """Drawn images against those of the document; a PDF draws SVG as lines, which are not counted."""
    lines = frozenset(r.name for r in document.resources if is_svg(r.data)) if not vector else frozenset()
    wanted = [b.resource for b in every_block(document) if isinstance(b, Figure)]
    for unit in document.units():
        wanted += [i.ref for i in unit.content if isinstance(i, Placeholder) and i.kind == "image" and i.ref]
    expected = sum(name not in lines for name in wanted)
    if shown < expected:
        yield _finding("images", "block", f"{expected - shown} of {expected} images are not in the file")
