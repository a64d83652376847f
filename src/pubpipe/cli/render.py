"""pubpipe render: files of approved editions, or previews of any."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pubpipe.cli.options import LanguagesOption, WorkspaceOption, languages_of, workspace_root
from pubpipe.errors import ConfigError, PubpipeError

if TYPE_CHECKING:
    from pubpipe.pipeline.watching import Previews


def render(
    publication: str = typer.Argument(..., help="Id of the publication ('pubpipe status' lists them)."),
    languages: str | None = LanguagesOption,
    preview: bool = typer.Option(False, "--preview", help="Every format with a watermark, whatever the state."),
    watch: bool = typer.Option(
        False, "--watch", help="With --preview: make the previews again whenever a file of theirs changes. Ctrl-C ends."
    ),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Write the files of approved editions, in each format. What is not approved can only be previewed."""
    if watch:
        if not preview:
            raise ConfigError(
                "--watch shows previews only: what is published is approved first.", remedy="Add --preview."
            )
        _watch(workspace_root(workspace), publication, languages_of(languages) or ())
        return
    from pubpipe import pipeline
    from pubpipe.cli.editions import each_language
    from pubpipe.pipeline.ingesting import source_path

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        source_path(ws, publication)
        known = ws.store.publications.get(publication)
        wanted = languages_of(languages) or (known.languages if known else ())

        def one(language: str) -> None:
            if preview:
                for path in pipeline.preview(ws, publication, language, pipeline.formats_of(ws, publication)):
                    print(path)
                return
            folder = pipeline.output_folder(ws, publication).parent
            for rendition in pipeline.render(ws, publication, language):
                print(folder / rendition.path)

        each_language(wanted, one)


def _watch(root: Path, publication: str, languages: tuple[str, ...]) -> None:
    """Makes the previews, then each of them again after every change, until Ctrl-C. Errors are shown; it goes on."""
    from pubpipe.pipeline.watching import Previews

    previews = Previews(root, publication, languages)
    try:
        paths: set[Path] | None = None
        while True:  # the folders may move with pubpipe.toml
            places = previews.places
            for changed in _changes(previews, places):
                if changed is None:  # the watch stands: nothing that changes from here on is missed
                    _make(previews, _named(paths))
                    print(f"Watching {', '.join(map(str, places))}. Ctrl-C ends.", flush=True)
                    continue
                paths = changed
                try:
                    previews.changed(paths)
                except PubpipeError as error:
                    _say(error, "")
                    continue
                if previews.places != places:
                    break
                _make(previews, _named(paths))
    except KeyboardInterrupt:
        return
    finally:
        previews.close()


def _changes(previews: Previews, places: tuple[Path, ...]) -> Iterator[set[Path] | None]:
    """None when the watch stands, then the files that concern the previews, as often as some of them changed."""
    import watchfiles

    def ours(_: watchfiles.Change, path: str) -> bool:
        return previews.concerns(Path(path))

    begun = False
    for changes in watchfiles.watch(
        *places, watch_filter=ours, debounce=200, step=20, rust_timeout=100, yield_on_timeout=True, raise_interrupt=True
    ):
        if not begun:
            begun = True
            yield None
        if changes:
            yield {Path(path) for _, path in changes}


def _named(paths: set[Path] | None) -> str:
    names = sorted(path.name for path in paths or () if path.exists())
    return ", ".join(names[:3]) + ("…" if len(names) > 3 else "")


def _make(previews: Previews, why: str) -> None:
    for language in previews.languages:
        begun = time.perf_counter()
        try:
            for path in previews.make(language):
                now = time.perf_counter()
                because = f"  ({why})" if why else ""
                print(f"{time.strftime('%H:%M:%S')}  {language}  {now - begun:.2f} s  {path}{because}", flush=True)
                begun = now
        except PubpipeError as error:
            _say(error, f"{language}: ")


def _say(error: PubpipeError, prefix: str) -> None:
    from pubpipe.cli import report

    print(f"{time.strftime('%H:%M:%S')}  ", end="", file=sys.stderr)
    report(error, prefix)
    sys.stderr.flush()
