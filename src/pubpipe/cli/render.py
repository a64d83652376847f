"""pubpipe render: files of approved editions, or previews of any."""

from __future__ import annotations

from pathlib import Path

import typer

from pubpipe.cli.options import LanguagesOption, WorkspaceOption, languages_of, workspace_root


def render(
    publication: str = typer.Argument(..., help="Id of the publication ('pubpipe status' lists them)."),
    languages: str | None = LanguagesOption,
    preview: bool = typer.Option(False, "--preview", help="Every format with a watermark, whatever the state."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Write the files of approved editions, in each format. What is not approved can only be previewed."""
    from pubpipe import pipeline
    from pubpipe.cli.editions import each_language
    from pubpipe.pipeline.ingest import source_path

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
