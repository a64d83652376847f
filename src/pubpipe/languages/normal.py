"""Two forms of a text: `canonical`, which is stored and published, and `fold`, which is only compared.

NFC alone does not make equal what readers see as equal, and NFKC destroys Thai and Lao (it splits U+0E33 and
U+0EDC), so neither form is one of Unicode's own. Each rule looks only at characters of its own script, so
that no language has to be named: a Thai name in an English sentence is repaired like any other Thai.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Literal

_Step = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_MARK_RUN = re.compile(r"[^\w\s!-~]{32,}")
"""Where long runs of combining marks can hide: Python's `\\w` matches no mark."""
_CLUSTER = re.compile(r"\S(?:[^\w\s!-~]|[\u1160-\u11ff])*")
"""A character with what may compose with it: marks, and the Hangul vowels and finals."""
_SPACES = re.compile(r"\s+")


def canonical(text: str) -> str:
    """The text as it is stored and published: NFC, and repairs that no reader can see.

    Idempotent. Sources of the repairs: Thai and Lao SARA AM, the doubled SARA E and the order of tone and
    vowel from the Unicode core specification 16.1 and 16.2; Khmer order (base, robat, subscripts with RO
    last, shifter, vowel, signs) from 16.4, table 16-10, and the deprecated U+17A3 from the code chart.
    """
    if text.isascii():
        return text
    text = _nfc(text)
    for pattern, change in _CANONICAL:
        text = pattern.sub(change, text)
    return _nfc(text)


FOLDING = 1
"""The version of `fold`. Keys of the translation memory are made with it: whoever changes what `fold` returns for any
text raises this, and each store makes its keys anew when it is opened."""


def fold(text: str) -> str:
    """A key for comparing: canonical, case folded, and without every difference that means nothing.

    Besides `canonical` it drops invisible characters (U+200B to U+200D, U+2060, U+FEFF, U+00AD), makes white
    space one space, digits of all scripts ASCII, quotation marks and dashes plain, full and half width alike;
    and it joins Khmer coeng DA and TA, Lao HO NO and HO MO with their two-letter spelling, both Vietnamese
    tone placements, and the Burmese orders that look the same (Unicode Technical Note 11).
    """
    text = canonical(text)
    if text.isascii():
        return _SPACES.sub(" ", text).strip().lower()
    for pattern, change in _FOLD:
        text = _nfc(text) if pattern is _CLUSTER else pattern.sub(change, text)
    return text.strip()


def fold_with_map(text: str) -> tuple[str, tuple[int, ...]]:
    """`fold(text)`, and for each of its characters (and its end) the index in `text` where that character
    begins.

    A span (a, b) of the folded text is `unfold_span(text, map, a, b)` of the original.
    """
    folded, places = text, list(range(len(text) + 1))
    for pattern, change in (_COMPOSE, *_CANONICAL, _COMPOSE, *_FOLD):
        folded, places = _sub_with_map(pattern, change, folded, places)
    start = len(folded) - len(folded.lstrip())
    end = max(start, len(folded.rstrip()))
    return folded[start:end], tuple(places[start : end + 1])


def unfold_span(text: str, places: tuple[int, ...], start: int, end: int) -> tuple[int, int]:
    """Where the folded characters `start` to `end` stand in `text`, without invisible characters at the
    edges."""
    first, last = places[start], places[end] if end > start else places[start]
    while last > first and _INVISIBLE.match(text[last - 1]):
        last -= 1
    while first < last and _INVISIBLE.match(text[first]):
        first += 1
    return first, last


def zawgyi(text: str) -> Literal["yes", "no", "unknown"]:
    """Whether a paragraph is Burmese in the Zawgyi encoding, which shows as nonsense in a Unicode font.

    "unknown" means that the text is too short or too plain to tell: it looks the same in both encodings, or
    the detector (myanmartools, trained on paragraphs) is undecided. Text without Burmese letters is "no". A
    short text is "yes" only where it also breaks the rules of Unicode's encoding (a U+1039 that stacks
    nothing, a vowel E with no consonant before it), because on single words the detector alone calls good
    Burmese Zawgyi.
    """
    letters = len(_BURMESE.findall(text))
    if not letters:
        return "no"
    probability = _detector().get_zawgyi_probability(text)
    if probability >= 0.95 and (letters >= 24 or _NOT_UNICODE_BURMESE.search(text)):
        return "yes"
    if 0 <= probability <= 0.05 and letters >= 6:
        return "no"
    return "unknown"


# --- steps
# -----------------------------------------------------------------------------------------------------


def _nfc(text: str) -> str:
    """NFC in linear time.

    CPython orders combining marks by insertion, which takes quadratic time on a long unordered run: such runs
    are ordered here before.
    """
    return unicodedata.normalize("NFC", _MARK_RUN.sub(_ordered, text))


def _ordered(match: re.Match[str]) -> str:
    out: list[str] = []
    run: list[str] = []
    for char in "".join(unicodedata.normalize("NFD", c) for c in match[0]):
        if unicodedata.combining(char):
            run.append(char)
            continue
        out += sorted(run, key=unicodedata.combining)
        run = []
        out.append(char)
    return "".join(out + sorted(run, key=unicodedata.combining))


def _khmer_class(part: str) -> int:
    char = part[0]
    if char == "\u17cc":  # robat
        return 0
    if char == "\u17d2":  # coeng: RO goes last, since it is drawn around the others
        return 2 if part[1] == "\u179a" else 1
    if char in "\u17c9\u17ca":  # shifters
        return 3
    if char in "\u17c1\u17c2\u17c3":  # vowels drawn before the base
        return 4
    if "\u17b6" <= char <= "\u17c5":
        return 5
    return 7 if char in "\u17c7\u17c8" else 6


_KHMER_PART = re.compile("\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17d3\u17dd]")


def _khmer_order(match: re.Match[str]) -> str:
    parts = sorted(_KHMER_PART.findall(match[2]), key=_khmer_class)
    return match[1] + "".join(parts).replace("\u17c1\u17b8", "\u17be").replace("\u17c1\u17b6", "\u17c4")


def _tones_last(match: re.Match[str]) -> str:
    return "".join(sorted(match[0], key=lambda c: "\u0e48" <= c <= "\u0e4b" or "\u0ec8" <= c <= "\u0ecb"))


def _by_place(match: re.Match[str]) -> str:
    return "".join(sorted(match[0]))


_BURMESE_VOWELS = "\u102d\u102e\u1032\u102f\u1030\u1036"


def _burmese_vowels(match: re.Match[str]) -> str:
    return "".join(sorted(match[0], key=_BURMESE_VOWELS.index))


def _table(pairs: dict[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda match: pairs[match[0]]


def _constant(value: str) -> Callable[[re.Match[str]], str]:
    return lambda _: value


def _tones(match: re.Match[str]) -> str:
    """òa to oà, óe to oé, ủy to uỷ: the tone on the second vowel."""
    first, second = (match[1], match[2]) if match[1] else (match[3], match[4])
    parts = unicodedata.normalize("NFD", first)
    return unicodedata.normalize("NFC", parts[0] + second + parts[1:])


_CANONICAL: tuple[_Step, ...] = (
    # Thai, Lao: nikhahit, perhaps a tone, aa -> the tone, SARA AM
    (re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32"), lambda m: m[1] + "\u0e33"),
    (re.compile("\u0ecd([\u0ec8-\u0ecb]?)\u0eb2"), lambda m: m[1] + "\u0eb3"),
    # SARA E twice -> SARA AE
    (re.compile("\u0e40\u0e40"), _constant("\u0e41")),
    (re.compile("\u0ec0\u0ec0"), _constant("\u0ec1")),
    # a tone typed before the vowel above or below
    (re.compile("[\u0e48-\u0e4b][\u0e31\u0e34-\u0e39\u0e48-\u0e4b]+"), _tones_last),
    (re.compile("[\u0ec8-\u0ecb][\u0eb1\u0eb4-\u0eb9\u0ebb\u0ec8-\u0ecb]+"), _tones_last),
    # Khmer
    (re.compile("\u17a3"), _constant("\u17a2")),
    (
        re.compile("([\u1780-\u17b3])((?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17d3\u17dd]){2,})"),
        _khmer_order,
    ),
)

_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]+")
_BURMESE = re.compile("[\u1000-\u103f\u104c-\u109f]")
_NOT_UNICODE_BURMESE = re.compile(
    "\u1039(?![\u1000-\u1022\u103f])|(?<![\u1000-\u102a\u103b-\u103f\u1050-\u109f])\u1031"
)
_DIGITS = {chr(zero + i): str(i) for zero in (0x0E50, 0x0ED0, 0x1040, 0x1090, 0x17E0, 0xFF10) for i in range(10)}
_PLAIN = {
    **_DIGITS,
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("‐‑‒–—−", "-"),
    "〜": "~",
    "ð": "đ",  # Eth stands for the Vietnamese letter in old 8-bit fonts
    "\u0edc": "\u0eab\u0e99",
    "\u0edd": "\u0eab\u0ea1",
    "\u103f": "\u101e\u1039\u101e",
}

_COMPOSE: _Step = (_CLUSTER, lambda m: _nfc(m[0]))

_FOLD: tuple[_Step, ...] = (
    (_INVISIBLE, _constant("")),
    # half and full width; U+FFE0.. are signs
    (re.compile("[\uff01-\uffee]+"), lambda m: unicodedata.normalize("NFKC", m[0])),
    (re.compile(r"[^\W\d_]+"), lambda m: m[0].casefold()),
    # what was apart, wide or a capital before may compose now
    _COMPOSE,
    *_CANONICAL,
    _COMPOSE,
    # Burmese: zero for the letter WA where a sign of the syllable follows, WA for zero between digits
    (re.compile("\u1040(?=[\u102b-\u103e])"), _constant("\u101d")),
    (re.compile("(?<=[\u1040-\u1049])\u101d(?=[\u1040-\u1049])"), _constant("\u1040")),
    (re.compile("\u1025(?=\u103a)"), _constant("\u1009")),
    (re.compile("[\u103b-\u103e]{2,}"), _by_place),
    (re.compile(f"[{_BURMESE_VOWELS}]{{2,}}"), _burmese_vowels),
    (re.compile("\u17d2\u178a"), _constant("\u17d2\u178f")),
    (re.compile("([òóỏõọÒÓỎÕỌ])([aeAE])|([ùúủũụÙÚỦŨỤ])([yY])"), _tones),
    (re.compile("[" + re.escape("".join(_PLAIN)) + "]"), _table(_PLAIN)),
    (_SPACES, _constant(" ")),
)


def _sub_with_map(
    pattern: re.Pattern[str], change: Callable[[re.Match[str]], str], text: str, places: list[int]
) -> tuple[str, list[int]]:
    """`pattern.sub(change, text)` that keeps, for each character, where it came from."""
    parts: list[str] = []
    moved: list[int] = []
    done = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        new = change(match)
        if new == match[0]:
            continue
        parts += (text[done:start], new)
        moved += places[done:start]
        if len(new) == end - start:
            moved += places[start:end]
        else:
            moved += [places[min(start + i, end - 1)] for i in range(len(new))]
        done = end
    parts.append(text[done:])
    moved += places[done:]
    return "".join(parts), moved


@functools.cache
def _detector() -> Any:
    from myanmartools import ZawgyiDetector

    return ZawgyiDetector()
