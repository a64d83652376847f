"""From an approved edition to files: render, write, and say in the manifest what went into them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pubpipe import __version__
from pubpipe.errors import PubpipeError, RenderError
from pubpipe.identity import Hash, digest, digest_bytes, rendition_key
from pubpipe.model import ApprovedEdition, DraftEdition, Rendition, SourceDocument, plain
from pubpipe.pipeline import notices, web
from pubpipe.pipeline.making import Job, Made, Setting, inspected, made_file, make
from pubpipe.pipeline.workspace import Workspace, write_atomically
from pubpipe.project import load_project

if TYPE_CHECKING:
    from pubpipe.pipeline.edition import EditionView
    from pubpipe.renderers import Imprint, Original

log = logging.getLogger(__name__)

SUBTITLES = ("srt", "vtt")

MANIFEST = "manifest.json"
_TRIES = 3
"""How often an edition is rendered that moves meanwhile."""


def formats_of(ws: Workspace, publication: str) -> tuple[str, ...]:
    """What the publication comes out as: what the project says, or as subtitles where it came in as such."""
    known = ws.store.publications.get(publication)
    suffix = Path(known.source_name).suffix.lower().removeprefix(".") if known else ""
    return (suffix,) if suffix in SUBTITLES else ws.project.formats_of(publication)


def output_folder(ws: Workspace, publication: str) -> Path:
    """Where the publication's files go: its own --output of the last `publish`, else the project's folder."""
    known = ws.store.publications.get(publication)
    chosen = known.options.get("output") if known else None
    return (Path(chosen) if chosen else ws.output) / publication


class Moved(Exception):
    """Somebody decided, wrote or published while pages were set: what was made may not be what is approved now."""


@dataclass(frozen=True)
class Work:
    """What has to be done for the files of an approved edition."""

    present: EditionView
    edition: ApprovedEdition
    keys: dict[str, tuple[Hash, dict[str, str]]]
    """Format to the key of its file, and what that is made from."""
    kept: dict[str, Rendition]
    """The files that are there and right."""
    setting: Setting

    @property
    def jobs(self) -> tuple[Job, ...]:
        """A job for each file to be made, but web pages: what these say of one another is in the store."""
        wanted = [format_ for format_ in self.keys if format_ not in self.kept and format_ != web.WEB]
        return tuple(Job(self.edition, self.setting, format_) for format_ in wanted)


def render(ws: Workspace, publication: str, language: str) -> tuple[Rendition, ...]:
    """The published files of an approved edition, made where they are missing or stale; NotApproved otherwise."""
    from pubpipe.pipeline.checking import check
    from pubpipe.pipeline.edition import view

    with held_back(ws, publication, language):
        as_found(ws, publication)
        for _ in range(_TRIES):
            # the source or a setting may have moved since the findings were noted
            work = begin(check(ws, view(ws, publication, language)))
            try:
                return publish(work, {job.format: make(job) for job in work.jobs})
            except Moved:
                log.info("%s/%s moved while its files were made", publication, language)
        raise RenderError(
            f"{publication}/{language} changed again and again while its files were made.",
            remedy="Render it when nobody works on it.",
            retryable=True,
        )


@contextmanager
def held_back(ws: Workspace, publication: str, language: str) -> Iterator[None]:
    """Around the making of files: a page that fails is told to people, and its progress ends."""
    try:
        yield
    except PubpipeError as error:
        if isinstance(error, RenderError):
            notices.held_back(ws, publication, language, error.message)
        _done(ws, publication, language)
        raise


def _done(ws: Workspace, publication: str, language: str) -> None:
    ws.store.progress.set(publication, language, "done", 1, 1, ws.now())


def begin(present: EditionView) -> Work:
    """What is to be made of an edition as it stands; NotApproved where it is not."""
    from pubpipe import review
    from pubpipe.pipeline.edition import look_of

    ws, publication, language = present.ws, present.publication, present.profile.tag
    edition = review.assemble(present.standing, present.localized, present.credits, present.decisions, present.findings)
    look = look_of(ws, publication, present.profile)
    folder = output_folder(ws, publication)
    current = ws.store.renditions.current(publication, language)
    keys, kept = {}, {}
    for format_ in formats_of(ws, publication):
        ingredients = rendition_ingredients(present, edition, look, format_)
        key = rendition_key(edition.edition_hash, format_, ingredients)
        keys[format_] = key, ingredients
        old = current.get(format_)
        if (
            old is not None
            and old.key == key
            and intact(path_of(folder, publication, language, format_), old.file_hash)
        ):
            kept[format_] = old
    return Work(present, edition, keys, kept, setting_of(present))


def path_of(folder: Path, publication: str, language: str, format_: str) -> Path:
    """The published file of a language in a format, in the publication's folder."""
    return folder / language / f"{publication}.{language}.{format_}"


def publish(work: Work, made: Mapping[str, Made]) -> tuple[Rendition, ...]:
    """Write the files and the manifests and record them. RenderError where an inspection failed, and `Moved`: then
    nothing is written."""
    present, edition, ws = work.present, work.edition, work.present.ws
    publication, language = present.publication, present.profile.tag
    folder = output_folder(ws, publication)
    fresh: dict[str, bytes] = {}
    for format_ in work.keys:
        if format_ in work.kept:
            continue
        if format_ == web.WEB:
            page = web.linked(ws, publication, language, made_file(edition, work.setting, format_), folder)
            fresh[format_] = _passed(present, format_, inspected(edition, work.setting, format_, page))
        else:
            fresh[format_] = _passed(present, format_, made[format_])
    at = ws.now()
    new = {
        format_: Rendition(
            publication=publication,
            language=language,
            format=format_,
            key=work.keys[format_][0],
            ingredients={
                **work.keys[format_][1],
                "edition": edition.edition_hash,
                "source": present.source.file_hash,
            },
            file_hash=digest_bytes(data),
            path=f"{publication}/{language}/{path_of(folder, publication, language, format_).name}",
            at=at,
            approvals=present.standing.approvals,
        )
        for format_, data in fresh.items()
    }
    # Files and records in one: `web.follow` of another language must not put an older page back between them.
    with ws.store.transaction():
        current = ws.store.renditions.current(publication, language)
        if _moved(work, current, folder):
            raise Moved
        # a page that was kept may have got a link meanwhile
        renditions = [new.get(format_) or current[format_] for format_ in work.keys]
        for format_, data in fresh.items():
            write_atomically(path_of(folder, publication, language, format_), data)
        # a format may have been taken out of the settings, which makes no file
        listed = [file["format"] for file in _editions(folder).get(language, {}).get("files", ())]
        if fresh or listed != list(work.keys) or not (folder / MANIFEST).is_file():
            _write_manifests(present, edition, tuple(renditions), folder)
        for rendition in new.values():
            ws.store.renditions.record(rendition)
        ws.store.cache.put({_stamp_key(publication, language): stamp(ws, publication, language)})
    try:
        followed = web.follow(ws, publication, folder)
    except RenderError:  # the files are out, what leads to them is not: the next call has to try again
        ws.store.cache.put({_stamp_key(publication, language): ""})
        raise
    if followed:
        _write_common_manifest(publication, folder)
        renditions = [ws.store.renditions.current(publication, language)[r.format] for r in renditions]
    if fresh:
        log.info("rendered %s/%s: %s", publication, language, ", ".join(sorted(fresh)))
    _done(ws, publication, language)
    return tuple(renditions)


def _moved(work: Work, current: Mapping[str, Rendition], folder: Path) -> bool:
    """Whether the record, the English text or the files that were kept are others than when the work was begun."""
    from pubpipe.pipeline.edition import as_of

    present, ws = work.present, work.present.ws
    publication, language = present.publication, present.profile.tag
    read = ws.store.documents.current_hash(publication)
    if as_of(ws, publication, language) != present.as_of or (read and read[0] != present.source.file_hash):
        return True
    return any(
        (now := current.get(format_)) is None
        or now.key != old.key
        or not intact(path_of(folder, publication, language, format_), now.file_hash)
        for format_, old in work.kept.items()
    )


def _passed(present: EditionView, format_: str, made: Made) -> bytes:
    """A file that passed its inspection; RenderError where a reader would not get what was approved."""
    name = f"{present.publication}.{present.profile.tag}.{format_}"
    for finding in made.findings:
        if finding.severity != "block":
            log.warning("%s: %s", name, finding.message)
    blocking = [finding.message for finding in made.findings if finding.severity == "block"]
    if blocking:
        raise RenderError(
            f"{name} failed its inspection and was not published: {'; '.join(blocking[:5])}.",
            remedy="Mend the text or the template; 'pubpipe render --preview' shows the pages.",
        )
    return made.data


def fingerprint_of(ws: Workspace, publication: str, format_: str) -> str:
    """That of what makes the publication's files of a format, known without loading it."""
    from pubpipe.renderers import KEPT, fingerprint, source_fingerprint

    if ws.project.layout_of(publication) == "source" and format_ in KEPT:
        return source_fingerprint(format_, ws.project.soffice)
    return fingerprint(format_)


def original_of(present: EditionView) -> Original | None:
    """The client's file for a publication that keeps its layout; RenderError where it is gone or another one."""
    from pubpipe.pipeline.ingesting import source_path
    from pubpipe.renderers import Original

    ws, publication = present.ws, present.publication
    if ws.project.layout_of(publication) != "source":
        return None
    path = source_path(ws, publication)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RenderError(
            f'the source file {path.name} cannot be read ({error.strerror}), and layout = "source" writes into it.',
            remedy='Put the file back, or set layout = "template".',
        ) from error
    return Original(data=data, document=present.source.document)


def setting_of(present: EditionView) -> Setting:
    """How this edition looks, whatever its text."""
    ws, publication = present.ws, present.publication
    return Setting(
        profile=present.profile,
        template=ws.template(publication),
        fonts=ws.fonts,
        imprint=imprint_of(present),
        layout=ws.project.layout_of(publication),
        original=original_of(present),
        embeds_fonts=ws.project.embeds_fonts(publication),
        soffice=ws.project.soffice,
    )


def preview(ws: Workspace, publication: str, language: str, formats: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Files to look at, with a watermark on every page, whatever the state of the edition; by default a PDF.

    Subtitles have no pages: their preview is a subtitle file that says what it is.
    """
    from pubpipe.pipeline.edition import view

    present = view(ws, publication, language)
    edition, setting = draft_edition(present), setting_of(present)
    paths = []
    own = formats_of(ws, publication)
    usual = own if own[0] in SUBTITLES else ("pdf",)
    if ws.project.layout_of(publication) == "source" and "pdf" not in own and "docx" in own:
        usual = ("docx",)  # a project that asks for no PDF needs no LibreOffice
    for format_ in formats or usual:
        data = made_file(edition, setting, format_)
        path = output_folder(ws, publication) / language / "review" / f"{publication}.{language}.preview.{format_}"
        write_atomically(path, data)
        paths.append(path)
    return tuple(paths)


def draft_edition(present: EditionView) -> DraftEdition:
    from pubpipe import review

    return review.draft_edition(present.standing, present.localized, present.credits)


def intact(path: Path, file_hash: Hash) -> bool:
    """Whether the file is there with exactly these bytes."""
    try:
        return digest_bytes(path.read_bytes()) == file_hash
    except OSError:
        return False


def imprint_of(present: EditionView) -> Imprint:
    from pubpipe.renderers import Imprint

    project = present.ws.project
    own = project.publications.get(present.publication)
    return Imprint(
        publisher=project.publisher,
        date=own.date if own and own.date else present.source.document.date,
        place=project.imprint.place,
        contact=project.imprint.contact,
        url=project.imprint.url,
        licence=project.imprint.licence,
        program=f"pubpipe {__version__}",
    )


def rendition_ingredients(
    present: EditionView, edition: ApprovedEdition, look: dict[str, str], format_: str
) -> dict[str, str]:
    """Component to fingerprint: everything but the approved text that changes a file's bytes."""
    from pubpipe.renderers import embedding_fingerprint

    layout = present.ws.project.layout_of(present.publication)
    kept = {"layout": layout, "source file": present.source.file_hash} if layout == "source" else {}
    if format_ == "docx" and present.ws.project.embeds_fonts(present.publication):
        kept["embedded fonts"] = embedding_fingerprint()
    return {
        **look,
        **kept,
        "renderer": fingerprint_of(present.ws, present.publication, format_),
        "imprint": digest(imprint_of(present).model_dump(mode="json")),
        "credits": digest(edition.credits.model_dump(mode="json"), edition.approved_at.isoformat()),
    }


# --- what tells quickly that nothing is to be done -----------------------------------------------------------------


def _stamp_key(publication: str, language: str) -> str:
    return f"published/{publication}/{language}"


def stamp(ws: Workspace, publication: str, language: str) -> Hash:
    """A cheap hash over everything that an edition is made from: equal stamps and intact files mean up to date.

    It may move for nothing (a glossary row of no term in this text): then the full comparison is made.
    """
    return digest(
        "stamp",
        _shared_stamp(ws, publication),
        ws.project.profile_of(publication, language).fingerprint,
        list(ws.project.engines_of(publication, language)),
        ws.store.decisions.last(publication, language),
        ws.store.edits.last(publication, language),
    )


def _shared_stamp(ws: Workspace, publication: str) -> Hash:
    """The part of the stamp that all languages share, worked out once while a workspace is open."""
    from pubpipe.renderers import font_state

    found = ws.stamps.get(publication)
    if found is None:
        known = ws.store.publications.get(publication)
        found = ws.stamps[publication] = digest(
            as_found(ws, publication),
            folder_hash(ws.template_folder(ws.project.template_of(publication))),
            font_state(ws.font_folder),
            [fingerprint_of(ws, publication, format_) for format_ in formats_of(ws, publication)],
            __version__,
            ws.project.model_dump(mode="json", exclude={"server", "rebuild", "store", "notify"}),
            known.options if known else {},
        )
    return found


def as_found(ws: Workspace, publication: str) -> Hash:
    """A hash over the files that people write, as they are when this is first asked for while a workspace is open.

    To be asked before any of them is read: what somebody saves while pages are set must not count as published.
    """
    key = f"{publication}/files"
    found = ws.stamps.get(key)
    if found is None:
        found = ws.stamps[key] = _written_by_people(ws, publication)
    return found


def _written_by_people(ws: Workspace, publication: str) -> Hash:
    from pubpipe.pipeline.ingesting import source_path

    path = source_path(ws, publication)
    return digest(
        digest_bytes(path.read_bytes()) if path.is_file() else ws.store.documents.current_hash(publication),
        folder_hash(ws.root / ws.project.glossary),
        folder_hash(ws.root / "templates" / ws.project.template_of(publication)),
        [digest_bytes(table.read_bytes()) for table in ws.label_tables if table.is_file()],
    )


def up_to_date(ws: Workspace, publication: str, language: str) -> tuple[Rendition, ...] | None:
    """The published files, if all of them are there and nothing that they are made from has moved; else None."""
    current = ws.store.renditions.current(publication, language)
    wanted = formats_of(ws, publication)
    if not set(wanted) <= set(current):
        return None
    key = _stamp_key(publication, language)
    if ws.store.cache.get([key]).get(key) != stamp(ws, publication, language):
        return None
    folder = output_folder(ws, publication) / language
    if not (folder / MANIFEST).is_file():
        return None
    if not all(intact(folder / Path(current[f].path).name, current[f].file_hash) for f in wanted):
        return None
    if web.WEB in wanted and not (folder.parent / web.INDEX).is_file():
        return None
    return tuple(current[f] for f in wanted)


def settle(ws: Workspace, call: Sequence[str], source: Path, result: dict[str, Any]) -> None:
    """Keep a note that everything this call asks for is up to date, so that the next one can say so at once.

    To be called when the workspace is closed: only then has the database written everything to its file.
    """
    from pubpipe.pipeline.settled import remember
    from pubpipe.renderers import LIBRARIES, font_state

    database = ws.database_file
    if database is None:
        return
    publication = result["publication"]
    if (
        _written_by_people(ws, publication) != as_found(ws, publication)
        or load_project(ws.root, ws.environ) != ws.project
    ):
        return  # somebody has saved one of these files since it was read
    folder = Path(result["output"])
    outputs = [folder / MANIFEST]
    if web.WEB in formats_of(ws, publication):
        outputs += [folder / web.INDEX, folder.parent / web.INDEX]
    for edition in result["editions"]:
        language = edition["language"]
        outputs += [folder / language / name for name in (MANIFEST, *(Path(p).name for p in edition["files"]))]
    remember(
        ws.root,
        call,
        database=database,
        files=[source.absolute(), *(table for table in ws.label_tables if table.is_file()), *outputs],
        folders=[
            ws.root / ws.project.glossary,
            ws.root / "templates",
            ws.template_folder(ws.project.template_of(publication)),
        ],
        large=[*(Path(path) for path, *_ in font_state(ws.font_folder)), *_program_of(ws, publication)],
        libraries=sorted({name for names in LIBRARIES.values() for name in names}),
        result=result,
    )


def _program_of(ws: Workspace, publication: str) -> list[Path]:
    """LibreOffice's program, where the publication's pages hang on it: another version is another file."""
    from pubpipe.renderers.office import find_office

    if ws.project.layout_of(publication) != "source" or "pdf" not in formats_of(ws, publication):
        return []
    return [Path(find_office(ws.project.soffice).program)]


def folder_hash(folder: Path) -> Hash:
    """The names and bytes of all files in a folder; of none, where there is no folder."""
    files = sorted(p for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else []
    return digest([(p.relative_to(folder).as_posix(), digest_bytes(p.read_bytes())) for p in files])


# --- the manifest --------------------------------------------------------------------------------------------------


def _write_manifests(
    present: EditionView, edition: ApprovedEdition, renditions: tuple[Rendition, ...], folder: Path
) -> None:
    from pubpipe.renderers import page_count

    own = _manifest(present, edition, renditions)
    language = present.profile.tag
    for entry in own["files"]:
        if entry["format"] == "pdf":
            entry["pages"] = page_count((folder / language / entry["path"]).read_bytes())
    write_atomically(folder / language / MANIFEST, _json(own))
    _write_common_manifest(present.publication, folder)
    _compare_lengths(present.publication, language, _editions(folder))


def _compare_lengths(publication: str, language: str, editions: dict[str, Any]) -> None:
    """Say in the log where this edition is far longer or shorter than those in the other languages."""
    from pubpipe.renderers import compare_lengths

    pages = {
        tag: entry["pages"]
        for tag, manifest in editions.items()
        for entry in manifest.get("files", ())
        if isinstance(entry.get("pages"), int)
    }
    for finding in compare_lengths(pages):
        if f" in {language} " in finding.message:
            log.warning("%s: %s", publication, finding.message)


def _write_common_manifest(publication: str, folder: Path) -> None:
    while True:
        # Languages come out side by side: whoever writes last has to have seen what the others wrote.
        before = _editions(folder)
        write_atomically(
            folder / MANIFEST,
            _json({"publication": publication, "program": f"pubpipe {__version__}", "editions": before}),
        )
        if _editions(folder) == before:
            return


def _editions(folder: Path) -> dict[str, Any]:
    """Language to the manifest of its edition, as far as they can be read."""
    editions = {}
    for path in sorted(folder.glob(f"*/{MANIFEST}")):
        try:
            editions[path.parent.name] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
    return editions


def _manifest(present: EditionView, edition: ApprovedEdition, renditions: tuple[Rendition, ...]) -> dict[str, Any]:
    """What the edition's files were made from: every input and output by hash, and who approved."""
    origins: dict[str, int] = {}
    for segment in present.segments:
        origin = present.drafts[segment.id].origin
        origins[origin] = origins.get(origin, 0) + 1
    return {
        "publication": present.publication,
        "language": present.profile.tag,
        "layout": present.ws.project.layout_of(present.publication),
        "source": {
            "file": (known.source_name if (known := present.ws.store.publications.get(present.publication)) else ""),
            "sha256": present.source.file_hash,
            "title": _title(present.source.document, present.publication),
        },
        "title": _title(edition.localized.document, present.publication),
        "date": (imprint_of(present).date or edition.approved_at.date()).isoformat(),
        "edition": edition.edition_hash,
        "approved_at": edition.approved_at.isoformat(),
        "approvals": [
            {"stage": stage, "reviewer": reviewer, "at": at.isoformat()}
            for stage, reviewer, at in present.standing.approvals
        ],
        "segments": {"total": len(present.segments), "origins": dict(sorted(origins.items()))},
        "passed_from_memory": sorted(present.passed),
        "carried_over": [
            {"number": s.number, "segment": s.id, "reason": why}
            for s in present.segments
            if (why := present.standing.carried.get(s.id))
        ],
        "waived": [f.model_dump(mode="json", exclude_none=True) for f in edition.findings],
        "glossary": present.ws.glossary.fingerprint,
        "engines": list(edition.credits.engines),
        "notice": edition.credits.notice,
        "files": [
            {
                "path": Path(r.path).name,
                "format": r.format,
                "sha256": r.file_hash,
                "made_from": dict(sorted(r.ingredients.items())),
            }
            for r in renditions
        ],
        "program": f"pubpipe {__version__}",
    }


def _title(document: SourceDocument, publication: str) -> str:
    """The document's title in a line; the publication's id where it has none."""
    return " ".join(plain(document.title.content).split()) if document.title else publication


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
