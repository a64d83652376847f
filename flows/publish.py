"""A publication in all its languages: one run of `localize` for each, none twice.

Runs are created without a parent, because Prefect cannot suspend a subflow; this flow ends as soon as they exist.
"""

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


@flow(name="publish", persist_result=False)
def publish(workspace: str, publication: str = "", source: str = "", languages: list[str] | None = None) -> State[None]:
    """Start (or find) the run of each edition that is not up to date.

    publication: the id of a registered publication. source: instead, the path of a file, absolute or from
    the workspace. languages: tags such as km; empty: all that the publication has.
    """
    try:
        with pipeline.open_workspace(Path(workspace)) as ws:
            if source:
                path = ws.root / source  # an absolute path stays absolute
                tags = tuple(languages) if languages else None
                publication = pipeline.register(ws, path, publication=publication or None, languages=tags)
            elif not publication:
                return Failed(message="Give the id of a publication or the path of a file.")
            lines = []
            for item in pipeline.plan(ws, (publication,)):
                if languages and item.language not in languages:
                    continue
                if item.needs == "nothing":
                    lines.append(f"| {item.language} | up to date | |")
                    continue
                run = runs.ensure_edition(ws, own_address(), publication, item.language)
                get_run_logger().info("%s %s: %s", publication, item.language, run.how)
                lines.append(f"| {item.language} | {run.how} | [run]({run.url}) |")
    except PubpipeError as error:
        return Failed(message=str(error))
    if not lines:
        return Failed(message=f"There is no publication {publication!r} here, or it has none of these languages.")
    create_markdown_artifact(
        key=wording.artifact_key("publish", publication),
        markdown="| Language | | |\n|---|---|---|\n" + "\n".join(lines) + "\n",
        description=publication,
    )
    return Completed(message=f"{publication}: {len(lines)} languages")
