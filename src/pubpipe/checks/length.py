"""A target much shorter or longer than English of that length becomes in the language, or with fewer sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding
from pubpipe.languages.normal import fold
from pubpipe.model import Finding

ID = "length"
FINDINGS = (
    Described(
        ID,
        "error/warning",
        "The ratio of the lengths is far from the language's mean: part of the text is lost, or something was added. "
        "Error below 0.25 and above 4 times the mean; warning inside that, the earlier the longer the sentence is.",
        "Two sentences → one of them",
    ),
    Described(
        "length.sentences",
        "warning",
        "The English has more sentences than the translation, which is also short for it. Only where the language "
        "ends a sentence with a mark.",
        "She came. She was not paid. → She came.",
    ),
)

_SHORTEST = 25
"""Source characters below which the ratio says nothing."""
_ENGLISH_END = re.compile(
    r"(?<![A-Z])(?<!\b[Nn]o)(?<!\b[A-Z]r)(?<!etc)(?<!e\.g)(?<!i\.e)(?<!\bvs)[.?!][\"”’)]*(?=\s+[\"“‘(]*[A-Z]|\s*$)"
)


def check(context: CheckContext) -> Iterable[Finding]:
    """A finding where the ratio of lengths is far from the language's mean, measured on human translations.

    Long texts vary less than short ones: the ratio that is still usual narrows with the length (1 % of the
    human translations of 30 characters lie below 0.42 of the mean, of 90 below 0.6, of 200 below 0.66).
    """
    source, target = len(fold(context.source_text)), len(context.target_folded)
    if source < _SHORTEST or not target:
        return
    share = target / source / context.profile.checking.length_ratio
    low = 0.72 - 9 / source
    if share < low or share > 1.25 / low:
        word = "short" if share < 1 else "long"
        what = "part of the text may be missing" if share < 1 else "something may have been added"
        yield finding(
            ID,
            "error" if share < 0.25 or share > 4.0 else "warning",
            f"The translation is unusually {word} ({round(share * 100)} % of what is usual); {what}.",
        )
    elif share < 0.9:
        wanted, found = _sentences(context.source_text), _target_sentences(context)
        if wanted >= 2 and 0 < found < wanted:
            yield finding(
                "length.sentences",
                "warning",
                f"The English has {wanted} sentences, the translation {found}; is one missing?",
            )


def _sentences(text: str) -> int:
    return sum(1 for _ in _ENGLISH_END.finditer(text))


def _target_sentences(context: CheckContext) -> int:
    """How many sentences the marks of the language end; 0 where it has none."""
    marks = context.profile.checking.sentence_end
    if not marks:
        return 0
    text = context.target_text
    if context.profile.spaced:
        return _sentences(re.sub(r"[^\W\d_]", lambda m: "A" if m[0].isupper() else "a", text))
    return len(re.findall(f"[{re.escape(marks)}]+", text)) + (text.rstrip('"”’」』）) \u200b')[-1:] not in marks)
