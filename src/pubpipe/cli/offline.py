"""pubpipe review export and import: a round as a file for those who work in Word or a translation tool, and back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, languages_in, print_json, workspace_root
from pubpipe.errors import ConfigError, ReviewError

if TYPE_CHECKING:
    from pubpipe.exchange.intake import Intake
    from pubpipe.model import ReviewAnswer, ReviewRequest

_QUOTED = 70
"""Characters of a text that a message shows."""


def export(
    publication: str = typer.Argument(..., help="Id of the publication."),
    language: str = typer.Option(..., "--language", "-l", help="Language tags with commas, or 'all': one file each."),
    word: bool = typer.Option(False, "--word", help="A Word document (the default)."),
    xlsx: bool = typer.Option(False, "--xlsx", help="A spreadsheet."),
    xliff: bool = typer.Option(False, "--xliff", help="XLIFF 2.1 for a translation tool."),
    xliff_12: bool = typer.Option(False, "--xliff-1.2", help="XLIFF 1.2 for an older one."),
    whole: bool = typer.Option(False, "--all", help="All sentences, not only those that this round asks for."),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="The new file; default: PUBLICATION.LANGUAGE.review.docx (or .xlsx, .xlf) here."
    ),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Write the review that is due as one bilingual file to send to a reviewer."""
    from pubpipe import pipeline
    from pubpipe.pipeline import offline
    from pubpipe.pipeline.workspace import write_atomically

    if word + xlsx + xliff + xliff_12 > 1:
        raise ConfigError("one format at a time.", remedy="Choose --word, --xlsx, --xliff or --xliff-1.2.")
    chosen = "xlsx" if xlsx else "xliff" if xliff else "xliff-1.2" if xliff_12 else "word"
    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        tags = languages_in(ws, publication, language)
        if output is not None and len(tags) > 1:
            raise ConfigError("--output names one file.", remedy="Name one language, or leave --output out.")
        for tag in tags:
            made = offline.export(ws, publication, tag, chosen, whole=whole)
            path = output or Path(made.name)
            if path.is_file() and path.read_bytes() != made.data:
                raise ConfigError(
                    f"{path} is there already and may hold a reviewer's work.",
                    remedy="Import it or move it away, or name another file with --output.",
                )
            write_atomically(path, made.data)
            print(f"{publication}/{tag}: {made.stage}, round {made.round}: {made.rows} sentences are in {path}.")


def import_(
    file: Path = typer.Argument(..., help="The file that a reviewer sent back (.docx, .xlsx or .xlf)."),
    reviewer: str | None = typer.Option(
        None, "--reviewer", "-r", help="Who reviewed it; default: the name in the file, or the only author in it."
    ),
    decision: str | None = typer.Option(
        None, "--decision", "-d", help="approve, request_changes or reject, where the file says none."
    ),
    comment: str = typer.Option("", "--comment", "-c", help="What you want to add to the record."),
    waive: list[str] | None = typer.Option(
        None, "--waive", help='A blocking finding that the reviewer takes responsibility for ("check: message").'
    ),
    publication: str | None = typer.Option(None, "--publication", help="Whose it is, if the file lost that."),
    language: str | None = typer.Option(None, "--language", "-l", help="The same for the language."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what is in it; record nothing."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Take back a review file: corrections, remarks, questions and the decision in it.

    Without a decision, or while there are questions, the corrections are kept as "request changes".
    """
    from pubpipe import pipeline
    from pubpipe.cli.review import record, say_left
    from pubpipe.exchange.bilingual import DECISIONS, decision_of
    from pubpipe.pipeline import offline

    chosen, unclear = decision_of(decision or "")
    if unclear:
        raise ConfigError(f"--decision {unclear!r} is no decision.", remedy=f"One of: {', '.join(DECISIONS)}.")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", remedy="Check its name.") from error
    root = workspace_root(workspace)
    with pipeline.open_workspace(root) as ws:
        taken, request = offline.take(ws, data, file.name, publication=publication, language=language)
        verdict = None
        left: tuple[int, ...] = ()
        if not dry_run:
            verdict = offline.settle(
                ws, taken, request, name=file.name, data=data, reviewer=reviewer or "", decision=chosen,
                comment=comment, waive=tuple(waive or ()),
            )  # fmt: skip
            if verdict.answer is not None:
                left = record(ws, root, request, verdict.answer)
    answer = verdict.answer if verdict else None
    hindrances = verdict.hindrances if verdict else ()
    if as_json:
        recorded = answer.model_dump(mode="json") if answer else None
        print_json({**taken.model_dump(mode="json"), "recorded": recorded, "hindrances": list(hindrances)})
    else:
        _show(taken, request, answer, hindrances, dry_run=dry_run)
        say_left(left)
    if taken.questions or hindrances:
        raise typer.Exit(ReviewError.exit_code)


def _show(
    taken: Intake, request: ReviewRequest, answer: ReviewAnswer | None, hindrances: tuple[str, ...], *, dry_run: bool
) -> None:
    where = f"{taken.publication}/{taken.language}"
    print(
        f"{where}: {request.stage}, round {request.round}: {len(taken.proposals)} changed, "
        f"{taken.unchanged} unchanged, {len(taken.missing)} not in the file, "
        f"{len(taken.remarks)} remarks, {len(taken.questions)} questions"
    )
    if not taken.current:
        print("  The text moved on since the file was made: each sentence is compared with what it was made from.")
    for proposal in taken.proposals:
        by = f"  ({', '.join(proposal.authors)})" if proposal.authors else ""
        print(f"  {proposal.number}: {_cut(proposal.was) or '—'} → {_cut(proposal.text)}{by}")
    if taken.missing:
        print(f"  not in the file, left as they are: {', '.join(map(str, taken.missing))}")
    for remark in taken.remarks:
        by = f" ({remark.author})" if remark.author else ""
        about = f" on “{_cut(remark.quoted)}”" if remark.quoted else ""
        print(f"  remark {remark.number or ''}{by}{about}: {remark.text}")
    for question in taken.questions:
        name = f"segment {question.number}" if question.number else question.place
        print(f"\n  ? {name}: {question.what}")
        print(f"      was:    {'not known' if question.was is None else question.was or '—'}")
        print(f"      theirs: {question.theirs or '—'}")
        print(f"      now:    {'not known' if question.now is None else question.now or '—'}")
    for line in hindrances:
        print(f"  the decision does not count: {line}", file=sys.stderr)
    if dry_run:
        print("Nothing was recorded (--dry-run).")
    elif answer is None:
        print("Nothing was recorded: there is nothing new in the file.")
    else:
        kept = " The corrections are kept and shown for another look." if answer.decision == "request_changes" else ""
        print(f"Recorded: {answer.decision} by {answer.reviewer}.{kept}")


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
