"""pubpipe review: what waits for a person, from the terminal; the same rules and the same record as the form."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from pubpipe.cli import offline, report
from pubpipe.cli.options import JsonOption, WorkspaceOption, languages_in, print_json, workspace_root
from pubpipe.cli.people import vouched
from pubpipe.errors import ConfigError, PubpipeError, ReviewError

if TYPE_CHECKING:
    from pubpipe.model import ReviewAnswer, ReviewItem, ReviewRequest
    from pubpipe.pipeline import Workspace

app = typer.Typer(no_args_is_help=True)

PublicationArgument = typer.Argument(..., help="Id of the publication.")
LanguageOption = typer.Option(..., "--language", "-l", help="Language tags with commas, or 'all'.")
StageOption = typer.Option(None, "--stage", "-s", help="Only if this stage is due; default: whichever is due.")
ReviewerOption = typer.Option(..., "--reviewer", "-r", help="Your name, as it shall stand in the record.")
CommentOption = typer.Option("", "--comment", "-c", help="What you want to say; needed to send back or reject.")
EditOption = typer.Option(
    None, "--edit", help='A correction: NUMBER=TEXT, with tags as shown, e.g. --edit "3=<1>…</1>".'
)
EditsOption = typer.Option(None, "--edits", help="A JSON file {number: text} with corrections.")
SegmentsOption = typer.Option(None, "--segments", help="Numbers with commas of the segments to send back.")
WaiveOption = typer.Option(
    None, "--waive", help='A blocking finding that you take responsibility for ("check: message").'
)
AllRoundsOption = typer.Option(False, "--all-rounds", help="Go on through all rounds of this stage.")
YesOption = typer.Option(False, "--yes", "-y", help="Do not ask whether you have read it.")


@app.command("list", epilog="Example: pubpipe review list")
def list_(workspace: Path | None = WorkspaceOption, as_json: bool = JsonOption) -> None:
    """List the reviews that wait for a person."""
    from pubpipe import pipeline
    from pubpipe.cli.table import print_table
    from pubpipe.pipeline.deciding import due_in_words

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        waiting = [
            request
            for known in ws.store.publications.all()
            for language in known.languages
            if (request := _request(ws, known.id, language)) is not None
        ]
        deadlines = {(r.publication, r.language): due_in_words(ws, r.publication, r.language) for r in waiting}
    if as_json:
        print_json([{**_summary(r), "deadline": deadlines[r.publication, r.language]} for r in waiting])
        return
    if not waiting:
        print("No review waits.")
        return
    print_table(
        ("publication", "language", "stage", "round", "asked", "segments", "open", "findings", "due"),
        [
            (
                r.publication,
                r.language,
                r.stage,
                r.round,
                len(r.attention),
                len(r.items),
                sum(not i.target for i in r.items),
                sum(f.severity in ("error", "block") for i in r.items for f in i.findings),
                deadlines[r.publication, r.language],
            )
            for r in waiting
        ],
    )


@app.command(epilog="Example: pubpipe review show summary --language km")
def show(
    publication: str = PublicationArgument,
    language: str = LanguageOption,
    all_segments: bool = typer.Option(False, "--all", help="All segments, not only those that this round asks for."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Show a review round: English, translation, origin, terms, findings."""
    from pubpipe import pipeline

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        requests = [r for tag in languages_in(ws, publication, language) if (r := _request(ws, publication, tag))]
    if as_json:
        print_json([r.model_dump(mode="json") for r in requests])
        return
    if not requests:
        print("No review of it waits.")
    for request in requests:
        _show(request, request.items if all_segments else request.attention or request.items)


def _show(request: ReviewRequest, items: tuple[ReviewItem, ...]) -> None:
    from pubpipe.server.wording import change_in_words, visible

    def say(line: str) -> None:
        print(visible(line))  # a text must not steer the terminal

    say(f"{request.publication}/{request.language}: {request.title}")
    say(f"{request.stage}, round {request.round}; {len(request.attention)} asked, {request.remaining} later")
    for problem in (*request.problems, *request.comments):
        say(f"  ! {problem}")
    for item in items:
        detail = f" ({item.detail})" if item.detail else ""
        say(f"\n{item.number}  {item.role}  {item.origin}{detail}  {item.reason}".rstrip())
        say(f"   en  {item.source}")
        say(f"   {request.language}  {item.target or '— no translation yet —'}")
        for hit in item.terms:
            if hit.preferred or hit.keep:
                say(f"   term: {hit.surface} → {hit.preferred or hit.surface}")
        if item.suggestion:
            what = f"similar ({item.suggestion.score} %)" if item.suggestion.score else "offered"
            say(f"   {what}: {item.suggestion.target} [{item.suggestion.provenance}]")
            if item.suggestion.change is not None and item.suggestion.change.diff:
                say(f"   compared: {item.suggestion.change.marked}")
        if item.carried:
            say(f"   not asked again: {item.carried}")
        if item.previous_source:
            say(f"   before: {item.previous_source}")
            say(f"   approved as: {item.previous_target or '—'}")
        for line in change_in_words(item.change, item.reason) if item.change is not None else ():
            say(f"   {line}")
        for finding in item.findings:
            say(f"   {finding.severity}: {finding.message}")
    for finding in request.findings:
        say(f"\n{finding.severity}: {finding.message}")


@app.command(epilog='Example: pubpipe review approve summary --language km --reviewer "Sokha Chan"')
def approve(
    publication: str = PublicationArgument,
    language: str = LanguageOption,
    reviewer: str = ReviewerOption,
    stage: str | None = StageOption,
    comment: str = CommentOption,
    edit: list[str] | None = EditOption,
    edits: Path | None = EditsOption,
    waive: list[str] | None = WaiveOption,
    all_rounds: bool = AllRoundsOption,
    yes: bool = YesOption,
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Approve the round that is due, with your corrections."""
    _answer(
        "approve", publication, language, reviewer, stage, comment, workspace,
        edits=_edits(edit, edits), waive=tuple(waive or ()), all_rounds=all_rounds, yes=yes,
    )  # fmt: skip


@app.command(
    "request-changes",
    epilog='Example: pubpipe review request-changes summary -l km -r "Sokha Chan" -c "Use …"',
)
def request_changes(
    publication: str = PublicationArgument,
    language: str = LanguageOption,
    reviewer: str = ReviewerOption,
    comment: str = typer.Option(..., "--comment", "-c", help="What has to be changed."),
    stage: str | None = StageOption,
    edit: list[str] | None = EditOption,
    edits: Path | None = EditsOption,
    segments: str | None = SegmentsOption,
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Send it back: save your corrections and ask for another look."""
    _answer(
        "request_changes", publication, language, reviewer, stage, comment, workspace,
        edits=_edits(edit, edits), segments=_numbers(segments), yes=True,
    )  # fmt: skip


@app.command(epilog='Example: pubpipe review reject summary -l km -r "Sokha Chan" -c "Withdrawn by the partner"')
def reject(
    publication: str = PublicationArgument,
    language: str = LanguageOption,
    reviewer: str = ReviewerOption,
    comment: str = typer.Option(..., "--comment", "-c", help="Why."),
    stage: str | None = StageOption,
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Reject the edition: it is not published until somebody opens it again or its text changes."""
    _answer("reject", publication, language, reviewer, stage, comment, workspace, yes=True)


@app.command(epilog='Example: pubpipe review reopen summary -l km -r "Sokha Chan" -c "The partner agreed"')
def reopen(
    publication: str = PublicationArgument,
    language: str = LanguageOption,
    reviewer: str = ReviewerOption,
    comment: str = typer.Option(..., "--comment", "-c", help="Why."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Open a rejected edition for review again."""
    from pubpipe import pipeline
    from pubpipe.pipeline.reviewing import reopen as reopen_edition

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        for tag in languages_in(ws, publication, language):
            rejected = [d.stage for d in ws.store.decisions.all(publication, tag) if d.verdict == "reject"]
            name = vouched(ws, reviewer, publication, tag, rejected[-1]) if rejected else reviewer
            reopen_edition(ws, publication, tag, name, comment)
            print(f"{publication}/{tag}: open for review again.")


@app.command(epilog="Example: pubpipe review verify")
def verify(workspace: Path | None = WorkspaceOption) -> None:
    """Prove that no recorded decision was changed or removed; names the first broken entry."""
    from pubpipe import pipeline

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        broken = ws.store.decisions.verify()
    if broken:
        raise ReviewError(f"the record of decisions is broken: {broken}", remedy="Compare with a backup.")
    print("The record of decisions is whole.")


app.command("export", epilog="Example: pubpipe review export summary --language km --word")(offline.export)
app.command("import", epilog="Example: pubpipe review import summary.km.review.docx --dry-run")(offline.import_)

Verdict = Literal["approve", "request_changes", "reject"]


def _answer(
    decision: Verdict,
    publication: str,
    language: str,
    reviewer: str,
    stage: str | None,
    comment: str,
    workspace: Path | None,
    *,
    edits: dict[int, str] | None = None,
    waive: tuple[str, ...] = (),
    segments: tuple[int, ...] = (),
    all_rounds: bool = False,
    yes: bool = False,
) -> None:
    from pubpipe import pipeline

    code = 0
    root = workspace_root(workspace)
    with pipeline.open_workspace(root) as ws:
        tags = languages_in(ws, publication, language)
        if edits and len(tags) > 1:
            raise ConfigError("corrections are for one language.", remedy="Name one with --language.")
        for tag in tags:
            try:
                _answer_one(
                    ws, root, decision, publication, tag, reviewer, stage, comment, edits or {}, waive, segments,
                    all_rounds=all_rounds, yes=yes,
                )  # fmt: skip
            except PubpipeError as error:
                report(error, f"{publication}/{tag}: ")
                code = code or error.exit_code
    if code:
        raise typer.Exit(code)


def _answer_one(
    ws: Workspace,
    root: Path,
    decision: Verdict,
    publication: str,
    language: str,
    reviewer: str,
    stage: str | None,
    comment: str,
    edits: dict[int, str],
    waive: tuple[str, ...],
    segments: tuple[int, ...],
    *,
    all_rounds: bool,
    yes: bool,
) -> None:
    """Answer the round that is due and, with `all_rounds`, those that follow at the same stage."""
    from pubpipe.review import only_for_others

    due = stage
    rounds = 0
    while True:
        request = _request(ws, publication, language)
        if request is None or (due is not None and request.stage != due):
            if rounds:
                return
            what = f"waits at {request.stage!r}" if request else "does not wait for a review"
            raise ReviewError(f"the edition {what}.", remedy="'pubpipe review list' shows what is due.")
        due = request.stage
        if rounds and only_for_others(request, reviewer):
            return  # said already: these wait for another person
        if decision == "approve" and not yes:
            _confirm(request, reviewer)
        answer = _build(ws, request, decision, reviewer, comment, edits if not rounds else {}, waive, segments)
        left = record(ws, root, request, answer)
        rounds += 1
        print(f"{publication}/{language}: {request.stage}, round {request.round}: {decision} by {reviewer}")
        say_left(left)
        if decision == "approve" and _request(ws, publication, language) is None:
            print(f"  Everything is approved. The files: by a run on the server, or with pubpipe render {publication}")
        if not all_rounds:
            return


def _build(
    ws: Workspace,
    request: ReviewRequest,
    decision: Verdict,
    reviewer: str,
    comment: str,
    edits: dict[int, str],
    waive: tuple[str, ...],
    segments: tuple[int, ...],
) -> Any:
    from pubpipe.model import ReviewAnswer

    by_number = {item.number: item.segment for item in request.items}
    unknown = [n for n in (*edits, *segments) if n not in by_number]
    if unknown:
        raise ReviewError(
            f"there is no segment {unknown[0]} in this edition.",
            remedy=f"Numbers go from 1 to {len(by_number)}.",
        )
    return ReviewAnswer(
        publication=request.publication,
        language=request.language,
        stage=request.stage,
        digest=request.digest,
        decision=decision,
        reviewer=reviewer,
        comment=comment,
        texts={by_number[n]: text for n, text in edits.items()},
        segments=segments,
        waive=waive,
        at=ws.now(),
    )


def say_left(left: tuple[int, ...]) -> None:
    """Which segments wait for a second pair of eyes, where some do."""
    if left:
        numbers = ", ".join(map(str, left[:20])) + (f" and {len(left) - 20} more" if len(left) > 20 else "")
        which = f"segment {numbers} waits" if len(left) == 1 else f"segments {numbers} wait"
        print(f"  {which} for another person, because the wording is yours.")


def record(ws: Workspace, root: Path, request: ReviewRequest, answer: ReviewAnswer) -> tuple[int, ...]:
    """Through the run that waits, or straight to the record; then whatever found no place in the run's form.

    Returns the numbers of the segments that wait for another person, because the reviewer wrote them.

    Once the workspace has accounts, nobody answers in the name of another: the reviewer's password is asked here. A
    form holds the texts of the segments that its round asks for; corrections of others must not get lost on the way.
    ReviewError, with what to do, where something could not be taken.
    """
    from pubpipe import pipeline
    from pubpipe.pipeline import offline
    from pubpipe.pipeline.ingesting import ingest
    from pubpipe.review import left_to_others
    from pubpipe.server.rights import find_in

    name = vouched(ws, answer.reviewer, request.publication, request.language, request.stage)
    answer = answer.model_copy(update={"reviewer": name})
    untouched = ingest(ws, request.publication).segments
    problems = _hand_in(ws, root, request, answer)
    left = {} if problems else offline.not_kept(ws, request, answer)
    if left:
        upcoming = pipeline.next_review(ws, answer.publication, answer.language)
        if upcoming is not None:
            vouched(ws, name, upcoming.publication, upcoming.language, upcoming.stage)
            more: dict[str, Any] = {"texts": left, "digest": upcoming.digest, "stage": upcoming.stage}
            numbers = tuple(i.number for i in upcoming.items if i.segment in left)
            more |= {"decision": "request_changes", "segments": numbers}
            more["comment"] = answer.comment or "Corrections beyond what the round asked for."
            problems = pipeline.take_answer(ws, upcoming, answer.model_copy(update=more), find=find_in(ws))
        if upcoming is None or problems:
            raise ReviewError(
                f"{len(left)} corrections could not be recorded: {'; '.join(problems) or 'the edition moved on'}.",
                remedy="Look again with 'pubpipe review show', and give them once more.",
            )
    if problems:
        raise ReviewError(
            f"the answer does not fit: {'; '.join(problems)}",
            remedy=f"Look again with 'pubpipe review show {answer.publication} -l {answer.language}'.",
        )
    return left_to_others(request, answer, untouched)


def _hand_in(ws: Workspace, root: Path, request: ReviewRequest, answer: Any) -> tuple[str, ...]:
    """To the flow run that waits with this round where there is one, else straight to the record."""
    from pubpipe import pipeline
    from pubpipe.server import answer_run, find_server
    from pubpipe.server.rights import find_in

    address = find_server(root, ws.environ)
    if address is not None:
        problems = answer_run(address, ws, request, answer)
        if problems is not None:
            return problems
    return pipeline.take_answer(ws, request, answer, find=find_in(ws))


def _confirm(request: ReviewRequest, reviewer: str) -> None:
    count = len(request.attention) or len(request.items)
    if not sys.stdin.isatty():
        raise ConfigError("nobody can be asked here whether the text was read.", remedy="Say so with --yes if it was.")
    asked = f"{request.publication}/{request.language}: approve {count} segments at {request.stage!r} as {reviewer}?"
    if not typer.confirm(asked):
        raise ReviewError("not approved.", remedy="Nothing was recorded.")


def _request(ws: Workspace, publication: str, language: str) -> ReviewRequest | None:
    """The round that waits, for an edition that was translated; None before that."""
    from pubpipe import pipeline

    if not ws.store.drafts.origins(publication, language):
        return None
    return pipeline.next_review(ws, publication, language)


def _edits(inline: list[str] | None, file: Path | None) -> dict[int, str]:
    out: dict[int, str] = {}
    if file is not None:
        try:
            loaded = json.loads(file.read_text(encoding="utf-8"))
            out = {int(number): str(text) for number, text in loaded.items()}
        except (OSError, ValueError, AttributeError) as error:
            raise ConfigError(
                f"{file} is no JSON file of corrections: {error}.", remedy='Write {"3": "the new text"}.'
            ) from error
    for entry in inline or ():
        number, sign, text = entry.partition("=")
        if not sign or not number.strip().isdigit():
            raise ConfigError(f"--edit {entry[:20]!r} is not NUMBER=TEXT.", remedy='Write --edit "3=the new text".')
        out[int(number)] = text
    return out


def _numbers(text: str | None) -> tuple[int, ...]:
    if not text:
        return ()
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdigit() for part in parts):
        raise ConfigError(f"--segments {text!r} is no list of numbers.", remedy="Write --segments 3,17.")
    return tuple(int(part) for part in parts)


def _summary(request: ReviewRequest) -> dict[str, Any]:
    return {
        "publication": request.publication,
        "language": request.language,
        "stage": request.stage,
        "round": request.round,
        "digest": request.digest,
        "asked": len(request.attention),
        "segments": len(request.items),
        "due": request.due.isoformat() if request.due else None,
    }
