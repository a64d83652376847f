"""pubpipe template: which designs there are, what is missing in one, a copy to change."""

from __future__ import annotations

from pathlib import Path

import typer

from pubpipe.cli.options import JsonOption, LanguagesOption, WorkspaceOption, languages_of, print_json, workspace_root

app = typer.Typer(no_args_is_help=True)


@app.command(name="list", epilog="Example: pubpipe template list")
def list_(workspace: Path | None = WorkspaceOption, as_json: bool = JsonOption) -> None:
    """Show the templates: where each comes from and what it is for."""
    from pubpipe import pipeline
    from pubpipe.pipeline.templates import known_templates

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        found = known_templates(ws)
    if as_json:
        print_json([{**known._asdict(), "folder": str(known.folder)} for known in found])
        return
    width = max(len(known.name) for known in found)
    for known in found:
        used = "*" if known.used else " "
        print(f"{used} {known.name:<{width}}  {known.origin}: {known.folder}")
        if known.description:
            print(f"  {'':<{width}}  {known.description}")
    print("* used by this project")


@app.command(epilog="Example: pubpipe template check policy-brief --languages km,ja")
def check(
    name: str | None = typer.Argument(None, help="The template; default: every template that the project uses."),
    languages: str | None = LanguagesOption,
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Say what is missing or wrong in a template, by language: labels, fonts, images, colours, keys, layout."""
    from pubpipe import pipeline
    from pubpipe.pipeline.templates import check_template, known_templates

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        names = [name] if name else [known.name for known in known_templates(ws) if known.used]
        tags = languages_of(languages) or ws.project.languages
        found = {one: check_template(ws, one, tags) for one in names}
    errors = sum(problem.severity == "error" for problems in found.values() for problem in problems)
    if as_json:
        print_json({one: [p.model_dump(mode="json") for p in problems] for one, problems in found.items()})
    else:
        for one, problems in found.items():
            for problem in problems:
                where = f"{problem.language}: " if problem.language else ""
                print(f"{problem.severity:<7} {one}: {where}{problem.part}: {problem.message}.")
            count = sum(problem.severity == "error" for problem in problems)
            print(f"{one}: {count or 'no'} error{'' if count == 1 else 's'} in {', '.join(tags)}.")
    if errors:
        raise typer.Exit(1)


@app.command(epilog="Example: pubpipe template copy policy-brief our-brief")
def copy(
    name: str = typer.Argument(..., help="The template to begin from ('pubpipe template list')."),
    new: str = typer.Argument(..., help="The name of the new one: a folder in templates/."),
    word: bool = typer.Option(False, "--word", help="With a base.docx, to set the styles of the Word files in Word."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Begin a template of your own: a copy in templates/, to change as you like."""
    from pubpipe import pipeline
    from pubpipe.pipeline.templates import copy_template

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        folder = copy_template(ws, name, new, word=word)
    print(f"The template is in {folder}: {', '.join(sorted(p.name for p in folder.iterdir()))}.")
    print(f'Next: set template = "{new}" in pubpipe.toml; pubpipe template check {new};')
    print("  pubpipe render PUBLICATION --preview --watch shows every change at once.")
