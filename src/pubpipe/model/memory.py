"""A translation memory unit: one source text, one target text and how far the pair is to be trusted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from pubpipe.identity import Hash
from pubpipe.model.text import Content
from pubpipe.model.values import LanguageTag, Value

MemoryStatus = Literal["machine", "draft", "reviewed", "approved"]
"""Least trusted first. machine: nobody looked; draft: a person (or a file of unknown standing) offers it;
reviewed: a reviewer passed it at some stage; approved: it stood in an approved edition.
"""

MEMORY_RANK: dict[str, int] = {"machine": 0, "draft": 1, "reviewed": 2, "approved": 3}
"""The order of `MemoryStatus`; a unit of lower rank never replaces one of higher rank."""


class MemoryUnit(Value):
    """A pair of texts with its provenance. A hit is a draft with a history, never an approval."""

    key: Hash
    """`identity.memory_key` of the source: equal for texts that differ in case, white space and tag numbers
    only.
    """
    language: LanguageTag
    source: Content
    target: Content
    context_hash: Hash | None = None
    """`identity.context_hash` of the place where the pair was used; None where nobody knows."""
    status: MemoryStatus = "draft"
    terms_hash: Hash | None = None
    """The term entries in force in the sentence when the pair was accepted; None where nobody knows."""
    publication: str = ""
    reviewer: str = ""
    origin: str = ""
    """The engine, the person or the file that the target came from."""
    at: dt.datetime


class Candidates(NamedTuple):
    """What may resemble a text: cheap to gather by the thousand, and the way to the few units worth reading."""

    texts: Sequence[tuple[Hash, str]]
    """(`MemoryUnit.key`, plain source text)."""
    units: Callable[[Sequence[Hash]], Sequence[MemoryUnit]]
    """The units of some of these keys."""
