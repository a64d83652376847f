"""pubpipe glossary: check the termbase, find its terms, learn from what reviewers correct."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pubpipe.cli.options import JsonOption, LanguagesOption, WorkspaceOption, languages_of, print_json, workspace_root
from pubpipe.errors import SourceError

if TYPE_CHECKING:
    from pubpipe.model import Content

app = typer.Typer(no_args_is_help=True)


@app.command(epilog="Example: pubpipe glossary check")
def check(workspace: Path | None = WorkspaceOption, as_json: bool = JsonOption) -> None:
    """Validate glossary/*.csv; every problem is named with file, row and column."""
    from pubpipe import pipeline

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        termbase = ws.glossary
    if as_json:
        print_json(
            {
                "terms": len(termbase.terms),
                "fingerprint": termbase.fingerprint,
                "warnings": [w.message for w in termbase.warnings],
            }
        )
        return
    for warning in termbase.warnings:
        print(f"warning: {warning.message}", file=sys.stderr)
    print(f"{len(termbase.terms)} terms, no errors, {len(termbase.warnings)} warnings.")


@app.command(epilog='Example: pubpipe glossary find "migrant workers" --language km')
def find(
    text: str = typer.Argument(..., help="A text, or the name of a document."),
    language: str | None = typer.Option(None, "--language", "-l", help="Show what this language says for them."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Show the terms found in a text or a document, with their place."""
    from pubpipe import pipeline
    from pubpipe.languages import TARGETS, profile

    tag = profile(language).tag if language else next(iter(TARGETS))
    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        texts = _texts(text)
        rows = []
        for number, content in texts:
            for hit in ws.matcher.find(content, tag):
                rows.append(
                    {
                        "segment": number,
                        "start": hit.span.start,
                        "end": hit.span.end,
                        "words": hit.surface,
                        "term": hit.term,
                        **({"preferred": hit.preferred, "forbidden": hit.forbidden} if language else {}),
                    }
                )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        target = f" → {row['preferred']}" if row.get("preferred") else ""
        print(f"{row['segment']:>4} {row['start']:>5}-{row['end']:<5} {row['words']} ({row['term']}){target}")
    print(f"{len(rows)} term{'' if len(rows) == 1 else 's'}", file=sys.stderr)


IdArgument = typer.Argument(..., metavar="ID", help="Id of the candidate, as 'pubpipe glossary candidates' shows it.")
ByOption = typer.Option(..., "--by", help="Your name: it stands on the row.")


@app.command(epilog="Example: pubpipe glossary candidates --languages km")
def candidates(
    languages: str | None = LanguagesOption,
    everything: bool = typer.Option(False, "--all", help="Also those that were promoted or rejected."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Harvest what reviewers keep correcting into glossary/candidates/, and show what waits for a decision.

    The termbase is not changed: 'pubpipe glossary promote' does that, one candidate at a time.
    """
    from pubpipe import pipeline
    from pubpipe.cli.table import print_table
    from pubpipe.pipeline.candidates import harvest_all

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        found = [c for each in harvest_all(ws, languages_of(languages)).values() for c in each]
    shown = [c for c in found if everything or c.status == "candidate"]
    if as_json:
        print_json([c.model_dump(mode="json") for c in shown])
        return
    if not shown:
        print("No term candidates: reviewers have not made the same correction often enough.")
        return
    print_table(
        ("id", "English", "was", "became", "sentences", "publications", "kept", "about"),
        [
            (
                c.id,
                c.english or "?",
                c.replaced,
                c.replacement or "?",
                c.segments,
                c.publications,
                c.kept,
                f"contests {c.term}" if c.kind == "contested" else c.status if c.status != "candidate" else "new",
            )
            for c in shown
        ],
    )
    if any(c.status == "candidate" for c in shown):
        print("Next: pubpipe glossary promote ID --by NAME, or reject ID --by NAME --note WHY", file=sys.stderr)


@app.command(epilog='Example: pubpipe glossary promote km-3f2a91bc --by "Sokha Chan" --english "migrant worker"')
def promote(
    id_: str = IdArgument,
    by: str = ByOption,
    english: str | None = typer.Option(None, "--english", help="The English term, where the candidate's is not right."),
    form: str | None = typer.Option(
        None, "--form", help="The form in the language, where the candidate's is not right."
    ),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Write one candidate into the termbase as a draft; an existing term's preferred form becomes an allowed one."""
    from pubpipe import pipeline
    from pubpipe.pipeline.candidates import promote as promote_one

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        made, path = promote_one(ws, id_, by, english=english, replacement=form)
    print(f"{made.english} → {made.replacement} ({made.language}) is in {path} as a draft, by {made.by}.")
    print("Sentences with this term that were approved wait for their reviewer again: pubpipe plan", file=sys.stderr)


@app.command(epilog='Example: pubpipe glossary reject km-3f2a91bc --by "Sokha Chan" --note "style, not a term"')
def reject(
    id_: str = IdArgument,
    by: str = ByOption,
    note: str = typer.Option(..., "--note", help="Why."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Say that a candidate is no term: it is kept, with the reason, and not offered again."""
    from pubpipe import pipeline
    from pubpipe.pipeline.candidates import reject as reject_one

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        made = reject_one(ws, id_, by, note)
    print(f"{made.id}: rejected by {made.by}.")


def _texts(text: str) -> list[tuple[int, Content | str]]:
    path = Path(text)
    try:
        is_file = path.is_file()
    except OSError:
        is_file = False
    if not is_file:
        if path.suffix in (".docx", ".md", ".odt", ".html") and " " not in text:
            raise SourceError(f"{text} does not exist.", remedy="Check the name and the folder.")
        return [(1, text)]
    from pubpipe.readers import read
    from pubpipe.segmentation import segment

    return [(s.number, s.content) for s in segment(read(path))]
