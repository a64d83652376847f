"""Who may decide on an edition now, and until when: the settings and the record, put before the rules of `review`."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from pubpipe import review
from pubpipe.pipeline.edition import stages_of
from pubpipe.pipeline.workspace import Workspace
from pubpipe.project import Project
from pubpipe.review.right import Find


def zone(project: Project) -> dt.tzinfo:
    """The time zone in which the project's people read dates."""
    try:
        return zoneinfo.ZoneInfo(project.rebuild.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def deadline_of(ws: Workspace, publication: str, language: str, stage: str | None = None) -> review.Deadline | None:
    """When the review that waits is due; None where no stage (or not `stage`) is open, or it has no deadline."""
    opening = ws.store.openings.current(publication, language)
    if opening is None or (stage is not None and opening.stage != stage):
        return None
    settings = next((s for s in stages_of(ws.project) if s.name == opening.stage), None)
    return review.deadline(settings, opening.opened) if settings is not None else None


def due_in_words(ws: Workspace, publication: str, language: str) -> str:
    """ "due 2026-05-03" or "OVERDUE since …" for the review that waits; empty without a deadline."""
    found = deadline_of(ws, publication, language)
    return found.words(ws.now().astimezone(zone(ws.project))) if found else ""


def right_of(
    ws: Workspace,
    publication: str,
    language: str,
    stage: str,
    name: str,
    *,
    find: Find | None = None,
    at: dt.datetime | None = None,
) -> review.Right:
    """Whether this person may decide there, in whose place, and if not why not.

    The one answer for form, terminal, file and page. `find`: the accounts, where the workspace has some. `at`: when the
    answer was given; None: now.
    """
    settings = next((s for s in stages_of(ws.project) if s.name == stage), None)
    if settings is None:
        return review.Right(f"pubpipe.toml has no stage “{stage}” any more.")
    due = deadline_of(ws, publication, language, stage)
    moment = (at or ws.now()).astimezone(zone(ws.project))
    return review.right(settings, language, name, at=moment, due=due.due if due else None, find=find)
