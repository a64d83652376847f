"""Previews that follow the files they are made from: what a change concerns, and the new pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pubpipe.model import DraftEdition
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.ingesting import source_path
from pubpipe.pipeline.making import made_file
from pubpipe.pipeline.publishing import draft_edition, formats_of, output_folder, setting_of
from pubpipe.pipeline.workspace import Workspace, open_workspace, write_atomically
from pubpipe.root import FILE_NAME


class Previews:
    """The previews of one publication, made again as its files change; what did not change is kept in memory."""

    def __init__(self, root: Path, publication: str, languages: tuple[str, ...]) -> None:
        self._root = root.resolve()
        self._publication = publication
        self._languages = languages
        self._ws = self._open()
        self._editions: dict[str, tuple[EditionView, DraftEdition]] = {}

    def _open(self) -> Workspace:
        ws = open_workspace(self._root)
        self._source = source_path(ws, self._publication).resolve()
        known = ws.store.publications.get(self._publication)
        self.languages = self._languages or (known.languages if known else ())
        return ws

    def close(self) -> None:
        self._ws.close()

    @property
    def places(self) -> tuple[Path, ...]:
        """The folders whose files the pages are made from; none lies inside another."""
        ws = self._ws
        folders = {
            self._root,
            self._source.parent,
            ws.template_folder(ws.project.template_of(self._publication)).resolve(),
            *(table.parent.resolve() for table in ws.label_tables if table.is_file()),
            (self._root / ws.project.glossary).resolve(),
        }
        there = [folder for folder in folders if folder.is_dir()]
        return tuple(sorted(f for f in there if not any(o != f and f.is_relative_to(o) for o in there)))

    def concerns(self, path: Path) -> bool:
        """Whether a page may look different after a change of this file: outputs and the database are not asked for."""
        ws = self._ws
        if path.name.startswith((".", "~")) or path.name.endswith(("~", ".swp", ".tmp", ".lock")):
            return False
        return path in (self._root / FILE_NAME, self._source) or any(
            path.is_relative_to(folder)
            for folder in (
                self._root / "templates",
                (self._root / ws.project.glossary).resolve(),
                ws.template_folder(ws.project.template_of(self._publication)).resolve(),
                *(table.resolve() for table in ws.label_tables),
            )
        )

    def changed(self, paths: set[Path]) -> None:
        """Forgets what was made from these files. Raises what `open_workspace` does where pubpipe.toml is wrong now."""
        ws = self._ws
        if self._root / FILE_NAME in paths:
            self._ws = self._open()
            ws.close()
            self._editions.clear()
            return
        glossary = (self._root / ws.project.glossary).resolve()
        if any(path.is_relative_to(glossary) for path in paths):
            ws.forget_glossary()
            self._editions.clear()
        if self._source in paths:
            self._editions.clear()

    def make(self, language: str) -> Iterator[Path]:
        """Writes the preview of one language in each format of the publication, and says each file when it is there."""
        from pubpipe.renderers.pdf import ahead

        ws, publication = self._ws, self._publication
        if language not in self._editions:
            present = view(ws, publication, language)
            self._editions[language] = (present, draft_edition(present))
        present, edition = self._editions[language]
        setting = setting_of(present)
        for format_ in sorted(formats_of(ws, publication), key=lambda name: name != "pdf"):
            with ahead():
                data = made_file(edition, setting, format_)
            path = output_folder(ws, publication) / language / "review" / f"{publication}.{language}.preview.{format_}"
            write_atomically(path, data)
            yield path
