"""How much of a draft people changed: the distance between what was offered to them and what they approved.

The measure is that of HTER (Snover et al. 2006, "A Study of Translation Edit Rate with Targeted Human Annotation"):
edits between the draft and its own corrected form. TER counts words, which Khmer, Burmese, Thai, Lao and Japanese do
not mark; as chrF (Popović 2015) and CharacTER (Wang et al. 2016) do, it is taken over characters: extended grapheme
clusters (Unicode Standard Annex 29), so that a vowel sign with its consonant is one. Without CharacTER's shifts, and
divided by the longer text: 0 is untouched, 1 is nothing left, and no segment weighs more than its length.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from pubpipe.languages import canonical
from pubpipe.model import Content, LanguageTag, plain
from pubpipe.model.report import Effort


def clusters(text: str) -> list[str]:
    """The extended grapheme clusters of a text in its canonical form, white space counted as one."""
    import regex

    return regex.findall(r"\X", " ".join(canonical(text).split()))


def distance(draft: Content, approved: Content) -> tuple[int, int]:
    """(edits, clusters of the longer text); formatting does not count, words do."""
    from rapidfuzz.distance import Levenshtein

    one, other = clusters(plain(draft)), clusters(plain(approved))
    return int(Levenshtein.distance(one, other)), max(len(one), len(other))


def effort(engine: str, language: LanguageTag, pairs: Iterable[tuple[Content, Content]]) -> Effort | None:
    """What (draft, approved text) pairs amount to; None without any."""
    measured = [distance(draft, approved) for draft, approved in pairs]
    if not measured:
        return None
    shares = [edits / length if length else 0.0 for edits, length in measured]
    return Effort(
        engine=engine,
        language=language,
        segments=len(measured),
        untouched=sum(not edits for edits, _ in measured),
        edits=sum(edits for edits, _ in measured),
        clusters=sum(length for _, length in measured),
        mean=round(statistics.fmean(shares), 4),
        median=round(statistics.median(shares), 4),
    )
