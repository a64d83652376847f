"""From the bytes of a file back to the edition and the people who approved it."""

from __future__ import annotations

import datetime as dt

from pubpipe.identity import digest_bytes
from pubpipe.model import Rendition, Value
from pubpipe.pipeline.edition import view
from pubpipe.pipeline.planning import plan_edition
from pubpipe.pipeline.workspace import Workspace


class Trace(Value):
    """A published file and what stands behind it."""

    rendition: Rendition
    approvals: tuple[tuple[str, str, dt.datetime], ...]
    """(stage, reviewer, time of their last approval that counted for the text in the file), in order of time."""
    outdated: tuple[str, ...] = ()
    """What has moved since the file was made, in words; empty while it is what would be made today."""


def trace(ws: Workspace, data: bytes) -> Trace | None:
    """The publication, language and approvals behind exactly these bytes; None for bytes not published here."""
    wanted = digest_bytes(data)
    for known in ws.store.publications.all():
        for language in known.languages:
            for rendition in ws.store.renditions.current(known.id, language).values():
                if rendition.file_hash == wanted:
                    item = plan_edition(ws, known.id, language)
                    outdated = item.reasons if item.needs != "nothing" else ()
                    return Trace(rendition=rendition, approvals=_approvals(ws, rendition), outdated=outdated)
    return None


def _approvals(ws: Workspace, rendition: Rendition) -> tuple[tuple[str, str, dt.datetime], ...]:
    """What was noted when the file was made; of a file from before that was noted, what the record says of its text."""
    if rendition.approvals:
        return rendition.approvals
    standing = view(ws, rendition.publication, rendition.language).standing
    return standing.approvals if standing.edition_hash == rendition.ingredients.get("edition") else ()
