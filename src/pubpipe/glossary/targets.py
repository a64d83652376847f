"""Which forms of terms stand in a translation: the longest ones, wherever one of them lies inside another.

A literal search works because Khmer, Burmese, Thai, Lao and Vietnamese do not inflect and Japanese particles
stand outside a noun. Its danger is the opposite one: the form for "labour" found inside the form for "migrant
worker". So all forms of all terms are searched at once and a longer one hides what it covers.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pubpipe.glossary.terms import Term
from pubpipe.languages import LanguageProfile, profile
from pubpipe.languages.normal import fold, fold_with_map, unfold_span
from pubpipe.model import LanguageTag, Span

SHORT = 6
"""Forms with fewer characters are weak evidence in a script without spaces (measured: up to 93 % of
accidental finds of two-character words lie across word boundaries, 34 % at five, 11 % at eight)."""

_BEFORE_BASE = re.compile("[\u0e40-\u0e44\u0ec0-\u0ec4\u17d2\u1039]")
"""Thai and Lao vowels written before their consonant, and the signs that stack the next consonant."""
_AFTER_BASE = re.compile("[\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3\u0ebd]|[\u1000-\u1021]\u1037?[\u103a\u1039]")
"""Thai and Lao vowels written after their consonant, and a Burmese final consonant: the syllable goes on."""


_HAN = re.compile("[\u3005\u3007\u3400-\u9fff\uf900-\ufaff]+")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]+")


class Occurrence(NamedTuple):
    """A form that stands in the translation."""

    form: str
    """Its key: folded, without spaces where the script has none."""
    start: int
    end: int
    """In the searched (folded) text."""
    weak: bool
    """It may be an accident: the form is short and not a word of its own by ICU's dictionary."""


class TargetIndex:
    """All forms by their first two characters."""

    def __init__(self, forms: Iterable[str], profile: LanguageProfile) -> None:
        self.profile = profile
        self.forms: set[str] = set()
        self._lengths: dict[str, tuple[int, ...]] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for form in forms:
            key = self.key(form)
            if key:
                self.forms.add(key)
                lengths[key[:2]].add(len(key))
        self._lengths = {k: tuple(sorted(v, reverse=True)) for k, v in lengths.items()}

    def key(self, form: str) -> str:
        """What a form is compared by."""
        folded = fold(form)
        return folded if self.profile.spaced else folded.replace(" ", "")

    def __contains__(self, form: str) -> bool:
        return self.key(form) in self.forms

    def search(self, text: Searched) -> tuple[Occurrence, ...]:
        """The forms in the text, in order, none inside or over another: the longest first, then the first."""
        key, lengths = text.key, self._lengths
        found = []
        for start in range(len(key)):
            two = key[start : start + 2]
            possible = lengths.get(two, ())
            if len(two) == 2:
                possible += lengths.get(two[0], ())
            for n in possible:
                whole = key[start : start + n] in self.forms and start + n <= len(key)
                if whole and text.is_whole(start, start + n):
                    found.append((-n, start))
        taken = bytearray(len(key))
        out = []
        for minus, start in sorted(found):
            end = start - minus
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * -minus
                out.append(Occurrence(key[start:end], start, end, text.is_weak(start, end)))
        return tuple(sorted(out, key=lambda o: o.start))


class Searched:
    """A translation prepared for `TargetIndex.search`, with the way back to its own characters."""

    def __init__(self, text: str, profile: LanguageProfile) -> None:
        self.text = text
        self.profile = profile
        key, places = fold_with_map(text)
        if not profile.spaced:
            kept = [i for i, c in enumerate(key) if c != " "]
            self._spaces = frozenset(new for new, i in enumerate(kept) if i and key[i - 1] == " ")
            places = (*(places[i] for i in kept), places[-1])
            key = key.replace(" ", "")
        else:
            self._spaces = frozenset()
        self.key = key
        self._places = places
        self._edges: frozenset[int] | None = None

    def span(self, start: int, end: int) -> Span:
        """Where the searched characters stand in the text itself."""
        first, last = unfold_span(self.text, self._places, start, end)
        while last > first and self.text[last - 1].isspace():
            last -= 1
        return Span(start=first, end=last)

    def is_whole(self, start: int, end: int) -> bool:
        """Whether the characters before and after can belong to other words at all.

        Latin letters and words of spaced scripts end at a non-letter. Elsewhere the form must not begin or
        end inside a syllable (Unicode core specification, chapter 16: where each sign stands); a form that is
        interrupted by a space counts only where it is long.
        """
        key = self.key
        before, after = key[max(0, start - 1) : start], key[end : end + 3]
        first, last = key[start], key[end - 1]
        if self.profile.spaced or (first.isascii() and first.isalnum()):
            if before and _same_word(before, first, self.profile) and start not in self._spaces:
                return False
        elif before and _BEFORE_BASE.match(before):
            return False
        if self.profile.spaced or (last.isascii() and last.isalnum()):
            if after and _same_word(after[0], last, self.profile) and end not in self._spaces:
                return False
        elif after and (unicodedata.category(after[0])[0] == "M" or _AFTER_BASE.match(after)):
            return False
        if not self.profile.spaced and end - start < SHORT and not first.isascii():
            return not any(at in self._spaces for at in range(start + 1, end))
        return True

    def is_weak(self, start: int, end: int) -> bool:
        """Whether a short form is more likely a piece of a longer word: ICU's dictionary sees no edge
        there."""
        if self.profile.spaced or end - start >= SHORT or self.key[start].isascii() or self._is_run(start, end):
            return False
        if self._edges is None:
            from icu4py.breakers import WordBreaker

            breaker = WordBreaker(self.text, self.profile.locale)
            self._edges = frozenset(p for pair in breaker.segments() for p in pair[:2])
        span = self.span(start, end)
        return not (span.start in self._edges and span.end in self._edges)

    def _is_run(self, start: int, end: int) -> bool:
        """Whether the form is a whole run of ideographs or of katakana: kana and marks around it are no part of
        the word, whatever the dictionary makes of them ("雇用主に" is not 主に)."""
        for kind in (_HAN, _KATAKANA):
            run = kind.match(self.key, start)
            if run is not None and run.end() == end:
                return start == 0 or kind.match(self.key[start - 1]) is None
        return False


def _same_word(one: str, other: str, profile: LanguageProfile) -> bool:
    if profile.spaced:
        return one.isalnum() or unicodedata.category(one)[0] == "M"
    return one.isascii() and one.isalnum() and one.isalpha() == other.isalpha()


def target_index(terms: Iterable[Term], language: LanguageTag) -> TargetIndex:
    """The index over every form, wanted or refused, that the terms have in the language."""
    return TargetIndex(_forms(terms, language), profile(language))


def _forms(terms: Iterable[Term], language: LanguageTag) -> Iterator[str]:
    for term in terms:
        rendering = term.renderings.get(language)
        if rendering is not None:
            if rendering.preferred:
                yield rendering.preferred
            yield from rendering.allowed
            yield from rendering.forbidden
        elif term.kind == "name":
            yield term.source
            yield from term.variants
