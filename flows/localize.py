"""One edition from its source to its files: drafts, reviews in the Prefect interface, DOCX and PDF.

The order of the work is in `pubpipe.pipeline`; here each step gets a name, retries and a page to look at. The
flow may start from the top at any time (that is how Prefect resumes): every step finds in pubpipe's store what is
done. Prefect's caches are off, because pubpipe's own keys decide what is stale. No `retries` on the flow: Prefect
cannot repeat a flow that waits for input.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Task, flow, get_run_logger, runtime, suspend_flow_run, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Cancelled, Completed, Failed

from pubpipe import pipeline
from pubpipe.errors import PubpipeError
from pubpipe.model import RecordedDecision, Rendition, ReviewAnswer, ReviewRequest
from pubpipe.pipeline.looking import review_preview
from pubpipe.root import STATE_FOLDER
from pubpipe.server import client, form, people, rights, rounds, signature, wording
from pubpipe.server.here import files_url, interface, own_address, public_base, review_address


def retryable(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether another try can help: the error itself knows."""
    error = state.data if isinstance(state.data, BaseException) else None
    if error is None:
        try:
            state.result(raise_on_failure=True)
        except Exception as raised:  # whatever the step raised is what has to be judged
            error = raised
    return bool(getattr(error, "retryable", False))


STEP: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "retries": 4,
    "retry_delay_seconds": [2, 10, 60, 300],
    "retry_condition_fn": retryable,
}


@task(task_run_name="draft {publication} · {language}", **STEP)
def prepare(workspace: str, publication: str, language: str) -> tuple[str, tuple[RecordedDecision, ...]]:
    """Read, cut, draft and check; returns the edition's state and its decisions."""
    with pipeline.open_workspace(Path(workspace)) as ws:
        present = pipeline.prepare(ws, publication, language, _bar(publication, language))
        get_run_logger().info("%d segments, %s", len(present.segments), present.standing.state)
        return present.standing.state, present.decisions


def _bar(publication: str, language: str) -> Callable[[int, int], None]:
    """What shows in Prefect, as a progress artifact, how many sentences an engine has answered: told in tenths."""
    bar: UUID | None = None
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal bar, told
        tenths = done * 10 // max(total, 1)
        if bar is not None and tenths <= told:
            return
        told = tenths
        try:
            if bar is None:
                key = wording.artifact_key("translating", publication, language)
                bar = create_progress_artifact(100.0 * done / total, key=key, description=f"{publication} · {language}")
            else:
                update_progress_artifact(bar, 100.0 * done / total)
        except Exception as error:  # a picture of the work is not worth the work
            get_run_logger().debug("no progress shown: %s", type(error).__name__)

    return tell


@task(task_run_name="record the answer of {reviewer}", **STEP)
def record(workspace: str, request: ReviewRequest, answer: ReviewAnswer, reviewer: str) -> tuple[str, ...]:
    """Take the answer into the record; returns what is wrong with it."""
    with pipeline.open_workspace(Path(workspace)) as ws:
        problems = pipeline.take_answer(ws, request, answer, find=rights.find_in(ws))
    if problems:
        get_run_logger().warning("the answer of %s was not taken: %d problems", reviewer, len(problems))
    return problems


@task(task_run_name="turn away an answer", **STEP)
def turn_away(workspace: str, request: ReviewRequest, answer: ReviewAnswer, problem: str) -> None:
    """Put an answer that nobody may have given on record; the next form says why it was not taken."""
    get_run_logger().warning("an answer was turned away: %s", problem)
    with pipeline.open_workspace(Path(workspace)) as ws:
        rounds.refuse(ws, request, answer, problem)


@task(task_run_name="preview {publication} · {language}", cache_policy=NO_CACHE, persist_result=False)
def preview(workspace: str, publication: str, language: str) -> str:
    """Watermarked pages for the reviewer; the PDF's address, or nothing: no review waits for a page that fails."""
    with pipeline.open_workspace(Path(workspace)) as ws:
        try:
            path = review_preview(ws, publication, language)
        except PubpipeError as error:
            get_run_logger().warning("no preview: %s", error)
            return ""
        return files_url(ws.output, path)


@task(task_run_name="render {publication} · {language}", **STEP)
def render(workspace: str, publication: str, language: str) -> tuple[Rendition, ...]:
    """DOCX and PDF of the approved edition."""
    with pipeline.open_workspace(Path(workspace)) as ws:
        return pipeline.render(ws, publication, language)


@flow(name="localize", flow_run_name="{publication} · {language}", persist_result=False)
def localize(workspace: str, publication: str, language: str) -> State[Any]:
    """Bring one publication out in one language; waits, as long as it takes, for its reviewers.

    workspace: the folder with pubpipe.toml. publication: its id. language: a tag such as km.
    """
    try:
        return _localize(workspace, publication, language)
    except PubpipeError as error:
        return Failed(message=str(error))


def _localize(workspace: str, publication: str, language: str) -> State[Any]:
    address, run_id = own_address(), str(runtime.flow_run.id)
    state, decisions = prepare(workspace, publication, language)
    given = rounds.rounds_of(address, run_id)
    if given and given[-1].values is not None:
        _take(workspace, publication, language, given[-1], run_id)
        state, decisions = prepare(workspace, publication, language)
    with pipeline.open_workspace(Path(workspace)) as ws:
        request = pipeline.next_review(ws, publication, language)
        key = pipeline.edition_key(ws, publication, language)
    if request is not None:
        if (other := _waits_elsewhere(address, publication, language, request, run_id)) is not None:
            message = f"This edition waits for its reviewer in another run: {other.url}"
            return Cancelled(name="Superseded", message=message)
        _label(publication, language, key, request)
        _wait(workspace, publication, language, request, len(given) + 1)
    if state == "rejected":
        return Failed(name="Rejected", message=_rejection(decisions))
    renditions = render(workspace, publication, language)
    _show_files(workspace, publication, language, renditions)
    return Completed(message=", ".join(r.path for r in renditions))


def state_folder(workspace: str) -> Path:
    """Where accounts and the server's secret lie."""
    return Path(workspace) / STATE_FOLDER


def _take(workspace: str, publication: str, language: str, given: rounds.Round, run_id: str) -> None:
    """Record the last answer. Earlier ones were recorded before the form that followed them was put up.

    Where nothing waits any more, it was recorded before this process was started again.
    """
    with pipeline.open_workspace(Path(workspace)) as ws:
        request = pipeline.next_review(ws, publication, language)
    if request is None or given.values is None:
        return
    verdict = signature.judge(
        state_folder(workspace), run_id, given.values,
        publication=publication, language=language, stage=request.stage,
    )  # fmt: skip
    at = verdict.at or given.at
    answer = form.read_answer(request, given.values, about=given.about, shown=given.shown, run=run_id, at=at)
    if verdict.problem:
        turn_away(workspace, request, answer, verdict.problem)
    else:
        record(workspace, request, answer, answer.reviewer)


def _wait(workspace: str, publication: str, language: str, request: ReviewRequest, number: int) -> None:
    """Put up the side-by-side table and the form, and end the process. Nothing after this runs before an answer."""
    address = own_address()
    pages = preview(workspace, publication, language)
    # without our own server around Prefect there is no review page
    page = review_address(public_base(), publication, language) if public_base() else ""
    links = [f"**[Review page]({page})**"] if page else []
    links += [f"Preview of the pages: [PDF]({pages})"] if pages else []
    shown = [
        create_markdown_artifact(
            key=wording.artifact_key("review", publication, language, *([str(n)] if n > 1 else [])),
            markdown="\n\n".join([*links, markdown]),
            description=wording.escape(f"{request.stage}, round {request.round}"),
        )
        for n, markdown in enumerate(wording.side_by_side(request), 1)
    ]
    table = client.page_url(address, f"artifacts/artifact/{shown[0]}")
    get_run_logger().info(
        "%s waits for a reviewer: %d of %d segments", request.stage, len(request.attention), len(request.items)
    )
    suspend_flow_run(
        wait_for_input=form.review_form(
            request,
            markdown=interface() == "v1",
            artifact=table,
            page=page,
            accounts=bool(people.load(state_folder(workspace)).people),
        ),
        key=rounds.pause_key(number),
    )


def _label(publication: str, language: str, key: str, request: ReviewRequest) -> None:
    """Tag the run with what it waits for, so that it is found, and known to be stale when the text moves."""
    own = [*client.edition_tags(publication, language), client.key_tag(key), client.review_tag(request.digest)]
    kept = [t for t in runtime.flow_run.tags if t.split(":", 1)[0] not in ("pub", "lang", "key", "review", "stage")]
    with get_client(sync_client=True) as api:
        api.update_flow_run(runtime.flow_run.id, tags=[*own, f"stage:{request.stage}", *kept])


def _waits_elsewhere(
    address: str, publication: str, language: str, request: ReviewRequest, run_id: str
) -> client.RunState | None:
    """Another run that waits for the same review; one that waits for an older text is closed."""
    for run in client.open_runs(address, publication, language):
        if run.id == run_id or not run.waiting:
            continue
        if client.review_tag(request.digest) in run.tags:
            return run
        client.supersede(address, {"id": run.id, "state_type": run.type}, "the text under review has moved")
    return None


def _rejection(decisions: tuple[RecordedDecision, ...]) -> str:
    last = next((d for d in reversed(decisions) if d.verdict == "reject"), None)
    if last is None:
        return "Rejected."
    why = f": {last.note}" if last.note else "."
    return f"Rejected by {last.reviewer} at {last.stage}{why} Mend the text and publish again."


def _show_files(workspace: str, publication: str, language: str, renditions: tuple[Rendition, ...]) -> None:
    """A page with the finished files, linked where this server can serve them."""
    with pipeline.open_workspace(Path(workspace)) as ws:
        folder = pipeline.output_folder(ws, publication).parent
        lines = []
        for rendition in renditions:
            url = files_url(ws.output, folder / rendition.path)
            name = wording.escape(rendition.path)
            shown = f"[{name}]({url})" if url else name
            lines.append(f"| {rendition.format.upper()} | {shown} | {rendition.file_hash[:16]} |")
    create_markdown_artifact(
        key=wording.artifact_key("files", publication, language),
        markdown="| | File | SHA-256 begins |\n|---|---|---|\n" + "\n".join(lines) + "\n",
        description=f"{publication} · {language}",
    )
