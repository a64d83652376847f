"""A target much shorter or longer than English of that length becomes in the language."""

from __future__ import annotations

from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, finding
from pubpipe.languages.normal import fold
from pubpipe.model import Finding

ID = "length"

_SHORTEST = 25
"""Source characters below which the ratio says nothing."""


def check(context: CheckContext) -> Iterable[Finding]:
    """A finding where the ratio of lengths is far from the language's mean (measured on the Universal
    Declaration).

    Error outside 0.3 to 3 times the mean (a sentence is lost, or another text was pasted), warning outside
    0.5 to 2.
    """
    source, target = len(fold(context.source_text)), len(context.target_folded)
    if source < _SHORTEST or not target:
        return
    share = target / source / context.profile.checking.length_ratio
    if 0.5 <= share <= 2.0:
        return
    severity = "error" if share < 0.3 or share > 3.0 else "warning"
    word = "short" if share < 1 else "long"
    what = "part of the text may be missing" if share < 1 else "something may have been added"
    yield finding(
        ID,
        "error" if severity == "error" else "warning",
        f"The translation is unusually {word} ({round(share * 100)} % of what is usual); {what}.",
    )
