"""Where a workspace is: the folder with pubpipe.toml, found without loading anything else."""

from __future__ import annotations

from pathlib import Path

from pubpipe.errors import ConfigError

FILE_NAME = "pubpipe.toml"
STATE_FOLDER = ".pubpipe"


def find_root(start: Path) -> Path:
    """The folder at or above `start` that holds pubpipe.toml; ConfigError where there is none."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise ConfigError(
        f"there is no {FILE_NAME} in {start} or above it.",
        remedy="Make a workspace with 'pubpipe init FOLDER', or name one with --workspace.",
    )
