"""From a file to stored segments: register a publication, read it again when its bytes moved."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pubpipe import __version__
from pubpipe.errors import ConfigError, SourceError
from pubpipe.identity import Hash, digest_bytes
from pubpipe.model import Segment, SourceDocument, plain
from pubpipe.pipeline.workspace import Workspace
from pubpipe.project import known_languages, publication_id

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ingested:
    """A publication's document as it is stored."""

    file_hash: Hash
    document: SourceDocument
    segments: tuple[Segment, ...]


def register(
    ws: Workspace,
    source: Path,
    *,
    publication: str | None = None,
    languages: tuple[str, ...] | None = None,
    engines: tuple[str, ...] | None = None,
    output: Path | None = None,
) -> str:
    """The publication's id, after its source file and wishes are on record; the file is read and segmented.

    Publishing another file under the id of a registered one is refused, so that a second "summary.docx" does not
    silently replace the first. Raises SourceError for a file that cannot be read, ConfigError for a wrong option.
    """
    path = source.expanduser().resolve()
    data = _bytes_of(path)
    name = publication or publication_id(path.stem)
    if publication_id(name) != name:
        raise ConfigError(
            f"{name!r} is no publication id.",
            remedy="Use lower-case Latin letters, digits and single dashes.",
        )
    known = ws.store.publications.get(name)
    stored_path = _relative(ws, path)
    if known is not None and known.source_path != stored_path and not publication:
        raise ConfigError(
            f"the id {name!r} belongs to {known.source_path}, not to {stored_path}.",
            remedy=f"Give this one an id of its own with --id, or replace the other with --id {name}.",
        )
    options: dict[str, Any] = dict(known.options) if known else {}
    if engines is not None:
        options["engines"] = list(engines)
    if output is not None:
        options["output"] = str(output.expanduser().resolve())
    wanted = known_languages(languages or (known.languages if known else ()) or ws.project.languages_of(name))
    everything = tuple(dict.fromkeys([*(known.languages if known else ()), *wanted])) if languages else wanted
    file_hash = digest_bytes(data)
    now = ws.now()
    read = None
    if ws.store.documents.current_hash(name) != (file_hash, _reader(ws, name)):
        read = _read(ws, name, path, data)
    if read is not None:
        title = plain(read[0].title.content) if read[0].title else path.stem
    else:
        title = known.title if known else path.stem
    save: dict[str, Any] = {
        "title": title,
        "source_path": stored_path,
        "source_name": path.name,
        "languages": everything,
        "options": options,
    }
    if read is None and known is not None and all(getattr(known, key) == value for key, value in save.items()):
        return name
    with ws.store.transaction():
        ws.store.publications.save(name, at=now, **save)
        if read is not None:
            ws.store.documents.save(name, file_hash, _reader(ws, name), *read, now)
    return name


def ingest(ws: Workspace, publication: str) -> Ingested:
    """The publication's present document: from the store while the source file has the stored bytes, else read anew.

    A source file that is gone is no reason to stop: the stored document stays, and `plan` says so.
    """
    path = source_path(ws, publication)
    current = ws.store.documents.current_hash(publication)
    if path.is_file():
        data = _bytes_of(path)
        file_hash = digest_bytes(data)
        if current != (file_hash, _reader(ws, publication)):
            document, segments = _read(ws, publication, path, data)
            ws.store.documents.save(publication, file_hash, _reader(ws, publication), document, segments, ws.now())
            log.info("read %s anew: %d segments", publication, len(segments))
            return Ingested(file_hash, document, segments)
    stored = ws.store.documents.current(publication)
    if stored is None or current is None:
        raise SourceError(
            f"{path} is gone and {publication} was never read.",
            remedy="Publish the file again from where it is.",
        )
    return Ingested(Hash(current[0]), *stored)


def peek(ws: Workspace, publication: str) -> Ingested:
    """What `ingest` would return, without storing anything."""
    path = source_path(ws, publication)
    current = ws.store.documents.current_hash(publication)
    if path.is_file():
        data = _bytes_of(path)
        file_hash = digest_bytes(data)
        if current != (file_hash, _reader(ws, publication)):
            return Ingested(file_hash, *_read(ws, publication, path, data))
    return ingest(ws, publication)


def source_path(ws: Workspace, publication: str) -> Path:
    """Where the publication's source file lies; ConfigError for a publication that is not registered."""
    known = ws.store.publications.get(publication)
    if known is None:
        ids = ", ".join(p.id for p in ws.store.publications.all())
        raise ConfigError(
            f"there is no publication {publication!r} in this workspace.",
            remedy=f"Publications: {ids}." if ids else "Start one with 'pubpipe publish FILE'.",
        )
    path = Path(known.source_path)
    return path if path.is_absolute() else ws.root / path


def _relative(ws: Workspace, path: Path) -> str:
    return path.relative_to(ws.root).as_posix() if path.is_relative_to(ws.root) else str(path)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"{path} does not exist.", remedy="Check the name and the folder.") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder.", remedy="Name the document in it.") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.", remedy="Check its rights.") from error


def _reader(ws: Workspace, publication: str) -> str:
    """What, beside the file, decides how it is read and cut."""
    kept = ("source layout 2",) if ws.project.layout_of(publication) == "source" else ()
    return "/".join((__version__, *kept, *ws.project.abbreviations))


def _read(ws: Workspace, publication: str, path: Path, data: bytes) -> tuple[SourceDocument, tuple[Segment, ...]]:
    from pubpipe.readers import WORD_FILES, read
    from pubpipe.segmentation import segment

    layout = ws.project.layout_of(publication)
    if layout == "source" and path.suffix.lower() not in WORD_FILES:
        raise ConfigError(
            f'publication {publication!r} has layout = "source", and {path.name} is no Word document whose layout '
            "could be kept.",
            remedy=f'Give it as .docx, or set layout = "template" in [publications.{publication}] of pubpipe.toml.',
        )
    document = read(path, data, layout)
    return document, segment(document, ws.project.abbreviations)
