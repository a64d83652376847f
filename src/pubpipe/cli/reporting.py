"""pubpipe report: what was machine, memory and human, who approved, and what remains, for a funder or for oneself."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, languages_of, print_json, workspace_root
from pubpipe.errors import ConfigError

if TYPE_CHECKING:
    from pubpipe.model.report import PublicationReport

FORMATS = ("docx", "html", "json", "csv")


def report(
    publication: str | None = typer.Argument(None, help="Id of the publication."),
    format_: str | None = typer.Option(
        None, "--format", "-f", help="docx, html, json or csv; default: what --output ends in, else docx."
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="The file; default: PUBLICATION.report.docx here. - prints it."
    ),
    period: str | None = typer.Option(
        None, "--period", help="Approvals and files of these days only: 2026, 2026-Q3, 2026-07, 2026-01-15..2026-06-30."
    ),
    names: bool = typer.Option(True, "--names/--no-names", help="Name the reviewers, or number them."),
    engines: bool = typer.Option(
        False, "--engines", help="Instead: how much people changed of each engine's drafts, in one publication or all."
    ),
    languages: str | None = typer.Option(
        None, "--languages", "-l", help="Language tags with commas; default: all that there are."
    ),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Report on a publication: its figures by language, each with a sentence that says what it counts.

    The record of decisions is verified first; where it is broken, the report says so at its top and the exit code is 6.
    SOURCE_DATE_EPOCH sets the date of the report.
    """
    from pubpipe import pipeline

    root = workspace_root(workspace)
    if engines:
        _engines(root, languages_of(languages), publication, as_json=as_json)
        return
    if publication is None:
        raise ConfigError("no publication is named.", remedy="'pubpipe status' shows them; or ask for --engines.")
    kind = _kind(format_, output, as_json=as_json)
    from pubpipe.pipeline.report import period_of
    from pubpipe.pipeline.report import report as draw_up
    from pubpipe.pipeline.workspace import write_atomically

    days = period_of(period) if period else None
    with pipeline.open_workspace(root) as ws:
        wanted = languages_of(languages)
        made = draw_up(ws, publication, languages=wanted, period=days, named=names, at=_moment())
    data = _data(made, kind)
    if str(output) == "-" or (as_json and output is None):
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    else:
        path = output or Path(f"{publication}.report.{kind}")
        write_atomically(path, data)
        print(f"The report on {publication} in {len(made.languages)} languages is in {path}.")
    if made.broken:
        from pubpipe.errors import ReviewError

        raise ReviewError(f"the record of decisions is broken: {made.broken}", remedy="Compare with a backup.")


def _kind(format_: str | None, output: Path | None, *, as_json: bool) -> str:
    ending = output.suffix.lstrip(".").lower() if output is not None and str(output) != "-" else ""
    kind = (format_ or ("json" if as_json else "") or ending or "docx").lower()
    if kind not in FORMATS:
        raise ConfigError(f"{kind!r} is no format of a report.", remedy=f"One of: {', '.join(FORMATS)}.")
    return kind


def _data(made: PublicationReport, kind: str) -> bytes:
    import json

    from pubpipe.renderers.report_docx import report_docx
    from pubpipe.renderers.report_html import report_html
    from pubpipe.renderers.report_table import report_csv

    match kind:
        case "docx":
            return report_docx(made)
        case "html":
            return report_html(made)
        case "csv":
            return report_csv(made)
    text = json.dumps(made.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True)
    return (text + "\n").encode("utf-8")


def _moment() -> dt.datetime | None:
    """The moment that SOURCE_DATE_EPOCH names (reproducible-builds.org); None: now."""
    said = os.environ.get("SOURCE_DATE_EPOCH")
    if not said:
        return None
    try:
        return dt.datetime.fromtimestamp(int(said), dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(f"SOURCE_DATE_EPOCH={said!r} is no number of seconds.", remedy="Mend or unset it.") from error


def _engines(root: Path, languages: tuple[str, ...] | None, publication: str | None, *, as_json: bool) -> None:
    from pubpipe import pipeline
    from pubpipe.cli.table import print_table
    from pubpipe.pipeline.report import engine_efforts

    with pipeline.open_workspace(root) as ws:
        found = engine_efforts(ws, languages, publication)
    if as_json:
        print_json([e.model_dump(mode="json") for e in found])
        return
    if not found:
        print("No approved segment was drafted by an engine yet.")
        return
    print_table(
        ("engine", "language", "segments", "untouched", "changed, median", "changed, mean"),
        [
            (
                e.engine,
                e.language,
                e.segments,
                f"{e.untouched} ({e.untouched / e.segments:.0%})",
                f"{e.median:.1%}",
                f"{e.mean:.1%}",
            )
            for e in found
        ],
    )
    print(
        "Share of characters that people changed before they approved: 0 % as the engine wrote it, 100 % written anew."
    )
