"""The quickest answer to "publish this again": nothing has moved since everything was up to date.

Most calls of a schedule and of an impatient person change nothing. To say so, neither database nor fonts nor any
library has to be loaded: after a publish that ended with every edition up to date, a note of all files that
it depended on is kept, and the next one compares them. Any difference, or any doubt, means the full way; the note is
derived state and can be deleted at any time. With a database server there is no note, because its state is not a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from pubpipe import __version__
from pubpipe.identity import digest, digest_bytes
from pubpipe.root import FILE_NAME, STATE_FOLDER

_FOLDER = "settled"
_OWN = "pubpipe"


def recall(root: Path, call: Sequence[str], store: str | None) -> dict[str, Any] | None:
    """What the same call ended with, if nothing that it depends on has moved; None otherwise.

    `call` is what was asked for (file, options), `store` the database that the environment names.
    """
    if store is not None:
        return None
    try:
        note = json.loads(_path(root, call).read_text(encoding="utf-8"))
        if note["program"] != _versions(name for name in note["program"] if name != _OWN):
            return None
        if any(_state(Path(path)) != state for path, state in note["states"].items()):
            return None
        if any(_listing(Path(folder)) != listing for folder, listing in note["folders"].items()):
            return None
        if any(digest_bytes(Path(path).read_bytes()) != sha for path, sha in note["bytes"].items()):
            return None
        if any(_written(Path(path)) for path in note["journals"]):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    result: dict[str, Any] = note["result"]
    return result


def remember(
    root: Path,
    call: Sequence[str],
    *,
    database: Path,
    files: Iterable[Path],
    folders: Iterable[Path],
    large: Iterable[Path],
    libraries: Iterable[str],
    result: dict[str, Any],
) -> None:
    """Keep the note. Bytes of `files` and everything in `folders` count; of `large` files size and time of change; of
    `libraries` the version that is installed.

    Not kept where the database still has a write-ahead log: another process has it open.
    """
    journals = [database.with_name(database.name + ending) for ending in ("-wal", "-journal")]
    try:
        if any(map(_written, journals)):
            return
        folders = tuple(folders)
        everything = [root / FILE_NAME, *files, *(p for f in folders for p in f.rglob("*") if p.is_file())]
        note = {
            "program": _versions(libraries),
            "states": {str(path): _state(path) for path in (database, *large)},
            "folders": {str(folder): _listing(folder) for folder in folders},
            "bytes": {str(path): digest_bytes(path.read_bytes()) for path in everything},
            "journals": [str(path) for path in journals],
            "result": result,
        }
        path = _path(root, call)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
        temporary.replace(path)
    except OSError:
        return  # without the note the next call takes the full way


def _versions(libraries: Iterable[str]) -> dict[str, str]:
    """This program and what it sets pages with: another version may set them otherwise."""
    found = {_OWN: __version__}
    for name in libraries:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def _path(root: Path, call: Sequence[str]) -> Path:
    return root / STATE_FOLDER / _FOLDER / f"{digest(list(call))[:24]}.json"


def _written(journal: Path) -> bool:
    """Whether the database has changes beside its file."""
    return journal.exists() and journal.stat().st_size > 0


def _state(path: Path) -> list[int]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns, state.st_ino]


def _listing(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*")) if folder.is_dir() else []
