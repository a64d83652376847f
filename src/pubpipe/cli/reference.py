"""Writes docs/reference from the program itself: the commands, the settings and the exit codes."""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path
from typing import Any

import typer.main

HEADER = "<!-- Made by `make docs` from the program; a test compares them. Change the program, not this page. -->\n\n"


def commands_page() -> str:
    """Every command with its options, as one Markdown page."""
    from pubpipe.cli.app import app

    lines = [HEADER + "# Commands\n"]

    # Typer carries its own copy of Click, whose classes are not public: hence Any, and asking for "commands".
    def write(command: Any, path: str) -> None:
        if hasattr(command, "commands"):
            if path != "pubpipe":
                lines.append(f"## {path}\n\n{command.help}\n")
            for name, child in command.commands.items():
                write(child, f"{path} {name}")
            return
        lines.append(f"### {path}\n\n{inspect.cleandoc(command.help or '')}\n")
        rows = []
        for parameter in command.params:
            help_ = getattr(parameter, "help", None) or ""
            if parameter.name == "help":
                continue
            if parameter.param_type_name == "argument":
                rows.append(f"| `{parameter.metavar or (parameter.name or '').upper()}` | {help_} |")
            else:
                rows.append(f"| `{', '.join((*parameter.opts, *parameter.secondary_opts))}` | {help_} |")
        if rows:
            lines.append(
                "| argument or option | meaning |\n|---|---|\n" + "\n".join(r.replace("\n", " ") for r in rows) + "\n"
            )
        if command.epilog:
            lines.append(command.epilog.replace("Example: ", "Example: `") + "`\n")

    write(typer.main.get_command(app), "pubpipe")
    lines.append(_exit_codes())
    return "\n".join(lines)


def _exit_codes() -> str:
    from pubpipe import errors

    rows = [
        "## Exit codes\n",
        "| code | meaning |",
        "|---|---|",
        "| 0 | done |",
        "| 1 | a fault in pubpipe itself; 'doctor' found something missing; 'check' found an error in a text |",
    ]
    seen: dict[int, str] = {}
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, errors.PubpipeError) and value.exit_code > 1:
            seen.setdefault(value.exit_code, inspect.getdoc(value) or "")
    rows += [f"| {code} | {text.splitlines()[0]} |" for code, text in sorted(seen.items())]
    rows.append("| 130 | stopped with Ctrl-C |")
    return "\n".join(rows) + "\n"


def settings_page() -> str:
    """Every table and key of pubpipe.toml with its default, as one Markdown page."""
    from pubpipe import project

    docs = _attribute_docs(Path(project.__file__))
    tables: list[tuple[str, type[Any]]] = [
        ("[project]", project.Project),
        ("[imprint]", project.ImprintSettings),
        ("[engines]", project.EngineSettings),
        ("[memory]", project.MemorySettings),
        ("[review]", project.ReviewSettings),
        ("[[review.stages]]", project.StageSettings),
        ("[server]", project.ServerSettings),
        ("[notify]", project.NotifySettings),
        ("[notify.smtp]", project.SmtpSettings),
        ("[[notify.webhooks]]", project.WebhookSettings),
        ("[rebuild]", project.RebuildSettings),
        ("[publications.ID]", project.PublicationSettings),
    ]
    own_tables = {"imprint", "engines", "memory", "review", "checks", "server", "rebuild", "publications", "settings"}
    own_tables |= {"notify", "smtp", "webhooks"}
    lines = [HEADER + "# pubpipe.toml\n", "An unknown key is refused, with the nearest valid one named.\n"]
    for title, model in tables:
        lines.append(f"## {title}\n")
        if model.__doc__:
            lines.append(inspect.cleandoc(model.__doc__).splitlines()[0] + "\n")
        lines.append("| key | default | meaning |\n|---|---|---|")
        for name, field in model.model_fields.items():
            if (name in own_tables or name == "stages") and model is not project.PublicationSettings:
                continue
            shown = field.alias or name
            default = "needed" if field.is_required() else _shown(field.default)
            lines.append(f"| `{shown}` | {default} | {docs.get((model.__name__, name), '')} |")
        lines.append("")
    lines.append(
        "## [checks]\n\nOne key a check, its value the severity it has in this project: `off`, `info`, `warning`, "
        "`error` or `block`.\n"
    )
    lines.append(
        "## [engines.NAME]\n\nThe settings of one engine; see [choose an engine](../how-to/choose-an-engine.md). "
        "Keys and passwords are never written here: they come from environment variables.\n"
    )
    lines.append(
        "## Environment\n\n| variable | meaning |\n|---|---|\n"
        f"| `{project.STORE_VARIABLE}` | address of the database instead of `store`; may hold a password |\n"
        "| `PUBPIPE_PASSWORD` | the reviewer's password for `pubpipe review`, where nobody can be asked for it |\n"
        "| `PUBPIPE_MICROSOFT_KEY` | the key of the engine `microsoft`; others name theirs in `key_env` |\n"
        "| `PUBPIPE_SMTP_PASSWORD` | the password of the mail server |\n"
        "| `PUBPIPE_WEBHOOK_SECRET` | what signed webhooks are signed with, 16 characters or more |\n"
        "| `PREFECT_API_URL` | a Prefect server of yours, used where `pubpipe up` does not run |\n"
        "| `SOURCE_DATE_EPOCH` | the date of `pubpipe report`, in seconds since 1970 |\n"
        "| `PUBPIPE_LOG` | `INFO` or `DEBUG`: say more on standard error |\n"
        "| `PUBPIPE_DEBUG` | show where a fault in pubpipe itself happened |\n"
    )
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        value = list(value)
    if value in ("", None, [], {}):
        return "none"
    return f"`{value}`" if not isinstance(value, list) else f"`{', '.join(map(str, value))}`"


def _attribute_docs(path: Path) -> dict[tuple[str, str], str]:
    """(class, field) to the string that stands under the field."""
    found: dict[tuple[str, str], str] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for field, after in zip(node.body, node.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
            ):
                found[node.name, field.target.id] = " ".join(str(after.value.value).split())
    return found


PAGES = {"commands.md": commands_page, "pubpipe-toml.md": settings_page}


def write_all(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
