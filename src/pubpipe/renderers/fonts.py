"""The fonts of the publications: where they are, proof that they are the right ones, which characters they have."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pubpipe.errors import RenderError
from pubpipe.identity import Hash, digest, digest_bytes, short
from pubpipe.languages import LanguageProfile
from pubpipe.model import Value
from pubpipe.renderers.font_characters import code_points

_SEA = "justmytype_intl_sea"
_CJK = "justmytype_intl_cjk"
_WESTERN = "justmytype_western_core"
_INDIC = "justmytype_intl_south_asia"
_RTL = "justmytype_intl_rtl"

# Family, style, package, path in it, SHA-256. Debian ships Noto fonts of the same names without Latin letters, and
# each of these packages is the work of one publisher: nothing but these bytes is accepted. All are Noto by
# Google under the SIL Open Font License 1.1 (OFL.txt beside each file), embedding allowed (fsType 0).
_PINNED = (
    (
        "Noto Sans Khmer",
        "normal",
        _SEA,
        "fonts/ofl/notosanskhmer/NotoSansKhmer[wdth,wght].ttf",
        "f37a8431a0c5d5ed2f81a767417546aca576a81fb7eff9c924d46aecf828f2ca",
    ),
    (
        "Noto Sans Myanmar",
        "normal",
        _SEA,
        "fonts/ofl/notosansmyanmar/NotoSansMyanmar[wdth,wght].ttf",
        "7abbbfbe2514105d7ce94937aee3feb2ba89b73a256c8b77b5866bd9b83e32ec",
    ),
    (
        "Noto Sans Thai",
        "normal",
        _SEA,
        "fonts/ofl/notosansthai/NotoSansThai[wdth,wght].ttf",
        "5a1c559bb539583c8a1fd99d1c5b9491e5e14478c9cd2bd0970d5c3096cc9ef8",
    ),
    (
        "Noto Sans Lao",
        "normal",
        _SEA,
        "fonts/ofl/notosanslao/NotoSansLao[wdth,wght].ttf",
        "9608b94603a82d09a8038946f9775242f99e3b3459b7f1e4d5b335b578cd7ab3",
    ),
    (
        "Noto Sans JP",
        "normal",
        _CJK,
        "fonts/ofl/notosansjp/NotoSansJP[wght].ttf",
        "c2f3b4d463500a2ddcd3849cded1fceeb9fd6d1c32e6cbecd568453ba50fc68f",
    ),
    (
        "Noto Sans",
        "normal",
        _WESTERN,
        "fonts/ofl/notosans/NotoSans[wdth,wght].ttf",
        "bfb7bb691513f12e734dc346c03a03f784912432d7e3fa8e56efcf906fe86b3d",
    ),
    (
        "Noto Sans",
        "italic",
        _WESTERN,
        "fonts/ofl/notosans/NotoSans-Italic[wdth,wght].ttf",
        "58e6e0ebd1931b29a365aa2d3e2ee9a9e831a3af7cf3ad1462d4e72154f0b291",
    ),
)


class _Spare(NamedTuple):
    family: str
    package: str
    inside: str
    sha256: str
    locale: str
    """What Word calls the language, where the characters tell it."""


# For a name, a sign or the name of a language in another script, after the fonts of all languages, in this order.
# Same publishers and terms as above (STIX Two Math: the STIX Fonts project, SIL Open Font License 1.1).
# A spare font whose package is not installed is passed over; a changed one is refused like any other.
_SPARE = (
    _Spare(
        "Noto Sans Symbols 2",
        _WESTERN,
        "fonts/ofl/notosanssymbols2/NotoSansSymbols2-Regular.ttf",
        "7d5fb73b7ca67a6798101741f5d280a3d016a56a197afcd4199dbb57b4b82a21",
        "",
    ),
    _Spare(
        "Noto Sans Mono",
        _WESTERN,
        "fonts/ofl/notosansmono/NotoSansMono[wdth,wght].ttf",
        "2cb2adb378a8f574213e23df697050b83c54c27df465a2015552740b2769a081",
        "",
    ),
    _Spare(
        "Noto Sans SC",
        _CJK,
        "fonts/ofl/notosanssc/NotoSansSC[wght].ttf",
        "a3041811a78c361b1de50f953c805e0244951c21c5bd412f7232ef0d899af0da",
        "zh-CN",
    ),
    _Spare(
        "Noto Sans KR",
        _CJK,
        "fonts/ofl/notosanskr/NotoSansKR[wght].ttf",
        "194018e6b2b293a7964f037b25c0249ce1418bc9ab3c971060a03aa57861e252",
        "ko-KR",
    ),
    _Spare(
        "Noto Sans Devanagari",
        _INDIC,
        "fonts/ofl/notosansdevanagari/NotoSansDevanagari[wdth,wght].ttf",
        "9ce7b04f60e363d8870e5997744cf85cf69d38a4d7d129d364d92a3b14b461d7",
        "",
    ),
    _Spare(
        "Noto Sans Bengali",
        _INDIC,
        "fonts/ofl/notosansbengali/NotoSansBengali[wdth,wght].ttf",
        "dcd42978094e584a849c84a51450eeac40c8826057d566ea6d4b9627a403a05a",
        "",
    ),
    _Spare(
        "Noto Sans Tamil",
        _INDIC,
        "fonts/ofl/notosanstamil/NotoSansTamil[wdth,wght].ttf",
        "aa3a9b321f4b0bb2c40203ffbde9af89713227866e0e13f76e5b9eeea727cf88",
        "",
    ),
    _Spare(
        "Noto Sans Telugu",
        _INDIC,
        "fonts/ofl/notosanstelugu/NotoSansTelugu[wdth,wght].ttf",
        "e618af7bf999df192ed4f388eba2e563f2b5015034e9cbb317b5bd793bd7334d",
        "",
    ),
    _Spare(
        "Noto Sans Arabic",
        _RTL,
        "fonts/ofl/notosansarabic/NotoSansArabic[wdth,wght].ttf",
        "63111b5b2e074dd48cc67692e0a2726d86ee94c1c37fe8598257b7b4e87e869e",
        "",
    ),
    _Spare(
        "Noto Sans Hebrew",
        _RTL,
        "fonts/ofl/notosanshebrew/NotoSansHebrew[wdth,wght].ttf",
        "7ef36a2c3593758cdb622e1bdef4f84523e92fbc3ccc667438dd80ff54c2de88",
        "",
    ),
    _Spare(
        "STIX Two Math",
        _WESTERN,
        "fonts/ofl/stixtwomath/STIXTwoMath-Regular.ttf",
        "562551b15b836e6e01d1b7350909baf3c8c8d83260c1190fbf4544333e6936de",
        "",
    ),
)

FAMILIES = (
    *("Noto Sans", "Noto Sans Khmer", "Noto Sans Myanmar", "Noto Sans Thai", "Noto Sans Lao"),
    *("Noto Sans Symbols 2", "STIX Two Math", "Noto Sans Mono", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR"),
    *("Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Telugu"),
    *("Noto Sans Arabic", "Noto Sans Hebrew"),
)
"""All families, in the order in which they step in for one another."""

# Characters that ask for no glyph: format controls, variation selectors, joiners (Unicode: Default_Ignorable).
NO_GLYPH = frozenset(
    [
        *(0x09, 0x0A, 0x0D, 0xAD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
        *range(0xE0000, 0xE0200),
    ]
)


class FontFile(Value):
    family: str
    style: str
    path: Path
    sha256: Hash


class FontSet(Value):
    """Font files that were found and proved to be the pinned ones."""

    files: tuple[FontFile, ...]

    @property
    def fingerprint(self) -> str:
        """Changes when any font file changes, not when it moves."""
        return f"noto/{short(digest([[f.family, f.style, f.sha256] for f in self.files]))}"

    def of(self, profile: LanguageProfile) -> tuple[FontFile, ...]:
        """The files of a language's families in the order of its profile; RenderError names a family not here."""
        found: list[FontFile] = []
        for family in profile.fonts:
            files = [f for f in self.files if f.family == family]
            if not files:
                raise RenderError(
                    f"there is no font {family!r}, which {profile.english_name} needs.",
                    remedy="Install pubpipe's font packages again, or name a font folder that has it.",
                )
            found += files
        return tuple(found)

    def spare(self, profile: LanguageProfile) -> tuple[str, ...]:
        """The families that step in where a language's own lack a character, in the order in which they are asked."""
        have = {f.family for f in self.files}
        return tuple(family for family in FAMILIES if family in have and family not in profile.fonts)

    def covers(self, families: Iterable[str]) -> frozenset[int]:
        """The code points that at least one of the families can print upright."""
        wanted = tuple(families)
        return _together(tuple((str(f.path), f.sha256) for f in self.files if f.family in wanted))

    def require_glyphs(self, texts: Iterable[str], profile: LanguageProfile) -> None:
        """Raises RenderError with the character and the words around it if no font at all has it."""
        own = self.covers(f.family for f in self.of(profile))
        for text in texts:
            missing = {c for c in map(ord, set(text)) if c not in own and c not in NO_GLYPH}
            for family in self.spare(profile) if missing else ():
                missing -= self.covers((family,))
            if missing:
                place = min(text.index(chr(c)) for c in missing)
                character = text[place]
                around = " ".join(text[max(0, place - 20) : place + 21].split())
                private = "\ue000" <= character <= "\uf8ff"
                raise RenderError(
                    f"no font has the character U+{ord(character):04X} “{character}” in “{around}” "
                    f"(asked: those of {profile.english_name} and {len(self.spare(profile))} more).",
                    remedy="It is a picture out of a symbol font; type the sign itself in the text."
                    if private
                    else "Replace the character in the text.",
                )


def find_fonts(font_dir: Path | None = None) -> FontSet:
    """The pinned fonts from the installed packages, or from `font_dir` where one is named.

    Each file is compared with the SHA-256 that stands in this module; RenderError names the first that is missing
    or different. A file that was verified is not read again in this process until its size or time changes.
    """
    files = []
    for family, style, path, wanted in _wanted(font_dir):
        state = path.stat()
        if _sha256(str(path), state.st_size, state.st_mtime_ns) != wanted:
            raise RenderError(
                f"{path} is not the {family} that pubpipe was tested with (another version or a changed file).",
                remedy="Install pubpipe's font packages again in the versions of its own metadata.",
            )
        files.append(FontFile(family=family, style=style, path=path, sha256=Hash(wanted)))
    return FontSet(files=tuple(files))


def spare_locale(family: str) -> str:
    """The language that the characters of a spare family tell, as Word calls it; "" where several share them."""
    return next((s.locale for s in _SPARE if s.family == family), "")


def _wanted(font_dir: Path | None) -> Iterator[tuple[str, str, Path, str]]:
    """Family, style, path and SHA-256 of every font, the spare ones only where they are installed."""
    for family, style, package, inside, wanted in _PINNED:
        yield family, style, _locate(font_dir, package, inside), wanted
    for spare in _SPARE:
        try:
            path = _locate(font_dir, spare.package, spare.inside)
        except RenderError:
            continue
        yield spare.family, "normal", path, spare.sha256


def font_state(font_dir: Path | None = None) -> tuple[tuple[str, int, int], ...]:
    """(path, size in bytes, time of change in ns) of each font file: tells cheaply that nothing was exchanged.

    RenderError as `find_fonts`, which alone proves what is in the files.
    """
    states = []
    for _, _, path, _ in _wanted(font_dir):
        state = path.stat()
        states.append((str(path), state.st_size, state.st_mtime_ns))
    return tuple(states)


def typst_fonts(fonts: FontSet) -> Any:
    """The `typst.Fonts` of these files, made once in a process: no system font and no font of Typst's own."""
    return _typst_fonts(tuple(sorted({str(f.path.parent) for f in fonts.files})))


@lru_cache(maxsize=4)
def _typst_fonts(folders: tuple[str, ...]) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))


def _locate(font_dir: Path | None, package: str, inside: str) -> Path:
    name = Path(inside).name
    if font_dir is not None:
        found = next(iter(sorted(p for p in font_dir.rglob("*.ttf") if p.name == name)), None)
        if found is None:
            raise RenderError(
                f"the font folder {font_dir} has no {name}.",
                remedy="Put the file there, or leave the font folder out to use the installed packages.",
            )
        return found
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RenderError(
            f"the font package {package} with {name} is not installed.",
            remedy=f"pip install {package.replace('_', '-')}",
        )
    path = Path(spec.origin).parent / inside
    if not path.is_file():
        raise RenderError(
            f"the font package {package} has no {name}.",
            remedy=f"pip install --force-reinstall {package.replace('_', '-')}==0.1.0",
        )
    return path


@lru_cache(maxsize=64)
def _sha256(path: str, _size: int, _mtime: int) -> Hash:
    return digest_bytes(Path(path).read_bytes())


@lru_cache(maxsize=64)
def _together(files: tuple[tuple[str, Hash], ...]) -> frozenset[int]:
    return frozenset().union(*(_characters(*file) for file in files))


@lru_cache(maxsize=64)
def _characters(path: str, _sha256: Hash) -> frozenset[int]:
    with Path(path).open("rb") as file:
        return code_points(file)
