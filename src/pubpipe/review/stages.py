"""The steps of a review: who decides on what."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pubpipe.languages import fold
from pubpipe.model import Value


class Stage(Value):
    """One step of the review of an edition."""

    name: str
    kind: Literal["segments", "edition"]
    """segments: each segment is decided on; edition: the whole is signed off."""
    approvals: int = Field(default=1, ge=1)
    """How many different people have to approve the same text."""
    people: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Language to the names of those who may decide; empty or missing: anybody who gives a name."""
    form_size: int = Field(default=40, ge=1)
    """How many segments one round asks for at most: more are not humane in one form."""


def person(name: str) -> str:
    """What makes two spellings of a name the same person: case and white space do not."""
    return fold(name)
