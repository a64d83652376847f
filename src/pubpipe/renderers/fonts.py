"""The fonts of the publications: where they are, proof that they are the right ones, which characters they have."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pubpipe.errors import RenderError
from pubpipe.identity import Hash, digest, digest_bytes, short
from pubpipe.languages import LanguageProfile
from pubpipe.model import Value

_SEA = "justmytype_intl_sea"
_CJK = "justmytype_intl_cjk"
_WESTERN = "justmytype_western_core"

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

# Characters that ask for no glyph: format controls, variation selectors, joiners (Unicode: Default_Ignorable).
_NO_GLYPH = frozenset(
    [
        *(0x09, 0x0A, 0x0D, 0xAD, 0x034F, 0x061C, 0xFEFF),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
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

    def require_glyphs(self, texts: Iterable[str], profile: LanguageProfile) -> None:
        """Raises RenderError with the character and the words around it if no font of the language has it."""
        have: set[int] = set()
        for file in self.of(profile):
            have |= _characters(str(file.path), file.sha256)
        for text in texts:
            missing = {c for c in map(ord, set(text)) if c not in have and c not in _NO_GLYPH}
            if missing:
                place = min(text.index(chr(c)) for c in missing)
                character = text[place]
                around = " ".join(text[max(0, place - 20) : place + 21].split())
                raise RenderError(
                    f"no font of {profile.english_name} ({', '.join(profile.fonts)}) has the character "
                    f"U+{ord(character):04X} “{character}” in “{around}”.",
                    remedy="Replace the character in the text.",
                )


def find_fonts(font_dir: Path | None = None) -> FontSet:
    """The pinned Noto fonts from the installed packages, or from `font_dir` where one is named.

    Each file is compared with the SHA-256 that stands in this module; RenderError names the first that is missing
    or different. A file that was verified is not read again in this process until its size or time changes.
    """
    files = []
    for family, style, package, inside, wanted in _PINNED:
        path = _locate(font_dir, package, inside)
        state = path.stat()
        if _sha256(str(path), state.st_size, state.st_mtime_ns) != wanted:
            raise RenderError(
                f"{path} is not the {family} that pubpipe was tested with (another version or a changed file).",
                remedy="Install pubpipe's font packages again in the versions of its own metadata.",
            )
        files.append(FontFile(family=family, style=style, path=path, sha256=Hash(wanted)))
    return FontSet(files=tuple(files))


def font_state(font_dir: Path | None = None) -> tuple[tuple[str, int, int], ...]:
    """(path, size in bytes, time of change in ns) of each font file: tells cheaply that nothing was exchanged.

    RenderError as `find_fonts`, which alone proves what is in the files.
    """
    states = []
    for _, _, package, inside, _ in _PINNED:
        path = _locate(font_dir, package, inside)
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
def _characters(path: str, _sha256: Hash) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
