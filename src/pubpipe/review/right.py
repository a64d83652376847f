"""Who may decide where: the one rule that form, terminal, Word file and review page ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from pubpipe.review.stages import Delegation, Stage, person


class Account(Protocol):
    """A login, as the server knows it."""

    @property
    def name(self) -> str: ...
    @property
    def active(self) -> bool: ...
    @property
    def role(self) -> str:
        """ "service" is a program's."""

    def refusal(self, language: str, stage: str) -> str:
        """Why this account may not decide there, in words; empty where it may."""


Find = Callable[[str], Account | None]
"""The account of a name, where the workspace has accounts."""


@dataclass(frozen=True)
class Right:
    """Whether a person may decide at one stage in one language."""

    why: str = ""
    """Why not, in words for that person; empty where they may."""
    behalf: str = ""
    """In whose place they decide; empty: in their own right."""

    @property
    def granted(self) -> bool:
        return not self.why


def right(
    stage: Stage, language: str, name: str, *, at: dt.datetime, due: dt.datetime | None = None, find: Find | None = None
) -> Right:
    """Whether `name` may decide at `stage` in `language` at the moment `at`, in whose place, and if not, why not.

    In their own right: those whom the stage names for the language, or everybody where it names nobody; where the
    workspace has accounts (`find`), an account with the right for stage and language is needed as well. A delegate has
    what the absent person has, in the days that the project gives or, without days, from the deadline (`due`) on.
    `at` is in the project's time zone: its date is what the days are compared with.
    """
    name = name.strip()
    if not name:
        return Right("Please give your name: an approval needs a person.")
    if find is not None and (account := find(name)) is not None:
        name = account.name
    why = _own(stage, language, name, find)
    if not why:
        return Right()
    if find is not None and _closed(find, name):
        return Right(why)
    waits: list[str] = []
    for delegation in stage.delegations:
        if person(delegation.delegate) != person(name) or _own(stage, language, delegation.absent, find):
            continue
        later = _not_now(delegation, at, due)
        if not later:
            return Right(behalf=delegation.absent)
        waits.append(later)
    return Right(" ".join([why, *waits]))


def _own(stage: Stage, language: str, name: str, find: Find | None) -> str:
    """Why this person may not decide in their own right; empty where they may."""
    named = stage.people.get(language, ())
    if find is not None:
        account = find(name)
        if account is None:
            return f"{name} has no account here, and reviewers of this workspace log in."
        if refused := account.refusal(language, stage.name):
            return refused
    if named and person(name) not in {person(p) for p in named}:
        return f"{name} may not decide here. Those who may: {', '.join(named)}."
    return ""


def _closed(find: Find, name: str) -> bool:
    """Whether there is no account, or it is nobody's any more, or no person's: then it stands in for nobody either."""
    account = find(name)
    return account is None or not account.active or account.role == "service"


def _not_now(delegation: Delegation, at: dt.datetime, due: dt.datetime | None) -> str:
    """Why a delegation does not hold at this moment; empty where it does."""
    who = f"{delegation.delegate} stands in for {delegation.absent}"
    if delegation.since is None and delegation.until is None:
        if due is None:
            return f"{who} from a deadline on, and this stage has none."
        return "" if at >= due else f"{who} from the deadline on ({at_day(due, at)})."
    if delegation.since is not None and at.date() < delegation.since:
        return f"{who} from {delegation.since} on."
    if delegation.until is not None and at.date() > delegation.until:
        return f"{who} until {delegation.until}."
    return ""


def at_day(moment: dt.datetime, beside: dt.datetime) -> str:
    """A moment as people write it, in the time zone of `beside`."""
    return moment.astimezone(beside.tzinfo).strftime("%Y-%m-%d %H:%M")


def only_own(people: Iterable[str], authors: Iterable[str], delegates: Iterable[str] = ()) -> bool:
    """Whether everybody who could approve had a hand in the wording: the review is stuck until somebody is added."""
    could = {person(p) for p in (*people, *delegates)}
    return bool(could) and could <= {person(a) for a in authors}
