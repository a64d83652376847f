"""Where a line may end: ICU's opportunities written into a text as invisible characters, and taken out again.

Typst breaks Khmer, Burmese, Thai and Lao by a statistical model that agrees with ICU's dictionary in 65 to 96 of
100 places. U+2060 (word joiner) between two clusters forbids a break there and U+200B (zero width space)
allows one; the text layer of the finished PDF is cleaned of both (`text_layer`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pubpipe.languages import TARGETS, LanguageProfile
from pubpipe.model import Content, Inline, Placeholder, Text

ALLOW = "\u200b"
FORBID = "\u2060"
_HARD_SPACE = "\u00a0"
_MARKS = re.compile(f"[{ALLOW}{FORBID}]")
_LONG = re.compile(r"[^\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffef]{4,}")
_AFTER = "/._-?&=#,;:)"
_STACKERS = "\u1039\u17d2"  # Unicode IndicSyllabicCategory Invisible_Stacker: they stack the next consonant


def strip(text: str) -> str:
    """The text without the characters that `for_lines` put in."""
    return _MARKS.sub("", text)


def for_lines(content: Content, profile: LanguageProfile, longest: int = 30) -> Content:
    """The same content with its line-break opportunities spelled out, for typesetting only.

    Dictionary languages get ICU's; a sign that may not begin a line (`Typesetting.not_at_line_start`) is tied to
    the word before it; a stretch of Latin letters longer than `longest` may break after its punctuation, else
    anywhere. The places are found in the whole unit, so that a bold word does not cut a word in two.
    `strip` restores the text except that a space before a tied sign stays a no-break space.
    """
    pieces = [_piece(item) for item in content]
    whole = "".join(pieces)
    before = _between(whole, profile, longest)
    if not before:
        return content
    out: list[Inline] = []
    position = 0
    for item, piece in zip(content, pieces, strict=True):
        if not isinstance(item, Text):
            out.append(item)
        else:
            parts = []
            for offset, character in enumerate(piece):
                mark = before.get(position + offset, "")
                if mark == _HARD_SPACE:
                    parts.append(_HARD_SPACE)
                    continue
                parts += [mark, character]
            out.append(Text(text="".join(parts)))
        position += len(piece)
    return tuple(out)


def _piece(item: Inline) -> str:
    """What an inline value is to the breaker: tags and note marks are nothing, an image is an object."""
    if isinstance(item, Text):
        return item.text
    if isinstance(item, Placeholder) and item.kind in ("break", "image"):
        return "\n" if item.kind == "break" else "\ufffc"
    return ""


def hold_spaces(content: Content, profile: LanguageProfile) -> Content:
    """The same content with a no-break space before a sign that may not begin a line (Thai ` ๆ`).

    For a format that is edited later: nothing invisible is added to it.
    """
    held = profile.typesetting.not_at_line_start
    if not held or profile.word_class == "east-asian":
        return content
    pattern = re.compile(f"(?<=\\S) (?=[{re.escape(held)}])")
    return tuple(
        item.model_copy(update={"text": pattern.sub(_HARD_SPACE, item.text)}) if isinstance(item, Text) else item
        for item in content
    )


def _between(text: str, profile: LanguageProfile, longest: int) -> dict[int, str]:
    """Offset to what stands before that character: ALLOW, FORBID, or a no-break space in its place."""
    before: dict[int, str] = {}
    if any(map(_without_spaces, text)):
        before = _dictionary(text, profile)
    # Typst keeps East Asian line-start rules itself, and a joiner would disturb how it squeezes punctuation.
    held = "" if profile.word_class == "east-asian" else profile.typesetting.not_at_line_start
    for place, character in enumerate(text):
        if place and character in held and not _belongs(character, text[:place]):
            if text[place - 1] == " " and place > 1:
                before[place - 1] = _HARD_SPACE
                before.pop(place, None)
            elif not text[place - 1].isspace():
                before[place] = FORBID
    for match in _LONG.finditer(text):
        if match.end() - match.start() > longest:
            before.update(_inside_long(match.group(), match.start(), longest))
    return before


_DICTIONARY = tuple(r for p in TARGETS.values() if p.typesetting.dictionary_breaks for r in p.script_ranges)
_DICTIONARY_FROM = min(first for first, _ in _DICTIONARY)


@lru_cache(maxsize=4096)
def _without_spaces(character: str) -> bool:
    """The character is of a script whose words only a dictionary can tell, whatever the language of the text."""
    code = ord(character)
    return code >= _DICTIONARY_FROM and any(first <= code <= last for first, last in _DICTIONARY)


def _dictionary(text: str, profile: LanguageProfile) -> dict[int, str]:
    """ICU's word-wise opportunities of the scripts without spaces: allowed there, forbidden at every other cluster.

    In a language that Typst breaks well itself, only a word in such a script is touched.
    """
    from icu4py.breakers import CharacterBreaker, LineBreaker

    before: dict[int, str] = {}
    everywhere = profile.typesetting.dictionary_breaks
    place = 0
    for piece in LineBreaker(text, profile.locale):
        start = place
        previous = ""
        for cluster in CharacterBreaker(piece, profile.locale):
            if place > start and not _belongs(cluster, previous):
                if _without_spaces(cluster[0]) and not previous.isspace():
                    before[place] = FORBID
            elif (
                place == start
                and place
                and not text[place - 1].isspace()
                and (everywhere or _without_spaces(text[place - 1]) or _without_spaces(cluster[0]))
            ):
                before[place] = ALLOW
            place += len(cluster)
            previous = cluster
    return before


def _belongs(cluster: str, previous: str) -> bool:
    """A mark, or a consonant stacked on the one before: a joiner there would break the syllable's shape.

    ICU's clusters (UAX #29) cut before Burmese spacing vowels; their general category is a mark all the same.
    """
    return unicodedata.category(cluster[0])[0] == "M" or previous[-1] in _STACKERS


def _inside_long(word: str, start: int, longest: int) -> dict[int, str]:
    """Opportunities in a word or address that is longer than a line may be."""
    before: dict[int, str] = {}
    last = 0
    for place in range(1, len(word)):
        after_sign = word[place - 1] in _AFTER and word[place] not in _AFTER
        if (after_sign or place - last >= longest) and not unicodedata.combining(word[place]):
            before[start + place] = ALLOW
            last = place
    return before
