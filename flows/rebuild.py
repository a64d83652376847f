"""The scheduled rebuild: a run of `localize` for exactly those editions that have become stale, and why."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from pubpipe import pipeline
from pubpipe.errors import PubpipeError
from pubpipe.server import runs, wording
from pubpipe.server.here import own_address


@flow(name="rebuild", persist_result=False)
def rebuild(workspace: str, publications: list[str] | None = None) -> State[None]:
    """Compare every registered edition with what it was made from and start what is stale; nothing else.

    An edition that only has to be rendered again is rendered without asking anybody. publications: ids; empty: all.
    """
    lines: list[str] = []
    failed: list[str] = []
    try:
        with pipeline.open_workspace(Path(workspace)) as ws:
            for item in pipeline.plan(ws, tuple(publications or ())):
                name = f"{item.publication}/{item.language}"
                if item.needs == "nothing":
                    continue
                if item.needs == "error":
                    failed.append(f"{name}: {'; '.join(item.reasons)}")
                    continue
                if item.needs == "draft":
                    # a form that waits shows the text as it was; only the new drafts tell that it has moved
                    pipeline.prepare(ws, item.publication, item.language)
                run = runs.ensure_edition(ws, own_address(), item.publication, item.language, reasons=item.reasons)
                if run.how == "reused":
                    continue  # it waits for a person already
                get_run_logger().info("%s needs %s (%s): %s", name, item.needs, "; ".join(item.reasons), run.how)
                why = "<br>".join(wording.escape(reason) for reason in item.reasons)
                lines.append(f"| {name} | {item.needs} | {why} | {run.how}: [run]({run.url}) |")
    except PubpipeError as error:
        return Failed(message=str(error))
    if not lines and not failed:
        get_run_logger().info("nothing is stale")
        return Completed(message="Nothing is stale.")
    table = "| Edition | Needs | Why | |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"
    trouble = "\n**Could not be told:**\n\n" + wording.bullets(failed) if failed else ""
    create_markdown_artifact(key="rebuild", markdown=table + trouble, description="what was stale, and why")
    if failed:
        return Failed(message="; ".join(failed))
    return Completed(message=f"{len(lines)} editions were stale.")
