"""The same English sentence translated in two ways within one document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pubpipe.checks.context import finding, shown
from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import fold
from pubpipe.model import Content, Finding, plain

ID = "consistency"

Pair = tuple[str, Content, Content]
"""Segment id, source, target."""


def check_document(pairs: Sequence[Pair], profile: LanguageProfile) -> Iterable[Finding]:
    """A warning at each segment whose English stood before with another translation, and the reverse as
    information."""
    by_source: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    by_target: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for segment, source, target in pairs:
        english, other = plain(source), plain(target)
        source_key, target_key = fold(english), fold(other)
        if not target_key or not any(c.isalpha() for c in source_key):
            continue
        first = by_source[source_key].setdefault(target_key, (segment, other))
        if len(by_source[source_key]) > 1 and first[0] == segment:
            before = next(iter(by_source[source_key].values()))
            yield finding(
                ID,
                "warning",
                f"The same English is translated {shown(before[1], 60)} elsewhere.",
                target=(0, len(other)),
                suggestion=before[1],
            ).model_copy(update={"segment": segment})
        by_target[target_key].setdefault(source_key, (segment, english))
        if len(by_target[target_key]) > 1 and len(source_key) > 15 and len(by_source[source_key]) == 1:
            others = [v for k, v in by_target[target_key].items() if k != source_key]
            if by_target[target_key][source_key][0] == segment and others:
                yield finding(
                    "consistency.target",
                    "info",
                    f"The same {profile.english_name} text translates another English sentence: "
                    f"{shown(others[0][1], 60)}.",
                    target=(0, len(other)),
                ).model_copy(update={"segment": segment})
