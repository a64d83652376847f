"""What the review page knows and keeps: from the workspace to its sheet, from what was posted to what is stored.

Nothing here talks to Prefect, and all of it may block: the server calls it in a thread.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from pubpipe import review
from pubpipe.identity import Hash, content_hash
from pubpipe.languages import canonical, fold
from pubpipe.model import (
    Content,
    MarkupError,
    ReviewAnswer,
    ReviewRequest,
    Segment,
    from_markup,
    to_markup,
)
from pubpipe.pipeline.deciding import right_of, zone
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.looking import NOTE, PICTURES, shown_text
from pubpipe.pipeline.planning import status_of
from pubpipe.pipeline.publishing import output_folder
from pubpipe.pipeline.reviewing import request_for
from pubpipe.pipeline.typed import findings_on
from pubpipe.pipeline.workspace import Workspace, open_workspace
from pubpipe.server import people, rights, wording
from pubpipe.server.assets import SCRIPT_PATH, STYLE_PATH, address, fonts_for
from pubpipe.server.here import FILES_PATH, SHARED, review_address
from pubpipe.server.people import Account
from pubpipe.server.review_page import COMMENT, Collision, Entry, Preview, Sheet
from pubpipe.store import Typed
from pubpipe.store.typed import Collision as StoredOtherwise

LONGEST = 20_000
"""Characters of one typed text."""
MOST = 20_000
"""Texts that one person may have stored for one edition: nobody fills the disk through this."""
WEB_FONTS = "web-fonts"
"""Under `.pubpipe/`: derived, can be deleted."""
_RECENT = dt.timedelta(days=90)
"""How long what somebody typed over an earlier wording is shown."""
_NUMBER = re.compile(r"\d{1,6}")
Verdict = Literal["approve", "request_changes", "reject"]


class UnknownEdition(LookupError):
    """There is no such publication, or not in this language."""


@dataclass(frozen=True)
class Posted:
    """A form as it was sent."""

    digest: str
    texts: Mapping[str, str]
    """Segment id (or COMMENT) to text."""
    seen: Mapping[str, tuple[int, str]]
    """Segment id (or COMMENT) to the version and the wording that it was typed over."""
    looked: frozenset[str]
    do: str = ""
    """"save", "show-…" or "open-…"; empty where a decision was sent."""
    decision: str = ""
    reviewer: str = ""
    waive: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Look:
    """One edition as it stands, for one person."""

    title: str
    sheet: Sheet | None
    """None where nothing waits for a review."""
    state: Literal["new", "rejected", "approved", "waiting"] = "waiting"
    why: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    stale: tuple[Typed, ...] = ()
    segments: tuple[Segment, ...] = ()
    styles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A decision that was posted."""

    look: Look
    answer: ReviewAnswer | None = None
    """None where it is not handed in: the sheet says why."""


def posted(fields: Mapping[str, list[str]]) -> Posted:
    """What the fields of the form say; ValueError where they cannot be from it."""
    one = {name: values[0] for name, values in fields.items()}
    texts = {n[2:]: _lines(v) for n, v in one.items() if n.startswith("t.")}
    seen: dict[str, tuple[int, str]] = {}
    for name, value in one.items():
        if name.startswith("v."):
            version, _, base = value.partition(" ")
            seen[name[2:]] = (_version(version), base[:64])
    digest = one.get("digest", "")[:64]
    if "comment" in one:
        texts[COMMENT] = _lines(one["comment"])
        seen[COMMENT] = (_version(one.get("vc", "0")), digest)
    if any(len(text) > LONGEST for text in texts.values()):
        raise ValueError("too long")
    return Posted(
        digest=digest,
        texts=texts,
        seen=seen,
        looked=frozenset(fields.get("looked", ())),
        do=one.get("do", ""),
        decision=one.get("decision", ""),
        reviewer=one.get("reviewer", "").strip()[:80],
        waive=frozenset(fields.get("waive", ())),
        segments=frozenset(fields.get("segments", ())),
    )


def look(root: Path, publication: str, language: str, account: Account | None, now: dt.datetime) -> Look:
    """The edition as it stands; UnknownEdition where there is none."""
    with open_workspace(root) as ws:
        return _look(ws, publication, language, account, now)


def _look(ws: Workspace, publication: str, language: str, account: Account | None, now: dt.datetime) -> Look:
    known = ws.store.publications.get(publication)
    if known is None or language not in known.languages:
        raise UnknownEdition
    present = view(ws, publication, language)
    request = request_for(present) if present.drafts else None
    who = account.name if account else ""
    kept = ws.store.typed.all(publication, language)
    styles = [address(STYLE_PATH)]
    shown = [to_markup(t) for t in present.targets.values() if t is not None]
    shown += [t.text for t in kept if t.text]
    shown += [present.profile.native_name]
    if fonts := fonts_for(ws.state / WEB_FONTS, present.profile, ws.fonts, shown):
        styles.append(fonts)
    title = f"{known.title} · {present.profile.english_name}"
    if request is None:
        mine = tuple(t for t in kept if t.reviewer == who and t.text and now - t.at < _RECENT)
        state: Any = present.standing.state if present.drafts else "new"
        why = present.standing.reasons if state == "rejected" else ()
        stale = tuple(t for t in mine if not _is_there(t, present))
        return Look(
            title, None, state=state, why=why, files=_files(ws, present), stale=stale, styles=tuple(styles)
        )  # fmt: skip
    own, stale_by, others = _sorted(kept, request, who, now)
    here = {s.id for s in present.segments} | {COMMENT}
    texts = {s.id: own[s.id].text or "" for s in present.segments if s.id in own and own[s.id].text}
    items = {item.segment: item for item in request.items}
    remarks = {
        s.id: tuple(wording.finding_in_words(f) for f in findings_on(ws, s, language, texts[s.id]))
        for s in present.segments
        if s.id in texts and texts[s.id] != items[s.id].target
    }
    gone = [t for t in kept if t.reviewer == who and t.segment not in here and t.text and now - t.at < _RECENT]
    sheet = Sheet(
        request=request,
        profile=present.profile,
        sources={s.id: s.content for s in present.segments},
        targets=present.targets,
        who=who,
        accounts=account is not None,
        hindrance=_hindrance(ws, request, account),
        due=f"{request.due.astimezone(zone(ws.project)):%Y-%m-%d}" if request.due else "",
        start=f"pubpipe publish {known.source_path}",
        own=own,
        stale=stale_by,
        gone=tuple(gone),
        remarks=remarks,
        others=others,
        preview=_preview(ws, present),
        mark=mark(ws, publication, language),
        styles=tuple(styles),
        script=address(SCRIPT_PATH),
    )
    return Look(title, sheet, segments=present.segments, styles=tuple(styles))


def mark(ws: Workspace, publication: str, language: str) -> str:
    """Changes with every decision, edit, answer and new source text: told without reading the edition."""
    found = ws.store.documents.current_hash(publication)
    decided = ws.store.decisions.last(publication, language) or ""
    answers = ws.store.rounds.all(publication, language)
    return f"{decided[:12]}.{ws.store.edits.last(publication, language)}.{len(answers)}.{(found or ('', ''))[0][:12]}"


def _hindrance(ws: Workspace, request: ReviewRequest, account: Account | None) -> str:
    """Why this person may not decide on this round; without accounts nobody knows who it is before they say."""
    if account is None:
        return ""
    return rights.refusal_in(ws, account, request.publication, request.language, request.stage)


def _sorted(
    kept: tuple[Typed, ...], request: ReviewRequest, who: str, now: dt.datetime
) -> tuple[dict[str, Typed], dict[str, tuple[Typed, ...]], dict[str, tuple[Typed, ...]]]:
    """(this person's texts over the present wording, theirs over an earlier one, those of others over the present)."""
    items = {item.segment: item for item in request.items}
    own: dict[str, Typed] = {}
    stale: dict[str, tuple[Typed, ...]] = {}
    others: dict[str, tuple[Typed, ...]] = {}
    for typed in kept:
        item = items.get(typed.segment)
        if item is None and typed.segment != COMMENT:
            continue
        live = typed.base == ((item.target_hash or "") if item else request.digest)
        says_more = bool(typed.text) and (item is None or not _same(typed.text or "", item.target))
        if typed.reviewer == who and live:
            own[typed.segment] = typed
        elif typed.reviewer == who and says_more and now - typed.at < _RECENT:
            stale[typed.segment] = (*stale.get(typed.segment, ()), typed)
        elif typed.reviewer != who and live and item is not None and says_more:
            others[typed.segment] = (*others.get(typed.segment, ()), typed)
    return own, stale, others


def _same(one: str, other: str) -> bool:
    """Whether two texts differ in white space only: what is recorded has its own."""
    return "".join(canonical(one).split()) == "".join(canonical(other).split())


def _is_there(typed: Typed, present: EditionView) -> bool:
    target = present.targets.get(typed.segment)
    return target is not None and _same(typed.text or "", to_markup(target))


def _files(ws: Workspace, present: EditionView) -> tuple[tuple[str, str], ...]:
    """Name and address of the edition's files; no address for what this server does not serve: web pages, and what lies
    outside the output folder."""
    folder = output_folder(ws, present.publication)
    served = folder.resolve().is_relative_to(ws.output.resolve())
    current = ws.store.renditions.current(present.publication, present.profile.tag)
    return tuple(
        (Path(r.path).name, f"{FILES_PATH}/{quote(r.path)}" if served and Path(r.path).suffix in SHARED else "")
        for _, r in sorted(current.items())
    )


# ---- the list


def entries(root: Path, account: Account | None) -> tuple[Entry, ...]:
    """Every edition that this person may see, in the order of the workspace."""
    out = []
    with open_workspace(root) as ws:
        for known in ws.store.publications.all():
            for language in known.languages:
                if account is not None and not rights.reads(ws.state, account, language):
                    continue
                found = status_of(ws, known.id, known.title, language)
                may = found.state == "in review" and (
                    account is None or not rights.refusal_in(ws, account, known.id, language, found.stage)
                )  # fmt: skip
                done = account is not None and fold(account.name) in map(fold, found.had_their_say)
                out.append(
                    Entry(
                        publication=known.id,
                        title=known.title,
                        language=language,
                        language_name=found.language_name,
                        state=found.state,
                        stage=found.stage,
                        approved=found.approved,
                        segments=found.segments,
                        mine=may and not done,
                        second=may and done,
                        why="; ".join(found.reasons[:1]) if found.state == "rejected" else "",
                        due=found.deadline,
                    )
                )
    return tuple(out)


# ---- what was typed


def save_one(
    root: Path, publication: str, language: str, account: Account | None, said: Any, now: dt.datetime
) -> tuple[int, dict[str, Any]]:
    """(HTTP status, what to answer) to a text that the page sends at a pause of typing.

    200: stored, with its version. 409: another one was stored in between; it is in the answer and stays.
    ValueError where the message is none of the page's; UnknownEdition where there is no such sentence.
    """
    fields = said if isinstance(said, dict) else {}
    segment, base, text = fields.get("segment"), fields.get("base"), fields.get("text")
    version, looked = fields.get("version"), fields.get("looked", False)
    if (
        not isinstance(segment, str)
        or not isinstance(base, str)
        or not re.fullmatch(r"[0-9a-f]{0,64}", base)
        or not (text is None or (isinstance(text, str) and len(text) <= LONGEST))
        or not isinstance(looked, bool)
        or type(version) is not int
        or version < 0
    ):
        raise ValueError("not of this page")
    with open_workspace(root) as ws:
        if segment != COMMENT and segment not in ws.store.drafts.origins(publication, language):
            raise UnknownEdition
        who = account.name if account else ""
        if ws.store.typed.count(publication, language, who) >= MOST:
            raise ValueError("far more than a person types")
        done = ws.store.typed.save(Typed(publication, language, segment, base, who, version, text, looked, now))
        remarks = _remarks_on(ws, publication, language, segment, text) if isinstance(done, Typed) else []
    if isinstance(done, Typed):
        return 200, {"version": done.version, "remarks": remarks}
    kept = done.kept
    return 409, {"version": kept.version if kept else 0, "text": kept.text if kept else None}


def _remarks_on(ws: Workspace, publication: str, language: str, segment: str, text: str | None) -> list[str]:
    """What the checks say of a text that is being typed, in words."""
    stored = ws.store.documents.current(publication) if text and segment != COMMENT else None
    found = next((s for s in stored[1] if s.id == segment), None) if stored else None
    return [wording.finding_in_words(f) for f in findings_on(ws, found, language, text or "")] if found else []


def news(root: Path, publication: str, language: str, account: Account | None) -> dict[str, Any]:
    """What moved since a page was opened: `mark`, and who else has typed what is not sent yet."""
    who = account.name if account else ""
    with open_workspace(root) as ws:
        others = [
            {"segment": t.segment, "base": t.base, "who": t.reviewer, "at": f"{t.at.astimezone(dt.UTC):%H:%M} UTC"}
            for t in ws.store.typed.all(publication, language)
            if t.reviewer != who and t.segment != COMMENT and t.text is not None
        ]
        return {"mark": mark(ws, publication, language), "others": others}


def keep(root: Path, publication: str, language: str, account: Account | None, form: Posted, now: dt.datetime) -> Look:
    """Store everything that was typed in a form, and the edition as it stands after that.

    A text that another window stored meanwhile is not overwritten: both are on the sheet.
    """
    with open_workspace(root) as ws:
        return _kept(ws, publication, language, account, form, now)


def _kept(
    ws: Workspace, publication: str, language: str, account: Account | None, form: Posted, now: dt.datetime
) -> Look:
    collisions = _keep(ws, publication, language, account, form, now)
    found = _look(ws, publication, language, account, now)
    if found.sheet is None:
        return found
    return replace(found, sheet=_with(found.sheet, form, collisions))


def take(root: Path, publication: str, language: str, account: Account | None, form: Posted, now: dt.datetime) -> Taken:
    """A decision, judged by the rules of the review before it is handed in; what was typed is stored first."""
    with open_workspace(root) as ws:
        found = _kept(ws, publication, language, account, form, now)
        sheet = found.sheet
        if sheet is None:
            return Taken(found)
        request = sheet.request
        if form.digest != request.digest:
            return Taken(replace(found, sheet=replace(sheet, moved=True, waived=frozenset(), returned=frozenset())))
        if sheet.collisions:
            numbers = [i.number for i in request.items if i.segment in sheet.collisions]
            return _refused(found, [f"Segment {n}: two texts were typed, in two windows. Keep one." for n in numbers])
        if form.decision not in ("approve", "request_changes", "reject"):
            return _refused(found, ["Choose one of the three decisions."])
        answer = _answer(request, form, account, now)
        right = right_of(ws, publication, language, request.stage, answer.reviewer, find=_find(ws, account))
        problems = [*_first_problems(answer), *review.answer_problems(request, answer, found.segments, right)]
    return _refused(found, problems) if problems else Taken(found, answer=answer)


def _find(ws: Workspace, account: Account | None) -> Callable[[str], Account | None] | None:
    """The accounts, where the workspace has some: without them a name is a claim."""
    return people.load(ws.state).find if account else None


def sent(root: Path, answer: ReviewAnswer, account: Account | None) -> None:
    """Forget what went out with an answer and is no text of a sentence; those stay until they are the wording."""
    who = account.name if account else ""
    with open_workspace(root) as ws:
        kept = ws.store.typed.all(answer.publication, answer.language)
        ws.store.typed.forget(t for t in kept if t.reviewer == who and t.segment == COMMENT and t.base == answer.digest)
        ws.store.typed.forget(t for t in kept if answer.at - t.at > _RECENT)


def _refused(found: Look, problems: Sequence[str]) -> Taken:
    assert found.sheet is not None
    return Taken(replace(found, sheet=replace(found.sheet, problems=tuple(dict.fromkeys(problems)))))


def _first_problems(answer: ReviewAnswer) -> tuple[str, ...]:
    """What the schema of Prefect's form refuses beyond the rules of the review (`form.review_form`)."""
    out = []
    if len(answer.reviewer.strip()) < 2:
        out.append("Please give your name: an approval needs a person.")
    if answer.decision != "approve" and len(answer.comment.strip()) < 2:
        out.append("Please say in the comment what is wrong, so that somebody can mend it.")
    return tuple(out)


def _answer(request: ReviewRequest, form: Posted, account: Account | None, now: dt.datetime) -> ReviewAnswer:
    from pubpipe.server.form import blocking_findings

    items = {item.segment: item for item in request.items}
    decision: Any = form.decision
    return ReviewAnswer(
        publication=request.publication,
        language=request.language,
        stage=request.stage,
        digest=Hash(form.digest),
        decision=decision,
        reviewer=account.name if account else form.reviewer,
        comment=form.texts.get(COMMENT, "").strip(),
        texts={
            id_: text
            for id_, text in form.texts.items()
            if id_ != COMMENT and (id_ not in items or text != items[id_].target)
        },
        segments=tuple(sorted(int(n) for n in form.segments if _NUMBER.fullmatch(n)))
        if form.decision == "request_changes" and request.kind == "edition"
        else (),
        waive=tuple(name for n, (name, _) in enumerate(blocking_findings(request), 1) if str(n) in form.waive),
        at=now,
    )


def _keep(
    ws: Workspace, publication: str, language: str, account: Account | None, form: Posted, now: dt.datetime
) -> dict[str, Collision]:
    """Store what was typed; by segment, what was stored from elsewhere in between."""
    who = account.name if account else ""
    known = ws.store.publications.get(publication)
    if known is None or language not in known.languages:
        raise UnknownEdition
    present = view(ws, publication, language)
    stored = {(t.segment, t.base): t for t in ws.store.typed.all(publication, language) if t.reviewer == who}
    sources = {s.id: s.content for s in present.segments}
    collisions: dict[str, Collision] = {}
    for segment, text in form.texts.items():
        version, base = form.seen.get(segment, (0, ""))
        kept = stored.get((segment, base))
        looked = segment in form.looked
        typed: str | None = text
        if segment == COMMENT:
            looked = False
        elif segment not in sources and kept is None:
            continue
        elif _untouched(text, base, sources.get(segment), present.targets.get(segment)):
            typed = None if kept is None or kept.text is None else text
        if kept is None and not looked and not typed:
            continue
        done = ws.store.typed.save(
            Typed(publication, language, segment, base, who, version, typed, looked, now)
        )  # fmt: skip
        if isinstance(done, StoredOtherwise) and done.kept is not None and done.kept.text != typed:
            collisions[segment] = Collision(done.kept.text or "", done.kept.version)
    return collisions


def _untouched(text: str, base: str, source: Content | None, target: Content | None) -> bool:
    """Whether a text is still the one with the hash `base` that the box was filled in with."""
    if target is not None and text == to_markup(target):
        return True
    if source is None or not base:
        return not text.strip()
    try:
        return content_hash(from_markup(text, source)) == base
    except MarkupError:
        return False


def _with(sheet: Sheet, form: Posted, collisions: Mapping[str, Collision]) -> Sheet:
    """The sheet with what was ticked and typed in the form."""
    items = {item.segment: item for item in sheet.request.items}
    mine = {s: form.texts[s] for s in collisions if s in items or s == COMMENT}
    stale = {
        s: tuple(t for t in typed if t.text != form.texts.get(s) or s not in collisions)
        for s, typed in sheet.stale.items()
    }
    # the version that was stored meanwhile has been shown now: the next save is on top of it
    own = {
        s: k._replace(version=collisions[s].version) if s in collisions else k for s, k in sheet.own.items()
    }  # fmt: skip
    opened = {int(form.do.removeprefix("open-"))} if re.fullmatch(r"open-\d{1,6}", form.do) else set()
    return replace(
        sheet,
        collisions={s: c for s, c in collisions.items() if s in items},
        typed=mine,
        stale=stale,
        own=own,
        waived=form.waive,
        returned=form.segments,
        name=form.reviewer,
        opened=frozenset(opened),
    )


def _lines(text: str) -> str:
    """What a browser sends for a line break is CR LF; ours is LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _version(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 0


# ---- the pages


def _preview(ws: Workspace, present: EditionView) -> Preview:
    """The page pictures that lie beside the preview, as the note beside them says."""
    folder = output_folder(ws, present.publication) / present.profile.tag / "review"
    here = review_address("", present.publication, present.profile.tag)
    pdf = folder / f"{present.publication}.{present.profile.tag}.preview.pdf"
    link = f"{here}/preview.pdf" if pdf.is_file() else ""
    try:
        note = json.loads((folder / PICTURES / NOTE).read_text(encoding="utf-8"))
        return Preview(
            folder=f"{here}/{PICTURES}",
            sizes=tuple((int(w), int(h)) for w, h in note["sizes"]),
            version=str(note["version"]),
            pages={int(n): int(p) for n, p in note["segments"].items()},
            pdf=link,
            older=note["text"] != shown_text(present),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Preview(pdf=link)


def preview_file(root: Path, publication: str, language: str, name: str) -> bytes | None:
    """A page picture ("pages/3.webp") or the PDF ("preview.pdf") of an edition's preview; None where there is none."""
    with open_workspace(root) as ws:
        if ws.store.publications.get(publication) is None:
            return None
        folder = output_folder(ws, publication) / language / "review"
    path = folder / (f"{publication}.{language}.preview.pdf" if name == "preview.pdf" else name)
    try:
        return path.read_bytes()
    except OSError:
        return None


__all__ = [
    "Look", "Posted", "Taken", "UnknownEdition", "entries", "keep", "look", "news", "posted", "preview_file",
    "save_one", "sent", "take",
]  # fmt: skip
