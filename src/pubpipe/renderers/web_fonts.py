"""Fonts for a page in a browser: WOFF2 files that hold just what a text needs, and the CSS that names them.

    web_fonts(profile, fonts, text, bold=...)  -> the files (`WebFont`), one a family and cut
    web_fonts_css(files)                       -> @font-face rules, the files inside them as data: URIs
    web_fonts_css(files, url)                  -> the same, pointing to where the caller serves `WebFont.file_name`
    font_stack(profile, files)                 -> the value of `font-family` for the language

The layout tables stay whole for the characters that are kept (HarfBuzz follows every substitution), so that Khmer and
Burmese stack, and Thai and Lao marks stand, as in the full font. Same text, same fonts, same libraries: same bytes.
A browser asks a later family only for what the earlier ones lack, so none has more than its share of the text.
"""

from __future__ import annotations

import base64
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Literal

from pubpipe.errors import RenderError
from pubpipe.identity import Hash, digest_bytes, short
from pubpipe.languages import LanguageProfile
from pubpipe.model import Value
from pubpipe.renderers.fonts import NO_GLYPH, FontSet

REGULAR, BOLD = 400, 700
"""The two weights of a page, CSS font-weight."""
_ALWAYS = frozenset(map(ord, " \u00a0-\u2010\u2026\u25cc"))
"""What a browser may show without the text saying so: spaces, hyphens, an ellipsis, the circle under a lone mark."""
_VERTICAL = frozenset(["valt", "vert", "vhal", "vkna", "vkrn", "vpal", "vrt2", "vrtr", "vchw"])
"""OpenType features of vertical lines, which no page of ours has."""
_NAMES = (0, 1, 2, 4, 6, 13, 14)
"""Name records that stay: the SIL Open Font License asks for its copyright notice and licence in every copy."""


class WebFont(Value):
    """One WOFF2 file."""

    family: str
    style: Literal["normal", "italic"]
    weight: int
    data: bytes

    @property
    def hash(self) -> Hash:
        return digest_bytes(self.data)

    @property
    def file_name(self) -> str:
        """A name that changes with the bytes, so that a browser may keep the file for ever."""
        slope = ".italic" if self.style == "italic" else ""
        return f"{self.family.lower().replace(' ', '-')}.{self.weight}{slope}.{short(self.hash)}.woff2"


def web_fonts(
    profile: LanguageProfile,
    fonts: FontSet,
    text: str,
    *,
    bold: str = "",
    italic: str = "",
    bold_italic: str = "",
) -> tuple[WebFont, ...]:
    """The files that print `text` upright, and the other three where they stand on the page in another cut.

    First those of the language, then the spare families for what these lack, in the order in which a browser should
    ask them. A family of which the text has no character is not there. A script without italics gets none (CSS
    `font-synthesis: none` keeps the browser from slanting it): its italic text is printed upright. A character that
    no font has is left out: `FontSet.require_glyphs` is the place to refuse it. RenderError where a family of the
    language is missing or a font file cannot be cut.
    """
    slanted = frozenset(f.family for f in fonts.files if f.style == "italic")
    wanted: dict[tuple[str, str, int], set[int]] = {}
    for words, style, weight in (
        (text, "normal", REGULAR),
        (bold, "normal", BOLD),
        (italic, "italic", REGULAR),
        (bold_italic, "italic", BOLD),
    ):
        for family, characters in _shared_out(words, profile, fonts).items():
            cut = style if family in slanted else "normal"
            wanted.setdefault((family, cut, weight), set()).update(characters)
    files = {(f.family, f.style): f for f in fonts.files}
    order = _families(profile, fonts)
    made = []
    for family, style, weight in sorted(wanted, key=lambda key: (order.index(key[0]), key[1] != "normal", key[2])):
        file = files[family, style]
        data = _woff2(str(file.path), file.sha256, _ALWAYS.union(wanted[family, style, weight]), weight)
        made.append(WebFont(family=family, style="italic" if style == "italic" else "normal", weight=weight, data=data))
    return tuple(made)


def web_fonts_css(files: Iterable[WebFont], url: Callable[[WebFont], str] | None = None) -> str:
    """The @font-face rules; without `url` each file stands in its rule, and the page asks for nothing."""
    rules = []
    for file in files:
        place = url(file) if url else f"data:font/woff2;base64,{base64.b64encode(file.data).decode()}"
        rules.append(
            f'@font-face{{font-family:"{file.family}";font-style:{file.style};font-weight:{file.weight};'
            f'font-display:swap;src:url("{place}") format("woff2")}}\n'
        )
    return "".join(rules)


def font_stack(profile: LanguageProfile, files: Iterable[WebFont] = ()) -> str:
    """The value of `font-family`: the language's own families, then the others among `files`, then any sans serif."""
    others = (file.family for file in files if file.family not in profile.fonts)
    return ", ".join([*(f'"{family}"' for family in dict.fromkeys((*profile.fonts, *others))), "sans-serif"])


def _families(profile: LanguageProfile, fonts: FontSet) -> tuple[str, ...]:
    return (*dict.fromkeys(f.family for f in fonts.of(profile)), *fonts.spare(profile))


def _shared_out(text: str, profile: LanguageProfile, fonts: FontSet) -> dict[str, set[int]]:
    """Family to the code points that a browser will ask it for: the first that has a whole cluster prints it."""
    out: dict[str, set[int]] = {}
    families = _families(profile, fonts)
    for cluster in set(_clusters(unicodedata.normalize("NFC", text))):
        need = {ord(c) for c in cluster} | _companions(cluster)
        visible = need - NO_GLYPH
        if not visible or cluster.isspace():
            continue
        family = next((f for f in families if visible <= fonts.covers((f,))), None)
        if family is not None:
            out.setdefault(family, set()).update(need)
            continue
        for code in visible:
            family = next((f for f in families if code in fonts.covers((f,))), None)
            if family is not None:
                out.setdefault(family, set()).add(code)
    return out


_SPLIT_KHMER = frozenset(range(0x17BE, 0x17C1)) | {0x17C4, 0x17C5}
_PREFIX_KHMER = 0x17C1


def _companions(cluster: str) -> set[int]:
    """Characters that a shaper puts in the place of others before it looks for glyphs: without them in the font the
    whole syllable falls back to another one.

    Thai and Lao SARA AM and the split vowels of Indic scripts come apart as Unicode decomposes them; the Khmer ones
    get U+17C1 before them (OpenType: Creating and supporting OpenType fonts for Khmer, and for Thai and Lao).
    """
    out: set[int] = set()
    for character in cluster:
        code = ord(character)
        if 0x0900 <= code <= 0x109F:
            out.update(map(ord, unicodedata.normalize("NFKD", character)))
        elif code in _SPLIT_KHMER:
            out.add(_PREFIX_KHMER)
    return out


def _clusters(text: str) -> Iterator[str]:
    """A character with the marks, joiners and selectors after it."""
    start = 0
    for place in range(1, len(text)):
        if ord(text[place]) not in NO_GLYPH and unicodedata.category(text[place])[0] != "M":
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


@lru_cache(maxsize=64)
def _woff2(path: str, _sha256: Hash, characters: frozenset[int], weight: int) -> bytes:
    """A static WOFF2 of one weight with these characters and every glyph that they turn into.

    HarfBuzz cuts (some milliseconds, where fontTools takes up to two seconds a font), fontTools packs.
    """
    import uharfbuzz
    from fontTools.ttLib import TTFont, TTLibError

    try:
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path))
        wanted = uharfbuzz.SubsetInput()
        wanted.unicode_set.update(characters)
        wanted.name_id_set.clear()
        wanted.name_id_set.update(_NAMES)
        for feature in _VERTICAL:
            wanted.layout_feature_tag_set.discard(_number(feature))
        for table in ("vhea", "vmtx", "VORG"):
            wanted.drop_table_tag_set.add(_number(table))
        # The contours of a variable font overlap: macOS leaves holes there if the font does not say so.
        wanted.flags = uharfbuzz.SubsetFlags.NOTDEF_OUTLINE | uharfbuzz.SubsetFlags.SET_OVERLAPS_FLAG
        wanted.pin_all_axes_to_default(face)
        if any(axis.tag == "wght" for axis in face.axis_infos):
            wanted.pin_axis_location(face, "wght", weight)
        out = io.BytesIO()
        with TTFont(io.BytesIO(uharfbuzz.subset(face, wanted).blob.data), recalcTimestamp=False) as font:
            font.flavor = "woff2"
            font.save(out, reorderTables=False)
    except (TTLibError, ImportError, OSError, RuntimeError, uharfbuzz.HarfBuzzError) as error:
        raise RenderError(
            f"no web font can be cut out of {path}: {error}.", remedy="Install pubpipe's font packages again."
        ) from error
    return out.getvalue()


def _number(tag: str) -> int:
    """A table's or feature's tag as OpenType counts it: four bytes, the first the highest."""
    return int.from_bytes(tag.encode("ascii"), "big")
