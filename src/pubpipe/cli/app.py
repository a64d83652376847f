"""The list of commands."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import typer

from pubpipe import __version__


class _Command(NamedTuple):
    """A command, or a group of them where it has a help text and no example."""

    name: str
    module: str
    example: str = ""
    help: str = ""


_COMMANDS = (
    _Command("init", "init", "pubpipe init workspace --example"),
    _Command("publish", "publish", "pubpipe publish summary.docx --languages km,ja"),
    _Command("status", "status", "pubpipe status"),
    _Command("segment", "segment", "pubpipe segment summary.docx --json"),
    _Command("review", "review", help="What waits for a person; approve it, send it back, reject it."),
    _Command("render", "render", "pubpipe render summary --languages km --preview"),
    _Command("report", "reporting", "pubpipe report summary --output summary.report.docx"),
    _Command("check", "check", "pubpipe check memory.tmx --language km"),
    _Command("glossary", "glossary", help="Check the termbase; find its terms in a text."),
    _Command("memory", "memory", help="The translation memory: bring in, take out, count."),
    _Command("notify", "notify", "pubpipe notify --dry-run"),
    _Command("people", "people", help="Who may log in at the server, and what each may decide."),
    _Command("template", "template", help="Page designs: which there are, check one, begin one."),
    _Command("plan", "plan", "pubpipe plan --json"),
    _Command("rebuild", "rebuild", "pubpipe rebuild"),
    _Command("inspect", "inspect", "pubpipe inspect summary.km.pdf --language km"),
    _Command("verify", "backup", "pubpipe verify outputs/summary/km/summary.km.pdf"),
    _Command("backup", "backup", "pubpipe backup record.jsonl"),
    _Command("restore", "backup", "pubpipe restore record.jsonl"),
    _Command("up", "server", "pubpipe up --port 4300"),
    _Command("down", "server", "pubpipe down"),
    _Command("doctor", "doctor", "pubpipe doctor --json"),
)


def command_line(first: str = "") -> typer.Typer:
    """The program. Where its first word is the name of a command, only that one is loaded: it starts sooner.

    Any other word (an option, a slip) gets all commands, so that the help and the nearest name are there.
    """
    made = typer.Typer(
        name="pubpipe",
        help="An English summary in; reviewed Word and PDF in Khmer, Burmese, Thai, Vietnamese, Lao and Japanese out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(_root)
    for command in [c for c in _COMMANDS if c.name == first] or _COMMANDS:
        module = import_module(f"pubpipe.cli.{command.module}")
        if command.help:
            made.add_typer(module.app, name=command.name, help=command.help)
        else:
            made.command(command.name, epilog=f"Example: {command.example}")(getattr(module, command.name))
    return made


def _version(asked: bool) -> None:
    if asked:
        print(f"pubpipe {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version."),
) -> None:
    """An English summary in; reviewed Word and PDF in six languages out."""


def __getattr__(name: str) -> Any:
    """`app`: the program with all its commands, made when somebody asks for it."""
    if name != "app":
        raise AttributeError(name)
    return globals().setdefault("app", command_line())
