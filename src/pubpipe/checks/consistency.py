"""The same English sentence translated in two ways within one document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pubpipe.checks.context import Described, finding, shown
from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import fold
from pubpipe.model import Content, Finding, plain

ID = "consistency"
FINDINGS = (
    Described(
        "consistency",
        "warning",
        "The same English stands elsewhere in the document with another translation.",
        "one heading, two wordings",
    ),
    Described(
        "consistency.target",
        "info",
        "One text translates two different English sentences of the document.",
        "two headings, one wording",
    ),
)

Pair = tuple[str, Content, Content]
"""Segment id, source, target."""


class Consistency:
    """Sees the pairs of a document one after the other, and keeps what it needs of them: each different text
    once."""

    def __init__(self, profile: LanguageProfile) -> None:
        self._profile = profile
        self._by_source: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        self._by_target: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)

    def see(self, segment: str, source: Content, target: Content) -> Iterable[Finding]:
        """A warning where the English stood before with another translation, and the reverse as
        information."""
        english, other = plain(source), plain(target)
        source_key, target_key = fold(english), fold(other)
        if not target_key or not any(c.isalpha() for c in source_key):
            return
        translations, sentences = self._by_source[source_key], self._by_target[target_key]
        first = translations.setdefault(target_key, (segment, other))
        if len(translations) > 1 and first[0] == segment:
            before = next(iter(translations.values()))
            yield finding(
                ID,
                "warning",
                f"The same English is translated {shown(before[1], 60)} elsewhere.",
                target=(0, len(other)),
                suggestion=before[1],
            ).model_copy(update={"segment": segment})
        sentences.setdefault(source_key, (segment, english))
        if len(sentences) > 1 and len(source_key) > 15 and len(translations) == 1:
            before = next(v for k, v in sentences.items() if k != source_key)
            if sentences[source_key][0] == segment:
                yield finding(
                    "consistency.target",
                    "info",
                    f"The same {self._profile.english_name} text translates another English sentence: "
                    f"{shown(before[1], 60)}.",
                    target=(0, len(other)),
                ).model_copy(update={"segment": segment})


def check_document(pairs: Iterable[Pair], profile: LanguageProfile) -> Iterable[Finding]:
    """What `Consistency` says of all pairs of a document in their order."""
    seen = Consistency(profile)
    for segment, source, target in pairs:
        yield from seen.see(segment, source, target)
