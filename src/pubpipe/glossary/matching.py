"""Which terms stand in an English text: the longest ones, exactly, in time that grows with the text alone.

A dictionary of word n-grams (measured against Aho-Corasick, flashtext, spaCy and regular expressions: exact,
and a document of 10 kB costs some milliseconds). Words of the text that no term has are skipped at once, the
others are compared by class: plural, possessive and the British or American spelling make no difference
(`english`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from pubpipe.glossary.english import forms
from pubpipe.glossary.targets import TargetIndex, target_index
from pubpipe.glossary.terms import Glossary, Rendering, Term
from pubpipe.model import Content, LanguageTag, Span, TermHit, plain

_INSIDE = "\u00ad\u200b-\u200d\u2060"
_TOKEN = re.compile(
    rf"\w+(?:['’{_INSIDE}]+\w+)*"
    r"|[^\w\s'’‘…\-‐‑]"
    r"|(?<!\w)[-‐‑]|[-‐‑](?!\w)"
)
"""A word (with an apostrophe or a soft hyphen inside) or a sign. Spaces, apostrophes and hyphens between two
words separate the words of a term and are no tokens; other signs are, and a term goes over them only where it
has them itself ("No. 189")."""
_POSSESSIVE = re.compile(r"['’][sS]$")
_APART = re.compile(rf"[{_INSIDE}]+")
_ADDRESS = re.compile(
    r"(?:https?|ftp)://[^\s<>\"]{1,2000}"
    r"|\bwww\.[^\s<>\"]{1,2000}"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|\b(?:[\w-]{1,63}\.){1,8}(?:org|com|net|int|gov|edu|info|asia|(?:gov|org|co|or|go|ac|com|edu)\.[a-z]{2})\b"
    r"(?:/[^\s<>\"]{0,2000})?"
)
"""URLs and e-mail addresses: nothing inside them is a term. Each repetition is bounded, so that no text can
make the search slow."""
FUNCTION_WORDS = frozenset(
    [
        "the",
        "and",
        "for",
        "not",
        "are",
        "was",
        "has",
        "had",
        "its",
        "his",
        "her",
        "our",
        "who",
        "all",
        "any",
        "one",
        "two",
        "can",
        "may",
        "but",
        "per",
        "via",
        "non",
        "out",
        "off",
        "this",
        "that",
        "with",
        "from",
        "into",
        "over",
        "under",
        "some",
        "each",
        "every",
        "such",
        "than",
        "then",
        "them",
        "they",
        "there",
        "here",
        "when",
        "what",
    ]
)


class _Node:
    """What may follow a run of words, and the terms that the run itself is."""

    __slots__ = ("next", "only", "terms")

    def __init__(self) -> None:
        self.next: dict[int, _Node] = {}
        self.only = -1
        """The term, where there is one and its capitals do not matter."""
        self.terms: list[tuple[int, tuple[str, ...]]] = []
        """Index in the glossary, and the words as the table writes them where capitals matter (else none)."""


_Found = tuple[int, int, int]
"""First token, token after the last, index of the term."""


class Matcher:
    """The index over one glossary; build it once and use it for all texts. Safe to share between threads."""

    def __init__(self, glossary: Glossary) -> None:
        self.glossary = glossary
        written = (form for term in glossary.terms for form in (term.source, *term.variants))
        self._classes = _Classes(word for form in written for word in words_of(form))
        self._start = _Node()
        self._longest = 1
        for index, term in enumerate(glossary.terms):
            for words in {w for form in (term.source, *term.variants) for w in _writings(form)}:
                node = self._start
                self._longest = max(self._longest, len(words))
                for word in words:
                    node = node.next.setdefault(self._classes.add(word), _Node())
                entry = (index, words if term.case == "exact" else ())
                if entry not in node.terms:
                    node.terms.append(entry)
                    node.only = index if len(node.terms) == 1 and not entry[1] else -1
        self._targets: dict[LanguageTag, TargetIndex] = {}
        self._entries: dict[LanguageTag, list[dict[str, Any] | None]] = {}
        self._lock = threading.Lock()

    def find(self, content_or_text: Content | str, language: LanguageTag) -> tuple[TermHit, ...]:
        """The terms in an English text, in order, with what `language` has to say for each.

        Spans are places in `model.plain(content)`. Where terms overlap, the one with more words wins, then
        the mandatory one, then the first. Nested terms are not reported. A term for which the language has
        nothing to ask is left out, but it still hides what is nested in it.
        """
        text = content_or_text if isinstance(content_or_text, str) else plain(content_or_text)
        asked = self._asked(language)
        hits = []
        for start, end, term in self.locate(text):
            entry = asked[term]
            if entry is not None:
                hits.append(_hit(entry, text[start:end], start, end))
        return tuple(hits)

    def term_entries(self, hits: Iterable[TermHit]) -> list[dict[str, Any]]:
        """What the hits ask of a translation, as plain mappings for `identity.terms_hash`.

        A note or the place of a hit changes nothing in them, a changed form does.
        """
        entries = {
            hit.term: {
                "term": hit.term,
                "preferred": hit.preferred,
                "allowed": sorted(hit.allowed),
                "forbidden": sorted(hit.forbidden),
                "keep": hit.keep,
                "mandatory": hit.mandatory,
            }
            for hit in hits
        }
        return [entries[name] for name in sorted(entries)]

    def targets(self, language: LanguageTag) -> TargetIndex:
        """The index over all forms of all terms in one target language, built when it is first asked for."""
        with self._lock:
            if language not in self._targets:
                self._targets[language] = target_index(self.glossary.terms, language)
            return self._targets[language]

    def _asked(self, language: LanguageTag) -> list[dict[str, Any] | None]:
        """For each term what the language asks, as fields of a hit; made once a language."""
        with self._lock:
            if language not in self._entries:
                self._entries[language] = [_entry(term, language) for term in self.glossary.terms]
            return self._entries[language]

    def locate(self, text: str) -> list[tuple[int, int, int]]:
        """Start, end and index in the glossary of each term in the text: what `find` makes hits of."""
        if not self._start.next:
            return []
        places = _places(text)
        tokens = [text[start:end] for start, end in places]
        classes = self._classes.of(tokens)
        classes.append(-1)
        found = self._scan(tokens, classes)
        apart = self._classes.written_apart(tokens)
        if apart:
            # "health care" read as the "healthcare" of a term
            found += self._scan_apart(tokens, classes, apart)
            found.sort()
        return [(places[first][0], places[last - 1][1], term) for first, last, term in self._resolve(found)]

    def _scan(self, tokens: list[str], classes: list[int]) -> list[_Found]:
        """Every run of tokens that is a term, nested and overlapping ones too, in order."""
        found: list[_Found] = []
        start = self._start.next
        for first, number in enumerate(classes):
            if number not in start:
                continue
            node: _Node | None = start[number]
            last = first + 1
            while node is not None:
                if node.only >= 0:
                    found.append((first, last, node.only))
                elif node.terms:
                    term = self._choose(node.terms, tokens, first, last)
                    if term is not None:
                        found.append((first, last, term))
                if not node.next:
                    break
                node = node.next.get(classes[last])
                last += 1
        return found

    def _scan_apart(self, tokens: list[str], classes: list[int], apart: dict[int, int]) -> list[_Found]:
        """The runs that are a term when one or more pairs of their tokens are read as one word; `apart` is the place
        of such a pair and the class of the word."""
        found: set[_Found] = set()

        def walk(node: _Node, first: int, at: int, words: tuple[str, ...], joined: bool) -> None:
            if joined and node.terms:
                term = self._choose(node.terms, words, 0, len(words))
                if term is not None:
                    found.add((first, at, term))
            following = node.next.get(classes[at])
            if following is not None:
                walk(following, first, at + 1, (*words, tokens[at]), joined)
            number = apart.get(at)
            following = node.next.get(number) if number is not None else None
            if following is not None:
                walk(following, first, at + 2, (*words, tokens[at] + tokens[at + 1]), True)

        for first in {f for place in apart for f in range(max(0, place - self._longest + 1), place + 1)}:
            if first in apart or classes[first] in self._start.next:
                walk(self._start, first, first, (), False)
        return list(found)

    def _choose(
        self, terms: list[tuple[int, tuple[str, ...]]], tokens: Sequence[str], first: int, last: int
    ) -> int | None:
        """Of the terms with these words, the one whose capitals fit; one that asks for capitals goes
        first."""
        any_case = None
        for term, words in terms:
            if not words:
                any_case = term if any_case is None else any_case
            elif _same_case(tokens[first:last], words):
                return term
        return any_case

    def _resolve(self, found: list[_Found]) -> list[_Found]:
        """The runs that win: each alone, or the best of those that overlap one another."""
        out: list[_Found] = []
        group: list[_Found] = []
        end = 0
        for item in found:
            if item[0] >= end:
                out += group if len(group) < 2 else self._best(group)
                group = [item]
                end = item[1]
            else:
                group.append(item)
                end = max(end, item[1])
        out += group if len(group) < 2 else self._best(group)
        return out

    def _best(self, group: list[_Found]) -> list[_Found]:
        taken: set[int] = set()
        best = []
        terms = self.glossary.terms
        for item in sorted(group, key=lambda f: (f[0] - f[1], terms[f[2]].kind == "preferred", f[0], f[2])):
            if taken.isdisjoint(range(item[0], item[1])):
                taken.update(range(item[0], item[1]))
                best.append(item)
        return sorted(best)


_HIT_FIELDS, _SPAN_FIELDS = set(TermHit.model_fields), set(Span.model_fields)
_set = object.__setattr__


def _hit(entry: dict[str, Any], surface: str, start: int, end: int) -> TermHit:
    """The hit, from parts that were validated when the glossary was read and places that are counted here.

    Validating them again takes longer than finding them (measured: 3 s of 4 on a long text); these are the
    four attributes that pydantic gives to a model without private or extra fields.
    """
    span, hit = Span.__new__(Span), TermHit.__new__(TermHit)
    _set(span, "__dict__", {"start": start, "end": end})
    _set(hit, "__dict__", {**entry, "surface": surface, "span": span})
    for value, fields in ((span, _SPAN_FIELDS), (hit, _HIT_FIELDS)):
        _set(value, "__pydantic_fields_set__", fields)
        _set(value, "__pydantic_extra__", None)
        _set(value, "__pydantic_private__", None)
    return hit


def matcher(glossary: Glossary) -> Matcher:
    """The index over the glossary's source forms; 10,000 terms take a fraction of a second."""
    return Matcher(glossary)


def source_keys(form: str) -> tuple[str, ...]:
    """What a source form is compared by: equal keys are found in the same texts."""
    return tuple(min(forms(w.casefold())) for w in words_of(form))


# --- words
# -----------------------------------------------------------------------------------------------------


class _Classes:
    """Numbers for words: two words have the same number where one is a form of the other."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._number: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._next = 0
        self._long: set[str] = set()
        """Words of terms that a text may write as two."""
        self._beginnings: set[str] = set()
        self._endings: set[str] = set()
        self._first_parts: set[str] = set()
        self._second_parts: set[str] = set()
        """Tokens seen in texts that begin or end one of them."""
        for word in vocabulary:
            self.add(word)

    def add(self, word: str) -> int:
        word = word.casefold()
        known = self._number.get(word)
        if known is not None and known >= 0:
            return known
        family = forms(word)
        number = next((self._number[w] for w in sorted(family) if w in self._number), None)
        if number is None:
            number = self._next
            self._next += 1
        for w in family:
            self._number.setdefault(w, number)
        if len(word) >= 7 and word.isalpha():
            self._long |= family
            self._beginnings |= {w[:n] for w in family for n in range(3, len(w) - 2)}
            self._endings |= {w[n:] for w in family for n in range(3, len(w) - 2)}
        return self._number[word]

    def of(self, tokens: list[str]) -> list[int]:
        """The class of each token, -1 where no term has it."""
        if len(self._seen) > 200_000:
            self._seen = {}
        seen = self._seen
        for token in set(tokens).difference(seen):
            bare = _bare(token).casefold()
            seen[token] = self._number.get(bare, -1)
            if bare in self._beginnings and bare not in FUNCTION_WORDS:
                self._first_parts.add(token)
            if token.casefold() in self._endings:
                self._second_parts.add(token)
        return [seen[token] for token in tokens]

    def written_apart(self, tokens: list[str]) -> dict[int, int]:
        """Where two words of the text stand that terms write as one, and its class; never after "the" ("the
        rapist").

        Only for tokens that went through `of`.
        """
        first, second, long = self._first_parts, self._second_parts, self._long
        out = {}
        for i, (one, other) in enumerate(pairwise(tokens)):
            if one in first and other in second:
                whole = (one + other).casefold()
                if whole in long:
                    out[i] = self._number[whole]
        return out


def _bare(token: str) -> str:
    return _POSSESSIVE.sub("", _APART.sub("", token))


def words_of(form: str) -> list[str]:
    """The words and signs of an English text, possessives without their ending; spaces and hyphens are none."""
    return [_bare(t) for t in _tokens(form)]


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(_without_addresses(text))


def _places(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in _TOKEN.finditer(_without_addresses(text))]


def _without_addresses(text: str) -> str:
    """The text with each URL and e-mail address as one sign and blanks, so that places stay the same."""
    if "." not in text and "://" not in text:
        return text
    return _ADDRESS.sub(lambda m: "\x00" + " " * (len(m[0]) - 1), text)


def _writings(form: str) -> set[tuple[str, ...]]:
    """The words of a source form, and the same with a pair of them written as one ("sub-agent",
    "subagent")."""
    words = tuple(words_of(form))
    if not words:
        return set()
    out = {words}
    pairs = [i for i in range(len(words) - 1) if words[i].isalpha() and words[i + 1].isalpha()]
    for i in pairs:
        if re.search(rf"{re.escape(words[i])}[-‐‑]{re.escape(words[i + 1])}", form) or (
            len(words) == 2 and min(len(words[0]), len(words[1])) >= 3
        ):
            out.add((*words[:i], words[i] + words[i + 1], *words[i + 2 :]))
    return out


def _same_case(tokens: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words of a text have the capitals of the term; a plural ending is small ("NGOs").

    A term of several words is also found in a heading all in capitals.
    """
    if len(words) > 1 and all(t == t.upper() for t in tokens):
        return True
    for token, word in zip(tokens, words, strict=False):
        bare = _bare(token)
        same = next((i for i, (a, b) in enumerate(zip(bare, word, strict=False)) if a != b), None)
        if same is None:
            same = min(len(bare), len(word))
        ending = bare[same:]
        if ending != ending.lower() or word[same : same + 1] != word[same : same + 1].lower():
            return False
        if same == 0:
            return False
    return len(tokens) == len(words)


def _entry(term: Term, language: LanguageTag) -> dict[str, Any] | None:
    """The fields of a hit that do not depend on its place; None where the language has nothing to ask."""
    rendering = term.renderings.get(language, Rendering())
    keep = term.kind == "name" and rendering.preferred is None
    if not (keep or rendering.preferred or rendering.forbidden):
        return None
    return {
        "term": term.id,
        "preferred": term.source if keep else rendering.preferred,
        "allowed": (*term.variants, *rendering.allowed) if keep else rendering.allowed,
        "forbidden": rendering.forbidden,
        "keep": keep,
        "mandatory": term.kind != "preferred",
        "note": term.note,
    }
