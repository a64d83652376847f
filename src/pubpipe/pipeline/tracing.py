"""From the bytes of a file back to the edition and the people who approved it."""

from __future__ import annotations

import datetime as dt

from pubpipe.identity import content_hash, digest_bytes
from pubpipe.model import Rendition, Value
from pubpipe.pipeline.edition import view
from pubpipe.pipeline.planning import plan_edition
from pubpipe.pipeline.workspace import Workspace


class Trace(Value):
    """A published file and what stands behind it."""

    rendition: Rendition
    approvals: tuple[tuple[str, str, dt.datetime], ...]
    """(stage, reviewer, time of their last approval that counts for the present text), in order of time."""
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
    present = view(ws, rendition.publication, rendition.language)
    pairs = {(s.source_hash, content_hash(t)) for s in present.segments if (t := present.targets[s.id]) is not None}
    for id_ in present.standing.carried:  # approved for an English that has been revised in its format since
        target = present.targets[id_]
        if target is not None:
            pairs.add((content_hash(present.revised[id_].source), content_hash(target)))
    edition = rendition.ingredients.get("edition")
    last: dict[tuple[str, str], dt.datetime] = {}
    for decision in present.decisions:
        counts = decision.edition_hash == edition or (decision.source_hash, decision.target_hash) in pairs
        if decision.verdict == "approve" and counts:
            last[decision.stage, decision.by] = decision.at
    return tuple((stage, reviewer, at) for (stage, reviewer), at in sorted(last.items(), key=lambda item: item[1]))
