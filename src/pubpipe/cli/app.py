"""The list of commands."""

from __future__ import annotations

import typer

from pubpipe import __version__
from pubpipe.cli import (
    backup,
    check,
    doctor,
    glossary,
    init,
    inspect,
    memory,
    notify,
    people,
    plan,
    publish,
    rebuild,
    render,
    reporting,
    review,
    segment,
    server,
    status,
    template,
)

app = typer.Typer(
    name="pubpipe",
    help="An English summary in; reviewed Word and PDF in Khmer, Burmese, Thai, Vietnamese, Lao and Japanese out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        print(f"pubpipe {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version."),
) -> None:
    """An English summary in; reviewed Word and PDF in six languages out."""


app.command(epilog="Example: pubpipe init workspace --example")(init.init)
app.command(epilog="Example: pubpipe publish summary.docx --languages km,ja")(publish.publish)
app.command(epilog="Example: pubpipe status")(status.status)
app.command(epilog="Example: pubpipe segment summary.docx --json")(segment.segment)
app.add_typer(review.app, name="review", help="What waits for a person; approve it, send it back, reject it.")
app.command(epilog="Example: pubpipe render summary --languages km --preview")(render.render)
app.command(epilog="Example: pubpipe report summary --output summary.report.docx")(reporting.report)
app.command(epilog="Example: pubpipe check memory.tmx --language km")(check.check)
app.add_typer(glossary.app, name="glossary", help="Check the termbase; find its terms in a text.")
app.add_typer(memory.app, name="memory", help="The translation memory: bring in, take out, count.")
app.command(epilog="Example: pubpipe notify --dry-run")(notify.notify)
app.add_typer(people.app, name="people", help="Who may log in at the server, and what each may decide.")
app.add_typer(template.app, name="template", help="Page designs: which there are, check one, begin one.")
app.command(epilog="Example: pubpipe plan --json")(plan.plan)
app.command(epilog="Example: pubpipe rebuild")(rebuild.rebuild)
app.command(epilog="Example: pubpipe inspect summary.km.pdf --language km")(inspect.inspect)
app.command(epilog="Example: pubpipe verify outputs/summary/km/summary.km.pdf")(backup.verify)
app.command(epilog="Example: pubpipe backup record.jsonl")(backup.backup)
app.command(epilog="Example: pubpipe restore record.jsonl")(backup.restore)
app.command(epilog="Example: pubpipe up --port 4300")(server.up)
app.command(epilog="Example: pubpipe down")(server.down)
app.command(epilog="Example: pubpipe doctor --json")(doctor.doctor)
