"""Mends the text layer of a Typst PDF, so that what is copied, searched or read aloud is what was written.

Typst 0.14 to 0.15 (typst#8767, krilla#411) gives each glyph of a cluster the text of the whole cluster, and a cluster
whose marks stand at another height is written as several runs that each carry all of it: មនុស្ស copies as
មនុនុស្ស. Here the runs of a cluster are put together again, each glyph gets its own characters by the vote
of all clusters that it occurs in, ToUnicode is rewritten, and a cluster whose glyphs still do not spell its text
in order (a vowel that stands before its consonant) is wrapped in /ActualText. Break marks (U+200B, U+2060) disappear
from the text, the bookmarks and the structure. No drawing operator is touched: the page looks the same.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from pubpipe.renderers.breaking import strip
from pubpipe.renderers.pdf_content import (
    PART,
    SHOW,
    SHOW_GOES_ON,
    STRING,
    STRING_GOES_ON,
    parse_cmap,
    string_bytes,
    text_string,
)

log = logging.getLogger(__name__)


# Every alternative begins with one of six characters: the search skips to the next of them at the speed of C. A
# font and the text after it, which Typst writes side by side, are one match.
_OPERATOR = re.compile(
    rb"[/\[(<BE](?:"
    rb"(?<=/)(?P<font>[^\s/<>\[\]()]+)\s+[-+.\d]+\s+Tf\b(?:(?:[-+.\d\s]++|T[mdr]\b)*+(?P<first>" + SHOW + rb"))?"
    rb"|(?<=/)Span\s*<<\s*/ActualText\s*(?P<actual>" + STRING + rb")\s*>>\s*BDC\b"
    rb"|(?P<show>" + SHOW_GOES_ON + rb")"
    rb"|(?<=\bE)(?P<close>MC\b)"
    rb"|(?<=\bB)(?P<open>(?:DC|MC)\b)"
    rb"|" + STRING_GOES_ON + rb")"
)

# A page of Khmer has ten thousand glyphs and a book has hundreds of pages, which are all open at once: while a page is
# read a glyph is a plain tuple, and what is kept of it are three numbers in an array.
Font = tuple[int, int]
"""Object and generation number of a font."""
Glyph = int
"""The number of a font in this file, and in the lower 16 bits the code of a glyph in it."""
_Shown = tuple[int, int, Glyph, str, int]
"""One glyph on a page: which operator shows it, at which place in it, the glyph, the text that it carries, and which
/ActualText span it stands in (-1 for none)."""


class _Cluster(NamedTuple):
    text: str
    shown: array[int]
    """Operator, place in it and glyph, of one after the other."""


class _Page(NamedTuple):
    data: bytes
    operators: array[int]
    """Of those that show text (1), and those that open and close an /ActualText span (0): the number, which of both,
    and where it begins and ends in `data`."""
    texts: list[str]
    """What the clusters say, in order."""
    sizes: array[int]
    """How many glyphs each has."""
    shown: array[int]
    """The glyphs of all of them, as in a cluster."""

    @property
    def clusters(self) -> Iterator[_Cluster]:
        start = 0
        for text, size in zip(self.texts, self.sizes, strict=True):
            yield _Cluster(text, self.shown[start : start + 3 * size])
            start += 3 * size


def mend(data: bytes) -> bytes:
    """The same PDF with a true text layer; deterministic, tags and standards kept.

    A page whose operators are not as Typst writes them is left as it is, with a warning in the log.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        fonts: dict[Font, tuple[Any, dict[int, str], int]] = {}
        pages: list[tuple[Any, _Page]] = []
        for number, page in enumerate(pdf.pages, 1):
            read = _read(page, fonts)
            if read is None:
                log.warning("page %d: text layer not mended, its content is of an unknown form", number)
                return data
            pages.append((page, read))
        spelled = _vote(cluster for _, content in pages for cluster in content.clusters)
        for target, content in pages:
            target.Contents = pdf.make_stream(_write(content, spelled))
        shown = {glyph for _, content in pages for glyph in content.shown[2::3]}
        for font, mapping, number in fonts.values():
            # A glyph that got no characters must not keep the whole cluster that Typst gave it.
            rest = {code: strip(t) for code, t in mapping.items() if (number << 16 | code) not in shown}
            own = {glyph & 0xFFFF: t for glyph, t in spelled.items() if glyph >> 16 == number}
            font.ToUnicode = pdf.make_stream(_cmap({g: t for g, t in (rest | own).items() if t}))
        _clean_titles(pdf)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _read(page: Any, fonts: dict[Font, tuple[Any, dict[int, str], int]]) -> _Page | None:
    """The glyphs of a page in order, put together to clusters; None where the content cannot be followed."""
    import pikepdf

    contents = page.obj.get("/Contents")
    if contents is None:
        return _Page(b"", array("I"), [], array("I"), array("I"))
    if isinstance(contents, pikepdf.Array):
        data = b"\n".join(part.read_bytes() for part in contents)
    else:
        data = contents.read_bytes()
    named = {str(name)[1:].encode("latin-1"): font for name, font in page.obj.Resources.get("/Font", {}).items()}
    operators = array("I")
    shown: list[_Shown] = []
    opened: list[int] = []
    span = -1
    texts: dict[int, str] = {}
    mapping: dict[int, str] | None = None
    first = 0
    for number, match in enumerate(_OPERATOR.finditer(data)):
        kind = match.lastgroup
        if kind in ("first", "font"):
            resource = named.get(match["font"])
            if resource is None:
                return None
            font: Font = resource.objgen
            if font not in fonts:
                table = resource.get("/ToUnicode")
                known = parse_cmap(table.read_bytes()) if table is not None else {}
                fonts[font] = (resource, known, len(fonts))
            _, mapping, first = fonts[font]
            first <<= 16
        if kind in ("first", "show"):
            if mapping is None:
                return None
            start, end = match.span("first") if kind == "first" else match.span()
            operators.extend((number, 1, start, end))
            codes = enumerate(_codes(data[start:end]))
            if span >= 0:
                text = texts[span]
                shown += [(number, place, first | code, text, span) for place, code in codes]
            else:
                shown += [(number, place, first | code, mapping.get(code, ""), -1) for place, code in codes]
        elif kind == "actual":
            texts[number] = _actual_text(match["actual"])
            operators.extend((number, 0, *match.span()))
            opened.append(number)
            span = number
        elif kind == "open":
            opened.append(-1)
        elif kind == "close":
            if not opened:
                return None
            if opened.pop() >= 0:
                operators.extend((number, 0, *match.span()))
            span = next((s for s in reversed(opened) if s >= 0), -1)
    return None if opened else _Page(data, operators, *_clusters(shown))


@lru_cache(maxsize=4096)
def _codes(show: bytes) -> tuple[int, ...]:
    """The glyphs that an operator shows, two bytes each."""
    data = b"".join(string_bytes(piece) for piece in PART.findall(show) if piece[0] in b"(<")
    return tuple(data[at] << 8 | data[at + 1] for at in range(0, len(data) - 1, 2))


@lru_cache(maxsize=4096)
def _actual_text(string: bytes) -> str:
    return text_string(string_bytes(string))


def _clusters(shown: list[_Shown]) -> tuple[list[str], array[int], array[int]]:
    """Neighbouring glyphs that carry the same text, unless a glyph comes again: then the cluster was written twice.

    (their texts, their sizes, their glyphs), as `_Page` keeps them.
    """
    texts: list[str] = []
    sizes = array("I")
    kept: list[int] = []
    before: _Shown = (-1, -1, -1, "", -1)
    leads: Glyph = -1
    size = 0
    for one in shown:
        operator, place, glyph, text, span = one
        if text == before[3] and (
            (span >= 0 and span == before[4])
            or (
                glyph != leads
                and glyph >> 16 == leads >> 16  # a cluster is of one font: the next line may begin alike
                and (operator != before[0] or _several(text))
            )
        ):
            size += 1
        else:
            if size:
                sizes.append(size)
            size = 1
            leads = glyph
            texts.append(_stripped(text))
        kept += (operator, place, glyph)
        before = one
    if size:
        sizes.append(size)
    return texts, sizes, array("I", kept)


_stripped = lru_cache(maxsize=4096)(strip)


@lru_cache(maxsize=4096)
def _several(text: str) -> bool:
    """The text may need more than one glyph: several characters, or one that decomposes."""
    text = strip(text)
    return len(text) > 1 or unicodedata.normalize("NFD", text) != text


def _vote(clusters: Iterable[_Cluster]) -> dict[Glyph, str]:
    """The characters of each glyph: what it stands for alone, else what most of its clusters leave for it."""
    alone: defaultdict[Glyph, Counter[str]] = defaultdict(Counter)
    seen: Counter[tuple[str, tuple[Glyph, ...]]] = Counter()
    for text, shown in clusters:
        if len(shown) == 3:
            alone[shown[2]][text] += 1
        else:
            seen[text, tuple(shown[2::3])] += 1
    known = {glyph: _winner(counts) for glyph, counts in alone.items()}
    votes: defaultdict[Glyph, Counter[str]] = defaultdict(Counter)
    for (text, glyphs), times in seen.items():
        left = text
        unknown = []
        for glyph in glyphs:
            part = known.get(glyph)
            if part and part in left:
                left = left.replace(part, "", 1)
            elif not part:
                unknown.append(glyph)
        if len(unknown) == 1 and left:
            votes[unknown[0]][left] += times
        elif unknown and len(left) >= len(unknown):
            for place, glyph in enumerate(unknown):
                votes[glyph][left[place:] if place == len(unknown) - 1 else left[place]] += times
    return {glyph: _winner(counts) for glyph, counts in votes.items()} | known


def _winner(counts: Counter[str]) -> str:
    """The text with most votes; among equals the shorter, then the lower, so that the result never depends on order."""
    return min(counts, key=lambda text: (-counts[text], len(text), text))


def _write(page: _Page, spelled: dict[Glyph, str]) -> bytes:
    """The page's content with the spans of Typst taken out and ours put around what glyphs do not spell."""
    wrap: dict[tuple[int, int], tuple[int, str]] = {}
    for number, (text, shown) in enumerate(page.clusters):
        if "".join([spelled.get(glyph, "") for glyph in shown[2::3]]) == text:
            continue
        first = shown[0]
        for operator, place in zip(shown[::3], shown[1::3], strict=True):
            wrap[operator, place] = (number, text if operator == first else "")  # it stands once, at its first run
    wrapped = {operator for operator, _ in wrap}
    out: list[bytes] = []
    position = 0
    for number, shows, start, end in zip(*(page.operators[n::4] for n in range(4)), strict=True):
        if shows and number not in wrapped:
            continue
        out.append(page.data[position:start])
        out.append(_wrapped(page.data[start:end], number, wrap) if shows else b"\n")
        position = end
    out.append(page.data[position:])
    return b"".join(out)


def _wrapped(show: bytes, number: int, wrap: dict[tuple[int, int], tuple[int, str]]) -> bytes:
    """One text-showing operator as several, those in a badly spelled cluster inside /ActualText spans."""
    runs: list[tuple[tuple[int, str] | None, list[bytes]]] = []
    place = 0
    for part in PART.finditer(show):
        piece = part.group()
        if piece[0] not in b"(<":
            if not runs:
                runs.append((wrap.get((number, 0)), []))
            runs[-1][1].append(piece)
            continue
        codes = string_bytes(piece)
        for at in range(0, len(codes) - 1, 2):
            state = wrap.get((number, place))
            place += 1
            if not runs or runs[-1][0] != state:
                runs.append((state, []))
            runs[-1][1].append(b"<" + codes[at : at + 2].hex().encode() + b">")
    out = []
    for state, pieces in runs:
        shown = b"[" + b"".join(_joined(pieces)) + b"]TJ"
        if state is None:
            out.append(shown)
        else:
            text = ("\ufeff" + state[1]).encode("utf-16-be").hex().upper().encode()
            out.append(b"/Span<</ActualText<" + text + b">>>BDC " + shown + b" EMC")
    return b"\n".join(out) + b"\n"


def _joined(pieces: list[bytes]) -> list[bytes]:
    """Hexadecimal strings side by side as one, numbers kept apart by a space."""
    out: list[bytes] = pieces[:1]
    for before, piece in pairwise(pieces):
        if piece[0] == before[0] == 0x3C:
            out[-1] = out[-1][:-1] + piece[1:]
        elif piece[0] != 0x3C and before[0] != 0x3C:
            out.append(b" " + piece)
        else:
            out.append(piece)
    return out


def _cmap(mapping: dict[int, str]) -> bytes:
    """A ToUnicode CMap (ISO 32000-1, 9.10.3)."""
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
    ]
    pairs = sorted(mapping.items())
    for start in range(0, len(pairs), 100):
        block = pairs[start : start + 100]
        lines.append(f"{len(block)} beginbfchar")
        lines += [f"<{glyph:04X}> <{text.encode('utf-16-be').hex().upper()}>" for glyph, text in block]
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode()


def _clean_titles(pdf: Any) -> None:
    """Takes the break marks out of the bookmarks and out of the titles of the structure tree."""
    import pikepdf

    for obj in pdf.objects:
        if not isinstance(obj, pikepdf.Dictionary):
            continue
        for key in ("/Title", "/T", "/Alt", "/ActualText", "/Contents"):
            value = obj.get(key)
            if isinstance(value, pikepdf.String):
                text = str(value)
                if strip(text) != text:
                    obj[key] = pikepdf.String(strip(text))
