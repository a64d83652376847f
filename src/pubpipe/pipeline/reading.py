"""What the rooms read in an English text, as values for the room that judges edits: numbers, terms, words in use."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from pubpipe.languages import SOURCE
from pubpipe.model import Content, Segment, plain
from pubpipe.review import Reading

if TYPE_CHECKING:
    from pubpipe.glossary import Matcher

Read = Callable[[Content], Reading]
_WORD = re.compile(r"[a-z]{3,}")


def reader(matcher: Matcher, segments: Sequence[Segment]) -> Read:
    """The function that reads one English text, for a workspace's glossary and a document's segments.

    Numbers are read as values (as `checks.amounts` does), terms as the glossary finds them, whatever a language asks
    for them. A word that the document uses anywhere now is no slip, nor is a word of a term.
    """
    known: list[frozenset[str]] = []

    def words() -> frozenset[str]:
        if not known:
            terms = (form for term in matcher.glossary.terms for form in (term.source, *term.variants))
            texts = (plain(segment.content) for segment in segments)
            known.append(frozenset(word for text in (*terms, *texts) for word in _WORD.findall(text.lower())))
        return known[0]

    def read(content: Content) -> Reading:
        from pubpipe.checks.amounts import source_amounts, source_months

        text = plain(content)
        amounts = [(a.start, a.text, "|".join(sorted(map(_value, a.readings)))) for a in source_amounts(text, SOURCE)]
        months = [(m.start, m.text, f"month {m.month}") for m in source_months(text)]
        terms = [(text[start:end], matcher.glossary.terms[index].id) for start, end, index in matcher.locate(text)]
        return Reading(
            numbers=tuple((shown, value) for _, shown, value in sorted(amounts + months)),
            terms=tuple(terms),
            words=words(),
        )

    return read


def _value(value: Decimal | str) -> str:
    return value if isinstance(value, str) else format(value.normalize(), "f")
