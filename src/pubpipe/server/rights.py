"""What an account may do in this workspace: its own rights, the people of pubpipe.toml and their delegates, as one.

The rule itself is `review.right`; here it is asked for a login, by whoever has one before them: the layer around
Prefect, the flow that takes an answer, the terminal, the review page.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pubpipe.errors import PubpipeError
from pubpipe.languages import fold
from pubpipe.root import FILE_NAME
from pubpipe.server import people

if TYPE_CHECKING:
    from pubpipe.pipeline import Workspace
    from pubpipe.project import Project
    from pubpipe.review.right import Find
    from pubpipe.server.people import Account


def refusal(
    state: Path, account: Account, publication: str, language: str, stage: str, at: dt.datetime | None = None
) -> str:
    """Why this account may not decide there, in words for its owner; empty where it may.

    `state`: the workspace's `.pubpipe` folder. `at`: when the answer was given; None: now. What cannot be told (a
    broken pubpipe.toml, a database that does not answer) is a refusal that says so.
    """
    from pubpipe.pipeline import open_workspace

    if not (state.parent / FILE_NAME).is_file():
        return account.refusal(language, stage)
    try:
        with open_workspace(state.parent) as ws:
            return refusal_in(ws, account, publication, language, stage, at)
    except PubpipeError as error:
        return f"Whether you may decide here cannot be told now: {error.message}"


def find_in(ws: Workspace) -> Find | None:
    """The workspace's accounts as `review.right` asks for them; None where it has none. StoreError where unreadable."""
    accounts = people.load(ws.state)
    return accounts.find if accounts.people else None


def refusal_in(
    ws: Workspace, account: Account, publication: str, language: str, stage: str, at: dt.datetime | None = None
) -> str:
    """The same for a workspace that is open; its errors are the caller's."""
    from pubpipe.pipeline.deciding import right_of

    accounts = people.load(ws.state)
    return right_of(ws, publication, language, stage, account.name, find=accounts.find, at=at).why


class LeftOut(NamedTuple):
    """A place where an account has the right and pubpipe.toml lists others; both have to agree."""

    stage: str
    language: str
    listed: tuple[str, ...]
    """Those who may decide there."""


def left_out(project: Project, account: Account) -> tuple[LeftOut, ...]:
    """Where an account could never decide although it was given the right, to be said when it is given.

    Who stands in for somebody that is listed is not left out: at times they decide.
    """
    from pubpipe.pipeline.edition import stages_of
    from pubpipe.review.stages import person

    if not account.active:
        return ()
    found = []
    for stage in stages_of(project):
        mine = {person(account.name)}
        mine |= {person(d.absent) for d in stage.delegations if person(d.delegate) in mine}
        for language, listed in stage.people.items():
            if listed and not account.refusal(language, stage.name) and not mine & {person(p) for p in listed}:
                found.append(LeftOut(stage.name, language, listed))
    return tuple(found)


def reads(state: Path, account: Account, language: str) -> bool:
    """Whether the editions in this language are this person's business: their own, or as somebody's delegate."""
    if account.speaks(language):
        return True
    from pubpipe.pipeline.edition import stages_of
    from pubpipe.project import load_project

    if not account.active or not (state.parent / FILE_NAME).is_file():
        return False
    try:
        accounts = people.load(state)
        stages = stages_of(load_project(state.parent, {}))
    except PubpipeError:
        return False
    for stage in stages:
        for delegation in stage.delegations:
            absent = accounts.find(delegation.absent)
            mine = fold(delegation.delegate) == fold(account.name)
            if mine and absent is not None and not absent.refusal(language, stage.name):
                return True
    return False
