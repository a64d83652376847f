"""A review that travels as a file: what goes out, what is kept of it here, and what a returned file does.

The file is a third door to the same decision: it ends as a `ReviewAnswer` for the round that waits, under the same
rules as the form and the terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from pubpipe.errors import ReviewError
from pubpipe.exchange import bilingual, intake, review_docx, xliff, xlsx
from pubpipe.exchange.bilingual import Decision, Returned, Sheet
from pubpipe.exchange.intake import Intake, Question, Remark
from pubpipe.exchange.office import open_parts
from pubpipe.identity import digest_bytes, short
from pubpipe.languages import fold
from pubpipe.model import LanguageTag, ReviewAnswer, ReviewRequest, Value, from_markup, to_markup
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.reviewing import request_for
from pubpipe.pipeline.workspace import Workspace, write_atomically

_FOLDER = "reviews"
_DIGEST = re.compile(r"[0-9a-f]{12,64}")
_MOST = 20_000
"""Rows of a file that is taken back: the longest publication has a tenth of that."""
_LONGEST = 6_000
"""Characters of a comment that a file makes: what is beyond stays in the file, and the comment says so."""

FORMATS: dict[str, tuple[Callable[[Sheet], bytes], str]] = {
    "word": (review_docx.write, ".docx"),
    "xlsx": (xlsx.write, ".xlsx"),
    "xliff": (xliff.write, ".xlf"),
    "xliff-1.2": (xliff.write_1_2, ".xlf"),
}
"""Name of a format to what writes it, and the suffix of its files."""


class OutgoingFile(Value):
    """A review round as a file."""

    publication: str
    language: LanguageTag
    stage: str
    round: int
    rows: int
    name: str
    """What to call it."""
    data: bytes


class Verdict(Value):
    """What a returned file comes to: the answer that it makes, and why it is not the one that was asked for."""

    answer: ReviewAnswer | None = None
    """None where there is nothing to record."""
    hindrances: tuple[str, ...] = ()
    """Why the decision in the file does not count, one line each; the clear corrections are kept all the same."""


def export(ws: Workspace, publication: str, language: str, format: str, *, whole: bool = False) -> OutgoingFile:
    """The round that waits now as a file for a reviewer; ReviewError where none waits.

    The same round gives the same bytes. What went out is noted in the workspace, so that a file that comes back late
    or through a program that drops its hidden marks can still be compared with what it was made from.
    """
    write, suffix = FORMATS[format]
    request = _waiting(view(ws, publication, language))
    sheet = bilingual.sheet(request, whole=whole)
    note = {
        "sheet": bilingual.sheet(request, whole=True).model_dump(mode="json"),
        "asked": [item.segment for item in request.attention or request.items],
    }
    path = ws.state / _FOLDER / f"{request.digest}.json"
    if not path.is_file():
        write_atomically(path, json.dumps(note, ensure_ascii=False, sort_keys=True).encode("utf-8"))
    return OutgoingFile(
        publication=publication,
        language=language,
        stage=request.stage,
        round=request.round,
        rows=len(sheet.rows),
        name=f"{publication}.{language}.review{suffix}",
        data=write(sheet),
    )


def take(
    ws: Workspace, data: bytes, name: str, *, publication: str | None = None, language: str | None = None
) -> tuple[Intake, ReviewRequest]:
    """(what a returned file says, the round that waits now); nothing is recorded.

    `publication` and `language` are for a file that lost all that it says of itself. Raises ReviewError for a file
    of another kind, another workspace, or an edition that does not wait for a review.
    """
    returned = _read(data, name)
    stamp = returned.stamp
    if not 0 < len(returned.rows) <= _MOST:
        raise bilingual.wrong_file(name, "there is no row of a review in it, or far too many")
    if stamp.digest and not _DIGEST.fullmatch(stamp.digest):
        raise bilingual.wrong_file(name, "what it says of itself was changed by hand")
    for what, said, given in (
        ("publication", stamp.publication, publication),
        ("language", stamp.language, language),
    ):
        if said and given and said != given:
            raise ReviewError(f"{name}: it is of {what} {said!r}, not {given!r}.", remedy="Name the right file.")
        if not said and not given:
            raise ReviewError(
                f"{name}: it no longer says which {what} it is of.",
                remedy=f"If you know it for sure, say so with --{what}.",
            )
    publication, language = stamp.publication or publication or "", stamp.language or language or ""
    if ws.store.publications.get(publication) is None:
        raise ReviewError(
            f"{name}: it is of publication {publication!r}, which this workspace does not have.",
            remedy="Is it from another workspace? Name that one with --workspace.",
        )
    if not ws.store.drafts.origins(publication, language):
        raise ReviewError(
            f"{name}: {publication} has no edition in language {language!r} here.",
            remedy="'pubpipe review list' shows what waits.",
        )
    present = view(ws, publication, language)
    request = _waiting(present)
    base, asked = _note(ws, stamp.digest, publication, language)
    result = intake.take_in(
        returned,
        bilingual.sheet(request, whole=True),
        {s.id: s.content for s in present.segments},
        base=base,
        asked=asked or tuple(i.segment for i in request.attention or request.items),
        history=_history(present),
    )
    return result, request


def settle(
    ws: Workspace,
    taken: Intake,
    request: ReviewRequest,
    *,
    name: str,
    data: bytes,
    reviewer: str = "",
    decision: Decision | None = None,
    comment: str = "",
    waive: tuple[str, ...] = (),
) -> Verdict:
    """The answer that a file makes: the decision that it (or its sender) gives, or else its corrections sent back for
    another look.

    A file that one person signed can be brought in by another (`reviewer`): then its corrections count, its decision
    does not. A decision counts only without questions and for the very round that waits; an approval also needs every
    sentence that was asked for to have come back, beside its very English. Where it does not count, the clear
    corrections are kept as "request changes". Raises ReviewError where the file contradicts `decision`, or nobody is
    named.
    """
    if decision and taken.decision and decision != taken.decision:
        raise ReviewError(
            f"{name}: it says {bilingual.DECISIONS[taken.decision]!r}, --decision says "
            f"{bilingual.DECISIONS[decision]!r}.",
            remedy="Ask the reviewer, and leave --decision out or correct the file.",
        )
    brought = bool(reviewer and taken.reviewer and fold(reviewer) != fold(taken.reviewer))
    wanted = decision or taken.decision
    hindrances = _hindrances(taken, request, wanted)
    if brought and decision is None and wanted in ("approve", "reject"):
        hindrances = (f"it is that of {taken.reviewer}, and {reviewer.strip()} cannot decide in another's name",)
    says = bool(taken.proposals or taken.remarks or taken.questions)
    if (wanted is None or hindrances) and (not says or _taken_before(ws, taken, data)):
        return Verdict(hindrances=hindrances)
    who = reviewer.strip() or taken.reviewer.strip() or (taken.authors[0] if len(taken.authors) == 1 else "")
    if not who:
        names = f" Those who changed it: {', '.join(taken.authors)}." if taken.authors else ""
        raise ReviewError(f"{name}: it does not say who reviewed it.{names}", remedy="Name them with --reviewer.")
    settled: Decision = "request_changes" if wanted is None or hindrances else wanted
    touched = {p.number for p in taken.proposals} | {q.number for q in taken.questions if q.number}
    touched |= {r.number for r in taken.remarks if r.number}
    numbers = tuple(sorted(touched & {i.number for i in request.items}))
    answer = ReviewAnswer(
        publication=request.publication,
        language=request.language,
        stage=request.stage,
        digest=request.digest,
        decision=settled,
        reviewer=who,
        comment=_comment(taken, who, comment, name, data, settled),
        texts={p.segment: p.text for p in taken.proposals},
        authors={p.segment: p.authors for p in taken.proposals if {*map(fold, p.authors)} - {fold(who)}},
        waive=waive if settled == "approve" else (),
        segments=numbers if settled == "request_changes" else (),
        at=ws.now(),
    )
    return Verdict(answer=answer, hindrances=hindrances)


def not_kept(ws: Workspace, request: ReviewRequest, answer: ReviewAnswer) -> dict[str, str]:
    """Segment id to text, for corrections that the form of a waiting run had no place for and that did not arrive.

    A form holds the texts of the segments that its round asks for, and none where the whole edition is decided on.
    ReviewError while the run has not taken the answer yet: nobody can say then what will arrive.
    """
    asked = {i.segment for i in request.attention} if request.kind == "segments" else set()
    beyond = {segment: text for segment, text in answer.texts.items() if segment not in asked}
    if not beyond:
        return {}
    rounds = ws.store.rounds.all(answer.publication, answer.language)
    if not any(r.digest == answer.digest for r in rounds):
        raise ReviewError(
            f"the run has not taken the answer yet, and {len(beyond)} corrections go beyond what it asked for.",
            remedy="Import the file once more when the run has moved on: 'pubpipe status' shows it.",
        )
    present = view(ws, answer.publication, answer.language)
    recorded = {e.segment: e for e in ws.store.edits.all(answer.publication, answer.language)}
    out = {}
    for segment in present.segments:
        text, edit = beyond.get(segment.id), recorded.get(segment.id)
        if text is None:
            continue
        typed = from_markup(text, segment.content)
        if typed not in (present.targets[segment.id], edit.target if edit else None):
            out[segment.id] = text
    return out


def _waiting(present: EditionView) -> ReviewRequest:
    where = f"{present.publication}/{present.profile.tag}"
    if not present.drafts:
        raise ReviewError(f"{where} was not translated yet.", remedy="Run 'pubpipe publish' first.")
    request = request_for(present)
    if request is None:
        raise ReviewError(
            f"{where} does not wait for a review: it is {present.standing.state}.",
            remedy="A rejected edition waits again after 'pubpipe review reopen'; an approved one after a change.",
        )
    return request


def _read(data: bytes, name: str) -> Returned:
    """What came back, by what the file is and not by what it is called."""
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        is_sheet = "xl/workbook.xml" in open_parts(data, name)
        return xlsx.read(data, name) if is_sheet else review_docx.read(data, name)
    if b"xliff" in data[:4_000].replace(b"\x00", b"").lower():
        return xliff.read(data, name)
    raise bilingual.wrong_file(name, "it is neither a Word document (.docx) nor a spreadsheet (.xlsx) nor XLIFF")


def _note(ws: Workspace, digest: str, publication: str, language: str) -> tuple[Sheet | None, tuple[str, ...]]:
    """(the table that went out with this digest, the segments that it asked for), where this workspace made it."""
    folder = ws.state / _FOLDER
    if not digest or not folder.is_dir():
        return None, ()
    found = sorted(folder.glob(f"{digest}*.json"))
    if len(found) != 1:
        return None, ()
    try:
        note = json.loads(found[0].read_text(encoding="utf-8"))
        sheet, asked = Sheet.model_validate(note["sheet"]), tuple(str(s) for s in note["asked"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, ()  # a damaged note is as good as none: the file's own marks remain
    if (sheet.publication, sheet.language) != (publication, language):
        raise ReviewError(
            f"its file code is that of {sheet.publication}/{sheet.language}, but it says {publication}/{language}.",
            remedy="Parts of two files were mixed, or it was changed by hand: export again.",
        )
    return sheet, asked


def _history(present: EditionView) -> Mapping[str, str]:
    """Short hash to text, for everything that people wrote in this edition."""
    from pubpipe.identity import content_hash

    edits = present.ws.store.edits.all(present.publication, present.profile.tag)
    return {bilingual.short_base(content_hash(e.target)): to_markup(e.target) for e in edits}


def _hindrances(taken: Intake, request: ReviewRequest, wanted: Decision | None) -> tuple[str, ...]:
    if wanted not in ("approve", "reject"):
        return ()
    why = []
    if not taken.current:
        why.append("the file does not show the text as it waits now: whoever decides has to see that")
    if taken.questions:
        why.append(f"{len(taken.questions)} questions are open")
    asked = {i.number for i in request.attention} or {i.number for i in request.items}
    gone = [n for n in taken.missing if n in asked]
    other = [n for n in taken.reworded if n in asked]
    if wanted == "approve" and other:
        why.append(f"the English in the file is not that of the edition: {_numbers(other)}")
    if wanted == "approve" and gone:
        why.append(f"sentences that were asked for are not in the file: {_numbers(gone)}")
    return tuple(why)


def _mark(data: bytes) -> str:
    return f"file {short(digest_bytes(data))}"


def _taken_before(ws: Workspace, taken: Intake, data: bytes) -> bool:
    """Whether this very file was recorded already and has nothing new."""
    if taken.proposals:
        return False
    rounds = ws.store.rounds.all(taken.publication, taken.language)
    return any(_mark(data) in str(r.answer.get("comment", "")) and not r.problems for r in rounds)


def _comment(taken: Intake, who: str, comment: str, name: str, data: bytes, decision: Decision) -> str:
    """What stands in the record beside the edits: remarks, questions, and whose hand each edit was."""
    lines = [comment.strip()] if comment.strip() else []
    if not lines or decision == "request_changes":
        lines.append(f"Edits from {name} ({_mark(data)}).")
    if taken.reviewer and fold(taken.reviewer) != fold(who):
        lines.append(f"The file is signed by {taken.reviewer}.")
    lines += [
        f"Segment {p.number}: wording of {', '.join(p.authors)}." for p in taken.proposals if set(p.authors) - {who}
    ]
    lines += [_said(remark) for remark in taken.remarks]
    lines += [_asked(question) for question in taken.questions]
    text = "\n".join(lines)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…\n(the rest is in {name})"


def _said(remark: Remark) -> str:
    where = f"Segment {remark.number}" if remark.number else "Remark"
    author = f" ({remark.author})" if remark.author else ""
    quoted = f" on “{remark.quoted}”" if remark.quoted else ""
    return f"{where}{author}{quoted}: {remark.text}"


def _asked(question: Question) -> str:
    where = f"Segment {question.number}" if question.number else question.place or "The file"
    return f"{where}: not taken, {question.what}: “{question.theirs}”"


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    return f"{shown} and {len(numbers) - 10} more" if len(numbers) > 10 else shown


__all__ = ["FORMATS", "OutgoingFile", "Verdict", "export", "not_kept", "settle", "take"]
