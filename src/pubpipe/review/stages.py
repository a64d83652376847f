"""The steps of a review: who decides on what, until when, and who stands in for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from pubpipe.languages import fold
from pubpipe.model import Decision, Value


class Delegation(Value):
    """Somebody who may decide in the place of another."""

    absent: str
    delegate: str
    since: dt.date | None = None
    """First day; without it and `until` the delegate may decide from the stage's deadline on."""
    until: dt.date | None = None
    """Last day; None: no end."""


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
    deadline: dt.timedelta | None = None
    """From the opening of the stage to the moment when the answer is due."""
    reminder: dt.timedelta | None = None
    """How long before the deadline people are reminded."""
    delegations: tuple[Delegation, ...] = ()
    self_approval: bool = False
    """Whether people may approve wording that they wrote themselves."""


def person(name: str) -> str:
    """What makes two spellings of a name the same person: case and white space do not."""
    return fold(name)


def seat(decision: Decision) -> str:
    """Whose voice a decision is: a person and their delegate have one together."""
    return person(decision.behalf or decision.reviewer)


def distinct(approvals: Iterable[Decision]) -> list[Decision]:
    """One approval a person, the first: who stands in for two does not approve twice."""
    found: dict[str, Decision] = {}
    for approval in approvals:
        found.setdefault(person(approval.reviewer), approval)
    return list(found.values())
