"""Looks at a finished file in the layout of its source, with the eyes of `inspection` and what differs for this layout.

Running heads, text boxes and notes are text too; LibreOffice's PDF is PDF/A-2b and has its own font for bullets; a
paragraph may go on behind the running head of the next page.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from pubpipe.errors import SourceError
from pubpipe.languages import LanguageProfile
from pubpipe.model import Edition, Finding, Role, SourceDocument, Unit
from pubpipe.ooxml import Problem
from pubpipe.renderers import inspection
from pubpipe.renderers.base import Original
from pubpipe.renderers.findings import (
    NAMED_AT_MOST,
    as_finding,
    lost_images,
    lost_links,
    pieces_of,
    squeezed,
    watermark_faults,
    worst_first,
)
from pubpipe.renderers.fonts import FAMILIES, NO_GLYPH, FontSet
from pubpipe.renderers.inspect_boxes import look_at_boxes
from pubpipe.renderers.matter import PREVIEW
from pubpipe.renderers.pdf_reading import Font, PageRead, link_addresses, read_page
from pubpipe.renderers.source_docx import NOTICE
from pubpipe.word import SYMBOL_FONTS, A, R, V, W, WordFile, drawn_texts, open_word, read_drawn
from pubpipe.word.package import is_on
from pubpipe.word.paragraph import is_symbol_font

_SYMBOLS = "OpenSymbol"
_NOT_ON_PAGES: frozenset[Role] = frozenset(["alt", "metadata"])
_MOST_PARTS = 4
"""Into how many pieces columns and pages may cut a paragraph that is looked for."""
_LEAST, _NEAR = 12, 400
"""Characters that a piece of a paragraph has at least, and how far from the head of a page a shorter rest may stand."""
_ROMAN = re.compile("[ivxlcdm]+|[IVXLCDM]+")
"""The number of a page or a list, made by Word."""
_BLANK = re.compile("«[^»]*»")
"""A letter's data before it is merged."""


def inspect_source_pdf(data: bytes, edition: Edition, profile: LanguageProfile) -> tuple[Finding, ...]:
    """What is wrong with the PDF of an edition in the layout of its source, worst first."""
    import pikepdf

    found = list(inspection.inspect_pdf(data, None, profile))
    if any(f.check == "inspection.file" for f in found):
        return tuple(found)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fonts: dict[tuple[int, int], Font] = {}
        pages = [read_page(page, fonts, lines=True) for page in pdf.pages]
        found += _fonts(fonts.values())
        with pdf.open_metadata() as metadata:
            if metadata.pdfa_status != "2B" or str(metadata.get("pdfuaid:part", "")) != "1":
                message = "the file does not say that it is PDF/A-2b and PDF/UA-1"
                found.append(as_finding("standards", "error", message))
        document = edition.localized.document
        found += _text(list(document.units()), pages)
        found += _covered(pages)
        drafts = [n for n, page in enumerate(pages, 1) if squeezed(PREVIEW) in squeezed(page.all)]
        found += watermark_faults(edition, drafts, len(pages), "page")
        found += _linked(edition, link_addresses(pdf))
        found += lost_images(document, sum(len(page.images) for page in pages))
    return worst_first(found)


def inspect_source_docx(
    data: bytes,
    edition: Edition,
    profile: LanguageProfile,
    fonts: FontSet | None = None,
    original: Original | None = None,
) -> tuple[Finding, ...]:
    """What is wrong with the Word file of an edition in the layout of its source, worst first.

    With the client's file it is said which text boxes have smaller type than there, or grew.
    """
    try:
        word = open_word(data, _refuse)
    except SourceError as error:
        return (as_finding("file", "block", error.message.rstrip(".")),)
    found = list(inspection.inspect_docx(data, None, profile))
    if any(f.check == "inspection.file" for f in found):
        return tuple(found)
    main, stories = word.main(), _stories(word)
    found += _word_fonts(word, stories)
    found += _word_glyphs(word, stories, profile, fonts) if fonts is not None else ()
    document = edition.localized.document
    texts = [t for part in stories for t in _word_texts(word, part)]
    numbering = word.related(main, "numbering")
    texts += [e.get(f"{W}val") or "" for part in numbering for e in word.xml(part).iter(f"{W}lvlText")]
    drawn = read_drawn(word, stories)
    texts += drawn_texts(drawn)
    found += _drawn_faults(word, drawn.parts, fonts)
    shown = squeezed("\n".join(texts))
    found += _missing([u for u in document.units() if u.role not in _NOT_ON_PAGES], lambda p, n: shown.count(p) >= n)
    found += words_of_nobody(word, document)
    headers = _headers(word, main)
    marked = [n for n, part in enumerate(headers, 1) if PREVIEW in "".join(_word_texts(word, part))]
    found += watermark_faults(edition, marked, len(headers) or 1, "header")
    targets = [t for part in stories for _, t, outside in word.relationships(part).values() if outside]
    codes = "".join(c.text or "" for part in stories for c in word.xml(part).iter(f"{W}instrText"))
    found += _linked(edition, [*targets, *re.findall(r'"([^"]+)"', codes), *_with_anchor(word, stories)])
    pictures = sum(1 for part in stories for _ in word.xml(part).iter(f"{A}blip", f"{V}imagedata"))
    found += lost_images(document, pictures, vector=True)
    if original is not None and fonts is not None:
        found += look_at_boxes(word, open_word(original.data, _refuse), stories, profile, fonts)
    return worst_first(found)


def _refuse(problem: Problem) -> SourceError:
    return SourceError(f"the file cannot be read as a Word document ({problem.kind}).")


def _fonts(fonts: Iterable[Font]) -> Iterator[Finding]:
    families = {f.replace(" ", "") for f in FAMILIES} | {_SYMBOLS}
    for name in sorted({font.name for font in fonts}):
        family = re.split(r"[-,]", name)[0].removesuffix("Regular")
        if family not in families:
            yield as_finding("fonts", "block", f"font {name} is none of the publication's")


def _word_fonts(word: WordFile, stories: Sequence[str]) -> Iterator[Finding]:
    strange: set[str] = set()
    for part in [*stories, *word.related(word.main(), "styles")]:
        for element in word.xml(part).iter(f"{W}rFonts"):
            if (element.get(f"{W}ascii") or element.get(f"{W}hAnsi") or "").lower() in SYMBOL_FONTS:
                continue
            named = {element.get(f"{W}{slot}") or "" for slot in ("ascii", "hAnsi", "eastAsia", "cs")}
            strange |= {n for n in named - set(FAMILIES) if n and n.lower() not in SYMBOL_FONTS}
    if strange:
        yield as_finding("fonts", "block", f"font {', '.join(sorted(strange))} is none of the publication's")


def _word_glyphs(word: WordFile, stories: Sequence[str], profile: LanguageProfile, fonts: FontSet) -> Iterator[Finding]:
    """Characters that the font of their run lacks; white space has no glyph, picture fonts are not ours."""
    slot = {"complex": "cs", "east-asian": "eastAsia", "latin": "ascii"}[profile.word_class]
    lacking: Counter[tuple[str, str]] = Counter()
    for part in stories:
        for run in word.xml(part).iter(f"{W}r"):
            named = run.find(f"{W}rPr/{W}rFonts")
            family = (named.get(f"{W}{slot}") or "") if named is not None else ""
            if family not in FAMILIES or (named.get(f"{W}ascii") or "").lower() in SYMBOL_FONTS:
                continue
            have = fonts.covers((family,)) | NO_GLYPH
            text = "".join(t.text or "" for t in run.findall(f"{W}t"))
            lacking.update((family, c) for c in text if ord(c) not in have and not c.isspace())
    for (family, character), count in sorted(lacking.items())[:NAMED_AT_MOST]:
        message = f"U+{ord(character):04X} “{character}” stands {count} times in {family}, which lacks it"
        yield as_finding("glyphs", "block", message)


def _drawn_faults(word: WordFile, parts: Iterable[str], fonts: FontSet | None) -> Iterator[Finding]:
    """Fonts of charts and diagrams that are none of ours; characters that none of the fonts of their run has."""
    slots = (f"{A}latin", f"{A}ea", f"{A}cs")
    strange: set[str] = set()
    lacking: Counter[tuple[str, str]] = Counter()
    for part in parts:
        root = word.xml(part)
        for face in root.iter(*slots):
            named = face.get("typeface") or ""
            around = face.getparent().find(f"{A}latin")
            pictured = around is not None and (around.get("typeface") or "").lower() in SYMBOL_FONTS
            if named and named not in FAMILIES and not pictured:
                strange.add(named)
        for run in root.iter(f"{A}r"):
            named_here = [e.get("typeface") or "" for e in run.iterfind(f"{A}rPr/*") if e.tag in slots]
            family = next((name for name in named_here if name in FAMILIES), "")
            if fonts is not None and family:
                have = fonts.covers(tuple(n for n in named_here if n in FAMILIES)) | NO_GLYPH
                text = run.findtext(f"{A}t") or ""
                lacking.update((family, c) for c in text if ord(c) not in have and not c.isspace())
    if strange:
        message = f"font {', '.join(sorted(strange))} of a chart or diagram is none of the publication's"
        yield as_finding("fonts", "block", message)
    for (family, character), count in sorted(lacking.items())[:NAMED_AT_MOST]:
        message = f"U+{ord(character):04X} “{character}” stands {count} times in a chart in {family}, which lacks it"
        yield as_finding("glyphs", "block", message)


def _linked(edition: Edition, addresses: Iterable[str]) -> Iterator[Finding]:
    """Links that are not in the file; programs write the same address in more than one way."""
    known = {_address(a) for a in addresses}
    for finding in lost_links(edition.localized.document, []):
        found = re.search(r"the link to (\S+) is not", finding.message)
        if found is None or _address(found[1]) not in known:
            yield finding


def _address(url: str) -> str:
    return unquote(url).rstrip("/")


def _word_texts(word: WordFile, part: str) -> Iterator[str]:
    """The text of each paragraph, of one in a text box after that of its paragraph."""
    for paragraph in word.xml(part).iter(f"{W}p"):
        out = []
        for element in paragraph.iter(f"{W}t", f"{W}noBreakHyphen"):
            if next(element.iterancestors(f"{W}p")) is paragraph:
                out.append("\u2011" if element.tag == f"{W}noBreakHyphen" else element.text or "")
        yield "".join(out)


def words_of_nobody(word: WordFile, document: SourceDocument) -> Iterator[Finding]:
    """Words on the pages that are no part of the edition: nobody approved them."""
    main = word.main()
    stories = [part for part in _stories(word) if _is_shown(word, main, part)]
    units = [u for u in document.units() if u.role != "alt"]
    whole = {"", *(_letters("".join(pieces_of(u))) for u in units)}
    pieces: list[str] | None = None
    named = 0
    references = {
        (reference.tag.removesuffix("Reference"), reference.get(f"{W}id"))
        for part in stories
        for reference in word.xml(part).iter(f"{W}footnoteReference", f"{W}endnoteReference")
    }
    for part in stories:
        for paragraph in word.xml(part).iter(f"{W}p"):
            note = next(paragraph.iterancestors(f"{W}footnote", f"{W}endnote"), None)
            if note is not None and not _is_marked(note, references):
                continue
            visible = _visible(word, paragraph)
            text = _letters(visible)
            if any((mark.get(f"{W}name") or "").startswith(NOTICE) for mark in paragraph.findall(f"{W}bookmarkStart")):
                continue
            if text in whole or _letters(_BLANK.sub("", visible)) in whole:
                continue
            if pieces is None:
                unique = {_letters(p) for u in units for p in pieces_of(u)} - {""}
                pieces = sorted(unique, key=len, reverse=True)
            for piece in pieces:
                text = text.replace(piece, "") if len(piece) <= len(text) else text
            if len(text) > 1 and not _ROMAN.fullmatch(text) and _letters(PREVIEW) not in text:
                named += 1
                if named <= NAMED_AT_MOST:
                    message = f"words stand in {part} that are no part of the edition: “{text[:40]}”"
                    yield as_finding("strange", "block", message)
    for visible in dict.fromkeys(drawn_texts(read_drawn(word, stories))):
        if _letters(visible) not in whole:
            named += 1
            if named <= NAMED_AT_MOST:
                message = f"a chart or diagram has words that are no part of the edition: “{visible[:40]}”"
                yield as_finding("strange", "block", message)
    if named > NAMED_AT_MOST:
        message = f"{named - NAMED_AT_MOST} more paragraphs have words that are no part of the edition"
        yield as_finding("strange", "block", message)


def _is_marked(note: Any, references: set[tuple[str, str | None]]) -> bool:
    """Whether pages show a footnote or endnote: no page shows one without its mark, but for separators."""
    return note.get(f"{W}type") not in (None, "normal") or (note.tag, note.get(f"{W}id")) in references


def _stories(word: WordFile) -> list[str]:
    main = word.main()
    return [main, *(p for kind in ("footnotes", "endnotes", "header", "footer") for p in word.related(main, kind))]


def _is_shown(word: WordFile, main: str, part: str) -> bool:
    """Whether pages show a part: a running head that no section names is only left over."""
    relations = word.relationships(main)
    named = word.xml(main).iter(f"{W}headerReference", f"{W}footerReference")
    used = {relations[id_][1] for r in named if (id_ := r.get(f"{R}id") or "") in relations}
    around = {p for kind in ("header", "footer") for p in word.related(main, kind)}
    return part in used or part not in around


def _letters(text: str) -> str:
    return "".join(c for c in squeezed(text) if unicodedata.category(c)[0] in "LM")


def _visible(word: WordFile, paragraph: Any) -> str:
    """The text of a paragraph that a reader sees as letters: no hidden text, no picture fonts."""
    hidden = word.style_of(paragraph, f"{W}pPr/{W}pStyle").hidden
    out = []
    for element in paragraph.iter(f"{W}t"):
        if next(element.iterancestors(f"{W}p")) is not paragraph:
            continue
        properties = element.getparent().find(f"{W}rPr")
        own = is_on(properties, "vanish")
        if own is None and properties is not None and word.style_of(properties, f"{W}rStyle").hidden:
            own = True
        if not (hidden if own is None else own) and not is_symbol_font(properties):
            out.append(element.text or "")
    return "".join(out)


def _headers(word: WordFile, main: str) -> list[str]:
    relations = word.relationships(main)
    used = [r.get(f"{R}id") or "" for r in word.xml(main).iter(f"{W}headerReference")]
    return list(dict.fromkeys(relations[id_][1] for id_ in used if id_ in relations))


def _with_anchor(word: WordFile, stories: Sequence[str]) -> Iterator[str]:
    """Addresses of links that lead to a place in a page outside."""
    for part in stories:
        relations = word.relationships(part)
        for link in word.xml(part).iter(f"{W}hyperlink"):
            if link.get(f"{W}anchor") and link.get(f"{R}id") in relations:
                yield f"{relations[link.get(f'{R}id')][1]}#{link.get(f'{W}anchor')}"


def _text(units: Sequence[Unit], pages: Sequence[PageRead]) -> Iterator[Finding]:
    """Units whose text stands on no page; a running head that no page shows is only said.

    Where a style says "all capitals" or "small capitals", LibreOffice writes capitals: they are the same text.
    """
    shown = [squeezed(page.all) for page in pages]
    capitals = [page.upper() for page in shown]
    whole, whole_in_capitals = "".join(shown), "".join(capitals)

    def stands(piece: str, count: int) -> bool:
        if whole.count(piece) >= count or whole_in_capitals.count(piece.upper()) >= count:
            return True
        long = len(piece) >= 2 * _LEAST
        return long and any(
            _goes_on(words, on, n, _MOST_PARTS)
            for words, on in ((piece, shown), (piece.upper(), capitals))
            for n in range(len(on))
        )

    around: tuple[Role, ...] = ("header", "footer", "label")
    around += ("chart-series", "chart-category", "chart-label")  # a legend, an axis or a label may be switched off
    body = [u for u in units if u.role not in (*_NOT_ON_PAGES, *around)]
    gone = list(_missing(body, lambda p, _: stands(p, 1)))
    yield from gone
    for finding in _missing(body, stands) if not gone else ():  # one of several may be cut in two by a page
        message = finding.message.replace("cannot be found in the file", "stands less often in the file")
        yield finding.model_copy(update={"severity": "error", "message": message})
    for finding in _missing([u for u in units if u.role in around], lambda p, _: stands(p, 1)):
        yield finding.model_copy(update={"severity": "warning"})


_COVERED_AT_LEAST = 3
"""Places on a page where text stands on text, from which on it is no matter of one sign."""
_ACROSS = 8.0
"""Points that two texts have to share in width: more than a mark that stands over a letter has."""
_HALF_A_LETTER = 0.4
"""Of the size of type: two baselines that are nearer than this have letters on letters."""
_WIDE, _LETTER = 3.0, 0.8
"""Lines that share so many letters of width belong to two texts where their baselines are nearer than that."""


def _covered(pages: Sequence[PageRead]) -> Iterator[Finding]:
    """Pages where text stands on other text: a box that grew with its translation covers its neighbour."""
    for number, page in enumerate(pages, 1):
        lines = sorted((line for line in page.lines if line.text.strip()), key=lambda line: line.baseline)
        hits = []
        for at, one in enumerate(lines):
            for other in lines[at + 1 :]:
                apart = other.baseline - one.baseline
                if apart >= one.size:
                    break
                across = min(one.right, other.right) - max(one.left, other.left)
                size = min(one.size, other.size)
                wide = across > _WIDE * size
                near = 1.2 < apart < (_LETTER if wide else _HALF_A_LETTER) * size
                # LibreOffice gives no tag to what stands in a box: two lines without one may be of two boxes
                foreign = one.mcid != other.mcid or (wide and one.mcid < 0)
                if near and across > _ACROSS and foreign and one.text != other.text:
                    hits.append((other.text.strip()[:20], one.text.strip()[:20]))
        if len(hits) >= _COVERED_AT_LEAST:
            above, below = hits[0]
            message = f"on page {number} text stands on text in {len(hits)} places: “{above}” and “{below}”"
            yield as_finding("overlap", "block", message)


def _goes_on(piece: str, shown: Sequence[str], number: int, parts: int, start: int = 0) -> bool:
    """Whether a text begins on a page, after `start`, and goes on there or on the next one with something else between.

    Nothing shorter than a part of a line counts as its beginning; what is left over for the last time may be short
    and then has to stand near the head of the next page.
    """
    if parts == 0 or number >= len(shown):
        return False
    page = shown[number]
    if len(piece) < _LEAST:
        return piece in page[start : start + _NEAR]
    low, high = 0, len(piece)
    while low < high:  # the longest beginning that the page has
        middle = (low + high + 1) // 2
        if page.find(piece[:middle], start) >= 0:
            low = middle
        else:
            high = middle - 1
    if low == len(piece):
        return True
    if low < _LEAST:
        return False
    rest, end = piece[low:], page.find(piece[:low], start) + low
    return _goes_on(rest, shown, number, parts - 1, end) or _goes_on(rest, shown, number + 1, parts - 1)


def _missing(units: Sequence[Unit], stands: Callable[[str, int], bool]) -> Iterator[Finding]:
    wanted: Counter[str] = Counter()
    unit_of: dict[str, Unit] = {}
    for unit in units:
        for piece in pieces_of(unit):
            wanted[piece] += 1
            unit_of[piece] = unit
    lost = [piece for piece, count in wanted.items() if not stands(piece, count)]
    for piece in lost[:NAMED_AT_MOST]:
        short = piece if len(piece) <= 40 else piece[:40] + "…"
        unit = unit_of[piece]
        message = f"the {unit.role} {unit.id} cannot be found in the file as it was approved: “{short}”"
        yield as_finding("text", "block", message)
    if len(lost) > NAMED_AT_MOST:
        message = f"{len(lost) - NAMED_AT_MOST} more texts cannot be found in the file"
        yield as_finding("text", "block", message)


__all__ = ["inspect_source_docx", "inspect_source_pdf", "words_of_nobody"]
