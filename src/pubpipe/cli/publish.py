"""pubpipe publish: start a publication and follow it as far as it goes without a person."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pubpipe.cli import report
from pubpipe.cli.options import (
    JsonOption,
    LanguagesOption,
    WorkspaceOption,
    languages_of,
    print_json,
    workspace_root,
)
from pubpipe.errors import ConfigError, Fault, PubpipeError
from pubpipe.root import STATE_FOLDER

if TYPE_CHECKING:
    from pubpipe.pipeline import Workspace
    from pubpipe.pipeline.beside import Beside


def publish(
    file: Path = typer.Argument(..., help="The English source: .docx, .md, .odt, .html, .srt or .vtt."),
    id_: str | None = typer.Option(None, "--id", help="Id of the publication; default: from the file name."),
    languages: str | None = LanguagesOption,
    engine: str | None = typer.Option(
        None,
        "--engine",
        "-e",
        help="Engines with commas (none, microsoft, llm, …); default: the project's.",
    ),
    output: Path | None = typer.Option(None, "--output", "-o", help="Folder for the files; default: the project's."),
    detach: bool = typer.Option(False, "--detach", help="With a server: start the runs and do not follow them."),
    direct: bool = typer.Option(False, "--direct", help="Work in this process even if a server is up."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Translate a document into every language, open its reviews, and write what is approved.

    With a server ('pubpipe up') one flow run an edition is started and followed. Without one the same steps are
    done here, up to the review; 'pubpipe review' goes on from there, and publishing again finishes.
    Exit code 0: no edition failed (some may wait for review).
    """
    from pubpipe.pipeline.settled import recall

    root = workspace_root(workspace)
    call = (str(file.absolute()), id_ or "", languages or "", engine or "", str(output.absolute()) if output else "")
    note = recall(root, call, os.environ.get("PUBPIPE_STORE"))
    if note is not None:
        _tell_all(note["publication"], Path(note["output"]), note["editions"], as_json=as_json)
        return

    with helpers(root) as beside:
        if _likely_to_set_pages(root, languages, direct):
            beside.start()
        from pubpipe import pipeline

        with pipeline.open_workspace(root) as ws:
            if output is not None:
                _writable(output)
            publication = pipeline.register(
                ws,
                file,
                publication=id_,
                languages=languages_of(languages),
                engines=_engines(ws, engine),
                output=output,
            )
            known = ws.store.publications.get(publication)
            wanted = languages_of(languages) or (known.languages if known else ws.project.languages)
            address = None if direct else _server(root, ws)
            if detach and address is None:
                raise ConfigError("--detach needs a server, and none is up.", remedy="Start one with 'pubpipe up'.")
            if address is not None:
                results, code = _with_server(ws, address, publication, wanted, detach=detach, quiet=as_json)
            else:
                results, code = run_editions(
                    ws, [(publication, language) for language in wanted], beside, quiet=as_json
                )
            folder = pipeline.output_folder(ws, publication)
    _tell_all(publication, folder, results, as_json=as_json)
    if code:
        raise typer.Exit(code)
    if all(result["state"] in ("up to date", "rendered") for result in results):
        settled = [{**result, "state": "up to date"} for result in results]
        pipeline.settle(ws, call, file, {"publication": publication, "output": str(folder), "editions": settled})


def _tell_all(publication: str, folder: Path, results: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json({"publication": publication, "output": str(folder), "editions": results})
    else:
        _tell(publication, folder, results)


def helpers(root: Path) -> Beside:
    """As many processes for this workspace as the machine has processors, this one among them."""
    from pubpipe.pipeline.beside import Beside

    return Beside(str(root), dict(os.environ), (os.cpu_count() or 1) - 1)


def _likely_to_set_pages(root: Path, languages: str | None, direct: bool) -> bool:
    """Whether helpers should begin to load at once: several languages, work done before, no server that does it."""
    state = root / STATE_FOLDER
    several = languages is None or "," in languages
    return several and state.is_dir() and (direct or not (state / "server.json").exists())


def run_editions(
    ws: Workspace, editions: list[tuple[str, str]], beside: Beside, *, quiet: bool = False
) -> tuple[list[dict[str, Any]], int]:
    """Each edition as far as it goes, without a server; what happened to each, and the first failure's exit code."""
    from pubpipe.cli.progress import editions_progress, watched
    from pubpipe.pipeline.steps import Outcome, run_together

    ended: dict[tuple[str, str], dict[str, Any]] = {}
    code = 0
    names = {edition: f"{edition[0]} · {edition[1]}" for edition in editions}
    with editions_progress(list(names.values()), quiet=quiet) as advance, watched(ws, names, advance) as end:

        def on_start(publication: str, language: str) -> None:
            advance(names[publication, language], "working")

        def on_end(publication: str, language: str, outcome: Outcome | PubpipeError) -> None:
            nonlocal code
            edition = (publication, language)
            end(names[edition])
            if isinstance(outcome, PubpipeError):
                if isinstance(outcome, Fault) and os.environ.get("PUBPIPE_DEBUG"):
                    raise outcome
                report(outcome, f"{publication}/{language}: ")
                code = code or outcome.exit_code
                ended[edition] = {"language": language, "state": "error", "error": str(outcome)}
                advance(names[edition], "failed", done=True)
            else:
                ended[edition] = _result(outcome)
                advance(names[edition], outcome.state, done=True)

        run_together(ws, editions, beside=beside, on_start=on_start, on_end=on_end)
    return [ended[edition] for edition in editions], code


def _result(outcome: Any) -> dict[str, Any]:
    request = outcome.request
    return {
        "language": outcome.language,
        "state": outcome.state,
        "files": [r.path for r in outcome.renditions],
        **(
            {
                "stage": request.stage,
                "round": request.round,
                "asked": len(request.attention),
                "segments": len(request.items),
                "open": sum(not i.target for i in request.items),
            }
            if request
            else {}
        ),
    }


def _with_server(
    ws: Workspace, address: str, publication: str, languages: tuple[str, ...], *, detach: bool, quiet: bool
) -> tuple[list[dict[str, Any]], int]:
    """One flow run an edition on the server, followed until each has ended or waits for a person."""
    from pubpipe import pipeline
    from pubpipe.cli.progress import editions_progress, watched
    from pubpipe.errors import ServerError
    from pubpipe.server.client import follow
    from pubpipe.server.here import review_address
    from pubpipe.server.runs import ensure_edition, people_address, server_record

    names: dict[str, str] = {}
    states: dict[str, dict[str, Any]] = {}
    results: list[dict[str, Any]] = []
    code = 0
    for language in languages:
        try:
            if (files := pipeline.up_to_date(ws, publication, language)) is not None:
                results.append({"language": language, "state": "up to date", "files": [r.path for r in files]})
                continue
            run = ensure_edition(ws, address, publication, language)
        except PubpipeError as error:
            report(error, f"{publication}/{language}: ")
            code = code or error.exit_code
            results.append({"language": language, "state": "error", "error": str(error)})
            continue
        names[run.id] = language
        states[run.id] = {"language": language, "state": run.how, "run": run.url}
    if not detach and names:
        editions = {(publication, language): language for language in names.values()}
        with editions_progress(list(names.values()), quiet=quiet) as advance, watched(ws, editions, advance) as end:
            for state in follow(address, names):
                finished = state.final or state.waiting
                if finished:
                    end(names[state.id])
                advance(
                    names[state.id],
                    "waits for review" if state.waiting else state.name.lower(),
                    done=finished,
                )
                states[state.id]["state"] = "waits for review" if state.waiting else state.name.lower()
                if state.waiting and server_record(ws.root):  # another Prefect server has no review page
                    page = review_address(people_address(ws), publication, names[state.id])
                    states[state.id]["review"] = page
                if state.final and state.type != "COMPLETED":
                    failure = ServerError(
                        f"the run of {publication}/{names[state.id]} ended as {state.name}: {state.message}",
                        remedy=f"Its log: {states[state.id]['run']}",
                        retryable=False,
                    )
                    report(failure)
                    code = code or failure.exit_code
    return [*results, *states.values()], code


def _server(root: Path, ws: Workspace) -> str | None:
    """The address of this workspace's server, if it answers."""
    from pubpipe.server import find_server

    return find_server(root, ws.environ)


def _engines(ws: Workspace, names: str | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    from pubpipe.pipeline.drafting import build_engine

    chain = tuple(name.strip() for name in names.split(",") if name.strip())
    for name in chain:
        build_engine(name, ws.project.engines.settings, ws.environ)
    return chain


def _writable(folder: Path) -> None:
    """Find out that the output folder cannot be written before anything is translated, not after."""
    from pubpipe.pipeline.workspace import check_writable

    check_writable(folder)


def _tell(publication: str, folder: Path, results: list[dict[str, Any]]) -> None:
    waiting = [r for r in results if r["state"] == "waits for review"]
    files = [path for r in results for path in r.get("files", ())]
    for result in results:
        more = ""
        if "stage" in result:
            more = f" ({result['stage']}, {result['asked']} of {result['segments']} segments, {result['open']} open)"
        elif "run" in result:
            more = f" ({result.get('review') or result['run']})"
        print(f"{publication}/{result['language']}: {result['state']}{more}")
    if files:
        print(f"{len(files)} files are in {folder}, beside {folder / 'manifest.json'}:")
        for path in files:
            print(f"  {folder.parent / path}")
    if waiting:
        print("Next: a person reviews them.")
        if any("review" in r for r in waiting):
            print("  In the browser: at the addresses above.")
        elif any("run" in r for r in waiting):
            print("  In the browser: open a run above and choose Resume.")
        print(f"  In the terminal: pubpipe review show {publication} --language {waiting[0]['language']}")
    sys.stdout.flush()
