"""A workspace: the folder with pubpipe.toml, and everything that is opened once for it."""

from __future__ import annotations

import datetime as dt
import glob
import logging
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pubpipe
from pubpipe.errors import ConfigError, OutputError
from pubpipe.identity import Hash
from pubpipe.project import Project, load_project
from pubpipe.root import STATE_FOLDER

if TYPE_CHECKING:
    from pubpipe.glossary import Glossary, Matcher
    from pubpipe.model import TermHit
    from pubpipe.renderers import FontSet, Template
    from pubpipe.store import Store

log = logging.getLogger(__name__)

LABELS = "labels.toml"
_LEFT_BEHIND = 3600
"""Seconds after which an unfinished file is that of a process that was killed."""

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Workspace:
    """The composition root: settings, store, glossary, templates and fonts of one folder, opened when asked for."""

    def __init__(self, root: Path, project: Project, environ: Mapping[str, str], now: Clock) -> None:
        self.root = root
        self.project = project
        self.environ = environ
        self.now = now
        self.stamps: dict[str, Hash] = {}
        self.found: dict[tuple[str, str], tuple[TermHit, ...]] = {}
        """(source text, language) to the terms found there: `forget_glossary` empties it."""

    @property
    def state(self) -> Path:
        """Where the database and the server's files lie."""
        return self.root / STATE_FOLDER

    @property
    def output(self) -> Path:
        return self.root / self.project.output

    @cached_property
    def store(self) -> Store:
        from pubpipe.store import Store

        return Store.open(self._store_url())

    def _store_url(self) -> str:
        prefix = "sqlite:///"
        url = self.project.store
        if url.startswith(prefix) and not url.startswith(prefix + "/"):
            return f"{prefix}{(self.root / url.removeprefix(prefix)).as_posix()}"
        return url

    @property
    def database_file(self) -> Path | None:
        """The file of an SQLite store; None where the store is on a server or in memory."""
        url = self._store_url()
        path = Path(url.removeprefix("sqlite:///"))
        return path if url.startswith("sqlite:///") and path.is_absolute() else None

    @cached_property
    def glossary(self) -> Glossary:
        from pubpipe import glossary

        return glossary.load(self.root / self.project.glossary)

    @cached_property
    def matcher(self) -> Matcher:
        from pubpipe import glossary

        return glossary.matcher(self.glossary)

    def forget_glossary(self) -> None:
        """Read it again when it is next asked for: its files have changed."""
        for name in ("glossary", "matcher"):
            self.__dict__.pop(name, None)
        self.found.clear()

    @cached_property
    def fonts(self) -> FontSet:
        from pubpipe.renderers import find_fonts

        return find_fonts(self.font_folder)

    @property
    def font_folder(self) -> Path | None:
        return self.root / self.project.font_folder if self.project.font_folder else None

    def template_folder(self, name: str) -> Path:
        """The workspace's own template of that name, else the built-in one; ConfigError lists what there is."""
        places = (self.root / "templates", bundled("templates"))
        for place in places:
            if (place / name / "template.toml").is_file():
                return place / name
        known = sorted({p.parent.name for place in places for p in place.glob("*/template.toml")})
        raise ConfigError(
            f"there is no template {name!r} in {self.root / 'templates'}.",
            remedy=f"Templates: {', '.join(known) or 'none'}.",
        )

    def template(self, publication: str) -> Template:
        from pubpipe.renderers import load_template

        return load_template(self.template_folder(self.project.template_of(publication)), self.label_tables)

    @property
    def label_tables(self) -> tuple[Path, ...]:
        """The tables of labels that all templates share, weakest first: the built-in one, the workspace's."""
        return (bundled("templates") / LABELS, self.root / "templates" / LABELS)

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_workspace(root: Path, *, environ: Mapping[str, str] | None = None, now: Clock = utc_now) -> Workspace:
    """The workspace whose pubpipe.toml lies in `root`; ConfigError where there is none or it is wrong."""
    root = root.resolve()
    environ = os.environ if environ is None else environ
    return Workspace(root, load_project(root, environ), environ, now)


def bundled(name: str) -> Path:
    """The folder "flows", "templates", "glossary", "examples" or "docs" that came with the program.

    In a wheel it lies inside the package, in a checkout at its top.
    """
    package = Path(pubpipe.__file__).parent
    inside = package / "bundled" / name
    return inside if inside.is_dir() else package.parent.parent / name


def write_atomically(path: Path, data: bytes) -> None:
    """The file with exactly these bytes or, after a failure, as it was before; OutputError names the cure."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
                left.unlink(missing_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)  # noqa: PTH101 - published files are read by others
            os.replace(temporary, path)  # noqa: PTH105 - the atomic rename is the point
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.",
            remedy="Free the folder or the disk, or choose another with --output.",
        ) from error


def check_writable(folder: Path) -> None:
    """Nothing if files can be made in `folder`; OutputError before any work is done otherwise."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".pubpipe-")
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}.",
            remedy="Choose another folder with --output.",
        ) from error
