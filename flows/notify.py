"""Telling people: what is due, what happened, what stops a release; on a schedule, apart from every review."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from pubpipe import pipeline
from pubpipe.errors import PubpipeError
from pubpipe.server import notices


@flow(name="notify", persist_result=False)
def notify(workspace: str) -> State[None]:
    """Send the messages that are ready. What could not be sent is tried again by a later run.

    workspace: the folder with pubpipe.toml.
    """
    try:
        with pipeline.open_workspace(Path(workspace)) as ws:
            report = notices.tell(ws)
    except PubpipeError as error:
        return Failed(message=str(error))
    for problem in report.problems:
        get_run_logger().warning("%s", problem)
    if report.failed or (report.problems and not report.sent):
        return Failed(message=f"{report.words()}: {'; '.join(report.problems[:5])}")
    return Completed(message=report.words())
