"""Term candidates: what reviewers keep replacing, with the English that it stands for, waiting for a person.

Nothing here changes the termbase. A candidate is a pair of words that reviewers exchanged in several approved
sentences, or a term of the table that approved sentences keep doing without. The English phrase is the one whose
presence in a sentence goes best with the exchange, by Dunning's log-likelihood ratio ("Accurate Methods for the
Statistics of Surprise and Coincidence", Computational Linguistics 19, 1993), which holds for small counts where
chi-squared does not.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from pubpipe.glossary.english import forms
from pubpipe.glossary.matching import FUNCTION_WORDS, Matcher, words_of
from pubpipe.glossary.replacements import Replacement, replacements
from pubpipe.glossary.terms import Term
from pubpipe.glossary.verifying import verify
from pubpipe.identity import digest
from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import fold
from pubpipe.model import Content, LanguageTag, Text, Value

SEGMENTS, PUBLICATIONS = 3, 2
"""So many different sentences, or so many publications: fewer may be chance."""
CONSISTENT = 0.6
"""The least share of the exchanges of some words that went to the same replacement."""
PHRASE = 4
"""Words of an English phrase at most."""
PLACES = 12
"""Places that a candidate names; its counts are of all."""

Kind = Literal["new", "contested"]
Status = Literal["candidate", "rejected", "promoted"]


class Reviewed(NamedTuple):
    """One approved sentence: what was offered first, and what was approved."""

    publication: str
    number: int
    source: str
    offered: str
    approved: str


class Candidate(Value):
    """Words for a person to decide on."""

    id: str
    kind: Kind
    """new: reviewers exchange words that no term covers; contested: they do without what a term asks for."""
    language: LanguageTag
    english: str
    """The phrase that goes best with it; empty where none does, for a person to fill in."""
    replaced: str
    """What the drafts said; for a contested term, its preferred form."""
    replacement: str
    """What reviewers wrote instead; for a contested term empty where they do not agree."""
    term: str = ""
    """Id of the term that covers the English already."""
    segments: int
    """Different sentences in which it was exchanged."""
    publications: int
    kept: int
    """Approved sentences that still say what was replaced elsewhere."""
    score: float = 0.0
    """The log-likelihood ratio of the English phrase; above 10.83 chance is less than one in a thousand."""
    places: tuple[str, ...] = ()
    """"publication#number" of the sentences."""
    status: Status = "candidate"
    by: str = ""
    """Who decided."""
    note: str = ""


def harvest(
    reviewed: Sequence[Reviewed], profile: LanguageProfile, matcher: Matcher | None = None
) -> tuple[Candidate, ...]:
    """The candidates in one language's approved sentences, the most frequent first; nothing is stored.

    `reviewed` holds the sentences that nobody changed as well: what stays in them speaks against a candidate.
    """
    exchanges: dict[tuple[str, str], dict[int, Replacement]] = defaultdict(dict)
    for index, sentence in enumerate(reviewed):
        if sentence.offered != sentence.approved:
            for found in replacements(sentence.offered, sentence.approved, profile):
                exchanges[fold(found.replaced), fold(found.replacement)].setdefault(index, found)
    leaving = Counter[str]()
    for (replaced, _), where in exchanges.items():
        leaving[replaced] += len(where)
    phrases = _Phrases(reviewed)
    folded = [_key(sentence.approved, profile) for sentence in reviewed]
    made = []
    for (replaced, _), where in exchanges.items():
        sentences = [reviewed[i] for i in where]
        if not _often(sentences) or len(where) / leaving[replaced] < CONSISTENT:
            continue
        first = _widened(tuple(where.values()), profile)
        key = _key(first.replaced, profile)
        kept = sum(key in text for index, text in enumerate(folded) if index not in where)
        if kept >= len(where):
            continue
        english, score = phrases.best(frozenset(where))
        term = _term_of(english, matcher)
        wanted = _wanted(term, profile) if term else ()
        if any(form in _key(first.replacement, profile) for form in wanted):
            continue  # the drafts missed what the table says, and reviewers mended it
        made.append(
            _candidate(
                "contested" if wanted else "new", profile, sentences, english=english, replaced=first.replaced,
                replacement=first.replacement, term=term.id if term else "", kept=kept, score=score,
            )
        )  # fmt: skip
    if matcher is not None:
        said = {c.term for c in made}
        made += [c for c in _overruled(reviewed, profile, matcher, exchanges) if c.term not in said]
    return tuple(sorted(made, key=lambda c: (-c.segments, -c.score, c.id)))


def merge(known: Iterable[Candidate], found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The table after another harvest: counts are those of today, what a person wrote or decided stays.

    A candidate that is no longer found goes, unless somebody decided on it or left a note.
    """
    old = {candidate.id: candidate for candidate in known}
    out = []
    for candidate in found:
        before = old.pop(candidate.id, None)
        if before is not None:
            theirs = {"status": before.status, "by": before.by, "note": before.note}
            written = {"english": before.english or candidate.english, "replacement": before.replacement}
            candidate = candidate.model_copy(update=theirs | written)  # noqa: PLW2901 - the same, with their words
        out.append(candidate)
    out += [c for c in old.values() if c.status != "candidate" or c.note]
    return tuple(sorted(out, key=lambda c: (c.status != "candidate", -c.segments, -c.score, c.id)))


def _candidate(
    kind: Kind,
    profile: LanguageProfile,
    sentences: Sequence[Reviewed],
    *,
    english: str,
    replaced: str,
    replacement: str,
    term: str,
    kept: int,
    score: float,
) -> Candidate:
    about = [fold(replaced), fold(replacement)] if kind == "new" or not term else [term, fold(replacement)]
    places = dict.fromkeys(f"{s.publication}#{s.number}" for s in sentences)
    return Candidate(
        id=f"{profile.tag}-{digest('candidate', 1, profile.tag, about)[:8]}",
        kind=kind,
        language=profile.tag,
        english=english,
        replaced=replaced,
        replacement=replacement,
        term=term,
        segments=len({s.source for s in sentences}),
        publications=len({s.publication for s in sentences}),
        kept=kept,
        score=round(score, 1),
        places=tuple(places)[:PLACES],
    )


def _often(sentences: Sequence[Reviewed]) -> bool:
    return len({s.source for s in sentences}) >= SEGMENTS or len({s.publication for s in sentences}) >= PUBLICATIONS


def _key(text: str, profile: LanguageProfile) -> str:
    folded = fold(text)
    return f" {folded} " if profile.spaced else folded.replace(" ", "")


def _widened(found: Sequence[Replacement], profile: LanguageProfile) -> Replacement:
    """The replacement with those words around it that stand in all its places: “nhập → di”, always before “cư”, is
    “nhập cư → di cư”. What is too much is cut off by the person who decides.
    """
    first = found[0]
    join = " ".join if profile.spaced else "".join
    left, right = _shared([f.left for f in found]), _shared([f.right for f in found])

    def around(words: str) -> str:
        return join([*reversed(left), words, *right])

    return Replacement(around(first.replaced), around(first.replacement))


def _shared(runs: Sequence[tuple[str, ...]]) -> list[str]:
    """The words with which all runs begin; none where there is one run only, in which everything is shared."""
    if len(runs) < 2:
        return []
    shared = []
    for words in zip(*runs, strict=False):
        if len({fold(w) for w in words}) > 1:
            break
        shared.append(words[0])
    return shared


def _term_of(english: str, matcher: Matcher | None) -> Term | None:
    """The term that an English phrase is, whole."""
    if matcher is None or not english:
        return None
    for start, end, index in matcher.locate(english):
        if (start, end) == (0, len(english)):
            return matcher.glossary.terms[index]
    return None


def _wanted(term: Term, profile: LanguageProfile) -> tuple[str, ...]:
    """The forms that a term asks for in the language, as they are compared."""
    rendering = term.renderings.get(profile.tag)
    forms_ = (rendering.preferred, *rendering.allowed) if rendering else ()
    return tuple(_key(form, profile) for form in forms_ if form)


# --- terms that approved text does without


def _overruled(
    reviewed: Sequence[Reviewed],
    profile: LanguageProfile,
    matcher: Matcher,
    exchanges: Mapping[tuple[str, str], Mapping[int, Replacement]],
) -> list[Candidate]:
    """Terms whose preferred and allowed forms approved sentences keep doing without."""
    without: dict[str, list[int]] = defaultdict(list)
    stands: Counter[str] = Counter()
    for index, sentence in enumerate(reviewed):
        hits = matcher.find(sentence.source, profile.tag)
        if not hits:
            continue
        target: Content = (Text(text=sentence.approved),)
        missing = {
            f.source for f in verify(hits, (), target, profile, matcher) if f.check == "terms" and f.source is not None
        }
        failed = {hit.term for hit in hits if hit.span in missing}
        for term in dict.fromkeys(hit.term for hit in hits if hit.preferred and not hit.keep):
            if term in failed:
                without[term].append(index)
            else:
                stands[term] += 1
    terms = {term.id: term for term in matcher.glossary.terms}
    made = []
    for term, where in without.items():
        sentences = [reviewed[i] for i in where]
        if not _often(sentences):
            continue
        wanted = [form.strip() for form in _wanted(terms[term], profile)]
        instead = Counter[str]()
        for (replaced, _), places in exchanges.items():
            if any(replaced in form or form in replaced for form in wanted):
                instead.update(places[i].replacement for i in where if i in places)
        agreed = [words for words, count in instead.most_common(1) if count >= CONSISTENT * len(where)]
        made.append(
            _candidate(
                "contested", profile, sentences, english=terms[term].source,
                replaced=terms[term].renderings[profile.tag].preferred or "",
                replacement=agreed[0] if agreed else "", term=term, kept=stands[term], score=0.0,
            )
        )  # fmt: skip
    return made


# --- the English that goes with it


class _Phrases:
    """Which English phrases stand in which sentences."""

    def __init__(self, reviewed: Sequence[Reviewed]) -> None:
        self.total = len(reviewed)
        self.where: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self.written: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for index, sentence in enumerate(reviewed):
            for key, words in _phrases(sentence.source):
                self.where[key].add(index)
                self.written[key][words] += 1

    def best(self, places: frozenset[int]) -> tuple[str, float]:
        """The phrase that goes best with these sentences, in its shortest writing (the singular), and its score.

        It has to stand in most of them, and more often than elsewhere; of equals the longest wins.
        """
        found: list[tuple[float, int, tuple[str, ...]]] = []
        for key in {key for key, where in self.where.items() if not where.isdisjoint(places)}:
            both = len(self.where[key] & places)
            elsewhere = len(self.where[key]) - both
            rest = self.total - len(places)
            if both < CONSISTENT * len(places) or (rest and both / len(places) <= elsewhere / rest):
                continue
            found.append((log_likelihood(both, len(places) - both, elsewhere, rest - elsewhere), len(key), key))
        if not found:
            return "", 0.0
        score, _, key = max(found, key=lambda f: (round(f[0], 6), f[1], f[2]))
        return min(self.written[key], key=lambda words: (len(words), words)), score


def _phrases(source: str) -> Iterable[tuple[tuple[str, ...], str]]:
    """(folded words, the words as written) of each run of words that begins and ends with a word of meaning."""
    words = words_of(source)
    keys = [min(forms(w.casefold())) if w[0].isalpha() else "" for w in words]
    for start in range(len(words)):
        for end in range(start + 1, min(start + PHRASE, len(words)) + 1):
            if not keys[end - 1]:
                break  # a sign or a number: no phrase goes over it
            if _has_meaning(words[start]) and _has_meaning(words[end - 1]) and keys[start]:
                shown = [w if w[1:] != w[1:].lower() else w.lower() for w in words[start:end]]
                yield tuple(keys[start:end]), " ".join(shown)


def _has_meaning(word: str) -> bool:
    return len(word) > 2 and word.casefold() not in FUNCTION_WORDS


def log_likelihood(both: int, only_one: int, only_other: int, neither: int) -> float:
    """Dunning's ratio (−2 log λ) of a two-by-two table of counts; 0 where the two are independent."""
    table = ((both, only_one), (only_other, neither))
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    total = sum(rows)
    value = 0.0
    for row, counts in zip(rows, table, strict=True):
        for column, count in zip(columns, counts, strict=True):
            if count:
                value += count * math.log(count * total / (row * column))
    return max(0.0, 2 * value)
