"""A "not" or a "must" of the source for which the target has no word: the mistake that turns a right
around."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, finding
from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import fold
from pubpipe.model import Finding

ID = "negation"

_NOT = re.compile(
    r"(?<!or )(?<!whether )\b(?:not(?! (?:only|just|least|necessarily))"
    r"|never|cannot|can't|without|neither|nor|nobody|nothing|none"
    r"|[a-z]{2,8}n['’]t"
    r"|no(?!['\"”’]|\.? of |\.? ?\d| (?:longer|more|less|later) than| one's| doubt| matter))\b",
    re.IGNORECASE,
)
_MUST = re.compile(r"\b(?:must|shall|have to|has to|obliged to|required to|obligat\w+|mandatory)\b", re.IGNORECASE)


def check(context: CheckContext) -> Iterable[Finding]:
    """A warning, with the English words, where the target has none of the language's markers; the words are
    evidence.

    A language may say the same without any marker ("fail to", "refuse"), so that this is never an error.
    """
    markers = context.profile.checking.negation
    found = _NOT.search(context.source_text)
    if markers and found and not _stands(markers, context):
        yield finding(
            ID,
            "warning",
            f"“{found[0]}” in the English has no counterpart that is known ({_some(markers)}).",
            source=found.span(),
        )
    markers = context.profile.checking.obligation
    found = _MUST.search(context.source_text)
    if markers and found and not _stands(markers, context):
        yield finding(
            "negation.must",
            "warning",
            f"“{found[0]}” in the English has no counterpart that is known ({_some(markers)}).",
            source=found.span(),
        )


def _some(markers: tuple[str, ...]) -> str:
    return ", ".join(markers[:4]) + (", …" if len(markers) > 4 else "")


def _stands(markers: tuple[str, ...], context: CheckContext) -> bool:
    text = context.target_folded
    for word in context.profile.checking.negation_accidents:
        text = text.replace(fold(word), " ")
    return any(_has(text, fold(marker), context.profile) for marker in markers)


def _has(text: str, marker: str, profile: LanguageProfile) -> bool:
    """Whether the marker stands there as a word (spaced scripts), or not cut from a syllable (the others)."""
    at = text.find(marker)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(marker) : at + len(marker) + 2]
        if profile.spaced:
            if not (before.isalnum() or after[:1].isalnum()):
                return True
        elif not after or (unicodedata.category(after[0])[0] != "M" and after[1:2] != "\u103a"):
            return True
        at = text.find(marker, at + 1)
    return False
