"""What was replaced by what between a draft and its correction: whole words, also where no spaces tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import canonical, fold

LONGEST = 60
"""Characters of one side: what is longer is a sentence written anew, not a term."""
AROUND = 2
"""Words on either side that are kept with a replacement, so that the whole term can be told from all its places."""


@dataclass(frozen=True)
class Replacement:
    """Words of the draft, the words that took their place, and the equal words around them, the nearest first."""

    replaced: str
    replacement: str
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()


class _Region(NamedTuple):
    """A stretch of clusters of the one text and the one of the other that took its place."""

    a0: int
    a1: int
    b0: int
    b1: int


def replacements(draft: str, corrected: str, profile: LanguageProfile) -> tuple[Replacement, ...]:
    """The words that were replaced, in order; what was only added or taken away is none, and neither is a change of
    digits, punctuation or spelling that `fold` takes for the same.

    The texts are compared by grapheme cluster (Levenshtein); each difference is then widened over the equal text around
    it to the nearest place where ICU sees an edge of a word (UAX #29, with its dictionaries) in both texts.
    """
    one, other = _Words(draft, profile), _Words(corrected, profile)
    made = []
    for region in _whole_words(_changed(one, other), one, other):
        replaced, replacement = one.text(region.a0, region.a1), other.text(region.b0, region.b1)
        if _is_term(replaced) and _is_term(replacement) and fold(replaced) != fold(replacement):
            left = one.before(region.a0)
            right = one.after(region.a1)
            made.append(Replacement(replaced, replacement, left, right))
    return tuple(made)


def _is_term(text: str) -> bool:
    return any(c.isalpha() for c in text) and not any(c.isdigit() for c in text) and len(text) <= LONGEST


class _Words:
    """A text as clusters, with the edges of its words among them."""

    def __init__(self, text: str, profile: LanguageProfile) -> None:
        import regex
        from icu4py.breakers import WordBreaker

        self.whole = " ".join(canonical(text).replace("\u200b", "").split())
        self.clusters: list[str] = regex.findall(r"\X", self.whole)
        offsets = [0]
        for cluster in self.clusters:
            offsets.append(offsets[-1] + len(cluster))
        at = {offset: place for place, offset in enumerate(offsets)}
        breaker = WordBreaker(self.whole, profile.locale)
        edges = {p for pair in breaker.segments() for p in pair[:2]} | {0, len(self.whole)}
        self.edges = sorted({at[e] for e in edges if e in at})
        self.is_edge = frozenset(self.edges)

    def text(self, start: int, end: int) -> str:
        """The words without the signs and spaces around them."""
        words = "".join(self.clusters[start:end])
        while words and not _letter(words[0]):
            words = words[1:]
        while words and not _letter(words[-1]):
            words = words[:-1]
        return words

    def before(self, place: int) -> tuple[str, ...]:
        """Up to `AROUND` words before a place, the nearest first, up to the next sign."""
        edges = [e for e in self.edges if e < place]
        return self._run(list(zip(edges, [*edges, place][1:], strict=True))[::-1])

    def after(self, place: int) -> tuple[str, ...]:
        """Up to `AROUND` words after a place, up to the next sign."""
        edges = [e for e in self.edges if e >= place]
        return self._run(list(pairwise(edges)))

    def _run(self, spans: list[tuple[int, int]]) -> tuple[str, ...]:
        found: list[str] = []
        for start, end in spans:
            word = "".join(self.clusters[start:end])
            if word.isspace():
                continue
            if not all(_letter(c) for c in word) or len(found) == AROUND:
                break
            found.append(word)
        return tuple(found)


def _letter(character: str) -> bool:
    """A letter or a mark on one; str.isalpha knows no marks."""
    import unicodedata

    return unicodedata.category(character)[0] in "LM"


def _changed(one: _Words, other: _Words) -> list[_Region]:
    from rapidfuzz.distance import Levenshtein

    regions: list[_Region] = []
    for code in Levenshtein.opcodes(one.clusters, other.clusters):
        if code.tag == "equal":
            continue
        last = regions[-1] if regions else None
        if last and (last.a1, last.b1) == (code.src_start, code.dest_start):
            regions[-1] = _Region(last.a0, code.src_end, last.b0, code.dest_end)
        else:
            regions.append(_Region(code.src_start, code.src_end, code.dest_start, code.dest_end))
    return regions


def _whole_words(regions: list[_Region], one: _Words, other: _Words) -> list[_Region]:
    """The regions widened to edges of words in both texts; those that meet on the way are one."""
    todo, done = list(reversed(regions)), list[_Region]()
    while todo:
        a0, a1, b0, b1 = todo.pop()
        floor = done[-1].a1 if done else 0
        while a0 > floor and b0 > 0 and not (a0 in one.is_edge and b0 in other.is_edge):
            a0, b0 = a0 - 1, b0 - 1
        if done and not (a0 in one.is_edge and b0 in other.is_edge):
            last = done.pop()
            todo.append(_Region(last.a0, a1, last.b0, b1))
            continue
        ceiling = todo[-1].a0 if todo else len(one.clusters)
        while a1 < ceiling and b1 < len(other.clusters) and not (a1 in one.is_edge and b1 in other.is_edge):
            a1, b1 = a1 + 1, b1 + 1
        if todo and not (a1 in one.is_edge and b1 in other.is_edge):
            following = todo.pop()
            todo.append(_Region(a0, following.a1, b0, following.b1))
            continue
        done.append(_Region(a0, a1, b0, b1))
    return done
