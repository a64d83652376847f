"""The order of the work, written once: the command line and the flows call the same steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pubpipe.pipeline.edition import EditionView, edition_key
    from pubpipe.pipeline.ingesting import ingest, register
    from pubpipe.pipeline.planning import EditionStatus, PlanItem, plan, status
    from pubpipe.pipeline.publishing import formats_of, output_folder, preview, render, settle, up_to_date
    from pubpipe.pipeline.reviewing import next_review, take_answer
    from pubpipe.pipeline.steps import Outcome, prepare, run_edition
    from pubpipe.pipeline.workspace import Workspace, bundled, open_workspace

_HOMES = {
    "EditionView": "edition", "edition_key": "edition",
    "ingest": "ingesting", "register": "ingesting",
    "EditionStatus": "planning", "PlanItem": "planning", "plan": "planning", "status": "planning",
    "formats_of": "publishing",
    "output_folder": "publishing", "preview": "publishing", "render": "publishing", "up_to_date": "publishing",
    "settle": "publishing",
    "next_review": "reviewing", "take_answer": "reviewing",
    "Workspace": "workspace", "bundled": "workspace", "open_workspace": "workspace",
    "Outcome": "steps", "prepare": "steps", "run_edition": "steps",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """Load a step when it is first used: `pubpipe status` must not wait for the engines."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"pubpipe.pipeline.{_HOMES[name]}"), name)


__all__ = [
    "EditionStatus", "EditionView", "Outcome", "PlanItem", "Workspace", "bundled", "edition_key", "formats_of",
    "ingest", "next_review", "open_workspace", "output_folder", "plan", "prepare", "preview", "register", "render",
    "run_edition", "settle", "status", "take_answer", "up_to_date",
]  # fmt: skip
