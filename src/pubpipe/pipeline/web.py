"""What a publication's web pages say of one another: links between the languages, the index, the list of all.

The text of a page is approved, its links are not: when another language comes out, the pages that are out already get
the link, and their record the new hash. What is listed is what the manifests name and what lies there.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pubpipe.errors import RenderError
from pubpipe.identity import digest_bytes
from pubpipe.pipeline.workspace import Workspace, write_atomically

if TYPE_CHECKING:
    from pubpipe.renderers.html import FileLink, PageLink

log = logging.getLogger(__name__)

INDEX = "index.html"
WEB = "html"
MANIFEST = "manifest.json"


def linked(ws: Workspace, publication: str, language: str, page: bytes, folder: Path) -> bytes:
    """The page of a language with links to all languages whose pages are there, and to its own other files."""
    from pubpipe.languages import TARGETS, extra
    from pubpipe.renderers.html import FileLink, PageLink, with_links

    there = {language, *(p.parent.name for p in folder.glob(f"*/{publication}.*.{WEB}"))}
    languages: list[PageLink] = [
        PageLink(language=tag, href=f"../{tag}/{publication}.{tag}.{WEB}")
        for tag in (*TARGETS, *extra())
        if tag in there
    ]
    files: list[FileLink] = [
        FileLink(format=format_, href=f"{publication}.{language}.{format_}")
        for format_ in ws.project.formats_of(publication)
        if format_ != WEB
    ]
    address = ws.project.web_address
    place = f"{address.rstrip('/')}/{publication}/{language}/" if address else ""
    return with_links(page, languages, files, index=f"../{INDEX}", address=place)


def follow(ws: Workspace, publication: str, folder: Path) -> tuple[Path, ...]:
    """The pages and indexes that had to be written, so that every published page knows every other.

    Languages come out side by side in several processes: what one wrote is read again until nothing moves, and
    files and records change together. A page that was changed by hand is left alone: it is no longer ours.
    """
    written: list[Path] = []
    if not any(folder.glob(f"*/{publication}.*.{WEB}")):
        return ()
    while True:
        with ws.store.transaction():
            changed = [
                p for path in sorted(folder.glob(f"*/{publication}.*.{WEB}")) if (p := _relink(ws, publication, path))
            ]
        changed += _indexes(ws, publication, folder)
        written += changed
        if not changed:
            return tuple(dict.fromkeys(written))


def _relink(ws: Workspace, publication: str, path: Path) -> Path | None:
    language = path.parent.name
    known = ws.store.renditions.current(publication, language).get(WEB)
    try:
        page = path.read_bytes()
    except OSError:
        return None
    if known is None or digest_bytes(page) != known.file_hash:
        return None
    fresh = linked(ws, publication, language, page, path.parents[1])
    if fresh == page:
        return None
    write_atomically(path, fresh)
    ws.store.renditions.record(known.model_copy(update={"file_hash": digest_bytes(fresh), "at": ws.now()}))
    manifest = path.parent / MANIFEST
    entry = _read(manifest)
    for file in entry.get("files", ()):
        if file.get("format") == WEB:
            file["sha256"] = digest_bytes(fresh)
    if entry:
        write_atomically(manifest, (json.dumps(entry, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode())
    log.info("linked %s/%s to the languages that are out", publication, language)
    return path


def _indexes(ws: Workspace, publication: str, folder: Path) -> list[Path]:
    """The index of the publication and the list of all, where they are not what they should be."""
    from pubpipe.renderers.dates import long_date
    from pubpipe.renderers.html import PageLink
    from pubpipe.renderers.html_index import (
        ListedPublication,
        PublishedEdition,
        PublishedFile,
        render_index,
        render_listing,
    )

    design = ws.template(publication).design
    address = ws.project.web_address
    editions = []
    title = publication
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        entry = _read(manifest)
        if not entry:
            continue
        title = entry.get("source", {}).get("title") or title
        files = tuple(
            PublishedFile(
                format=f["format"],
                href=f"{manifest.parent.name}/{f['path']}",
                size=(manifest.parent / f["path"]).stat().st_size,
            )
            for f in entry.get("files", ())
            if (manifest.parent / f["path"]).is_file()
        )
        day = dt.date.fromisoformat(entry["date"]) if entry.get("date") else None
        if files:
            editions.append(
                PublishedEdition(
                    language=entry["language"],
                    title=entry.get("title") or publication,
                    date=day,
                    day=long_date(day, ws.project.profile_of(publication, entry["language"])) if day else "",
                    files=files,
                )
            )
    place = f"{address.rstrip('/')}/{publication}/" if address else ""
    out = []
    page = render_index(title, ws.project.publisher, editions, design, ws.fonts, address=place)
    if _differs(folder / INDEX, page):
        write_atomically(folder / INDEX, _passed(page, folder, f"{folder.name}/{INDEX}", place))
        out.append(folder / INDEX)
    listed = []
    for index in sorted(folder.parent.glob(f"*/{INDEX}")):
        entries = [(m.parent.name, _read(m)) for m in sorted(index.parent.glob(f"*/{MANIFEST}"))]
        pages = [
            PageLink(language=e["language"], href=f"{index.parent.name}/{name}/{f['path']}")
            for name, e in entries
            for f in e.get("files", ())
            if f["format"] == WEB and (index.parent / name / f["path"]).is_file()
        ]
        named = next((t for _, e in entries if (t := e.get("source", {}).get("title"))), index.parent.name)
        if pages:
            listed.append(ListedPublication(title=named, href=f"{index.parent.name}/{INDEX}", languages=tuple(pages)))
    page = render_listing(ws.project.publisher or ws.project.name, listed, design, ws.fonts)
    if _differs(folder.parent / INDEX, page):
        write_atomically(folder.parent / INDEX, _passed(page, folder.parent, INDEX))
        out.append(folder.parent / INDEX)
    return out


def _passed(page: bytes, folder: Path, name: str, address: str = "") -> bytes:
    """An index that passed its inspection; RenderError, with what is wrong in which, where it did not: the one that lay
    there stays, and the files that it would have led to are out."""
    from pubpipe.renderers.inspect_html import inspect_index

    found = inspect_index(page, lambda path: path == INDEX or (folder / path).is_file(), address)
    for finding in found:
        if finding.severity not in ("block", "error"):
            log.warning("%s: %s", name, finding.message)
    faults = [finding.message.rstrip(".") for finding in found if finding.severity in ("block", "error")]
    if faults:
        raise RenderError(
            f"the web page {name} failed its inspection and was not written: {'; '.join(faults[:5])}.",
            remedy="Mend title, publisher or name, or make the missing file again; then 'pubpipe render'.",
        )
    return page


def _differs(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() != data
    except OSError:
        return True


def _read(path: Path) -> dict[str, Any]:
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return entry if isinstance(entry, dict) else {}
