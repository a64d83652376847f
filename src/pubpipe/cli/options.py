"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pubpipe.errors import ConfigError

if TYPE_CHECKING:
    from pubpipe.pipeline import Workspace

WorkspaceOption = typer.Option(
    None, "--workspace", "-w", help="Folder with pubpipe.toml; default: this folder or one above it."
)
LanguagesOption = typer.Option(
    None, "--languages", "-l", help="Language tags with commas: km,my,th,vi,lo,ja. Default: the project's."
)
JsonOption = typer.Option(False, "--json", help="Print JSON for scripts.")


def workspace_root(workspace: Path | None) -> Path:
    """The workspace's folder; ConfigError where there is none."""
    from pubpipe.root import find_root

    if workspace is None:
        return find_root(Path.cwd())
    if not workspace.is_dir():
        raise ConfigError(f"{workspace} is not a folder.", remedy="Name the folder that holds pubpipe.toml.")
    return find_root(workspace)


def languages_of(text: str | None) -> tuple[str, ...] | None:
    """ "km, ja" as ("km", "ja"); "all" and nothing as None."""
    if text is None or text.strip().lower() == "all":
        return None
    from pubpipe.project import known_languages

    return known_languages(tuple(part.strip() for part in text.split(",") if part.strip()))


def languages_in(ws: Workspace, publication: str, text: str) -> tuple[str, ...]:
    """The languages that `text` names, all of the publication's where it names none; an error where it is unknown."""
    from pubpipe.pipeline.ingesting import source_path

    source_path(ws, publication)
    known = ws.store.publications.get(publication)
    return languages_of(text) or (known.languages if known else ())


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
