"""A review as a table that travels in a file, and what came back in it, whichever format carried it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pubpipe.errors import ReviewError
from pubpipe.identity import Hash, digest
from pubpipe.model import Content, LanguageTag, MarkupError, ReviewItem, ReviewRequest, Text, Value, from_markup

Decision = Literal["approve", "request_changes", "reject"]

DECISIONS: dict[Decision, str] = {
    "approve": "approve",
    "request_changes": "request changes",
    "reject": "reject",
}
"""What a reviewer writes in the file for each decision."""

_ORIGINS = {
    "open": "no translation yet",
    "copy": "copied: nothing to translate",
    "context": "from the translation memory, same neighbours",
    "exact": "from the translation memory",
    "engine": "machine translation",
    "human": "written by a person",
}


class SheetRow(Value):
    """One segment as it goes out."""

    segment: str
    number: int
    source: str
    """In the short form of `model.to_markup`, as `target`."""
    target: str
    """Empty while the segment is open."""
    base: Hash | None = None
    """Hash of the translation shown; None while the segment is open."""
    source_hash: Hash | None = None
    about: tuple[str, ...] = ()
    """Origin, reason, terms and findings in words, one line each."""
    state: Literal["open", "waiting", "approved", "rejected"] = "waiting"


class Sheet(Value):
    """One round of one edition as it goes out."""

    publication: str
    title: str
    language: LanguageTag
    language_name: str
    stage: str
    round: int
    digest: Hash
    """`ReviewRequest.digest` of the round."""
    rows: tuple[SheetRow, ...]
    comments: tuple[str, ...] = ()
    """What earlier reviewers said, and what was wrong with the last answer."""


class Stamp(Value):
    """What a file says of itself; anything may be missing, because other programs drop what they do not know."""

    publication: str = ""
    language: str = ""
    digest: str = ""
    """The request's digest, or its first twelve digits where only the visible file code was left."""
    bases: dict[str, str] = {}
    """Row code to the first twelve digits of the hash of the translation that the file was made with ("" where
    there was none)."""


class ReturnedRemark(Value):
    """Something a reviewer said instead of changing it."""

    author: str = ""
    text: str
    quoted: str = ""
    """The words that a comment is anchored to."""


class ReturnedRow(Value):
    """One row as it came back, with every mark that may say which segment it is."""

    place: str
    """Where it stands in the file, in words ("row 7")."""
    number: int | None = None
    code: str = ""
    """The visible row code (`row_code`)."""
    anchor: str = ""
    """Segment id by a mark that belongs to the row (a bookmark, an XML id)."""
    control: str = ""
    """Segment id by a mark around the translation, which moves and is copied with the text."""
    base: str = ""
    """First twelve digits of the hash of the translation that the row was made with, by the row's own mark."""
    control_base: str = ""
    """The same by the mark around the translation."""
    source: str | None = None
    target: str = ""
    authors: tuple[str, ...] = ()
    """Who changed the translation, where the file says so."""
    remarks: tuple[ReturnedRemark, ...] = ()
    strange: tuple[str, ...] = ()
    """What stands in the translation besides text, in words ("a picture")."""
    broken: str = ""
    """Why the row cannot be read as one segment, in words; empty if it can."""
    others: tuple[str, ...] = ()
    """Ids and codes of all segments of which marks stand in a broken row."""
    state: str = ""
    """The state that a translation tool gave it."""


class Returned(Value):
    """A file as it came back."""

    stamp: Stamp
    rows: tuple[ReturnedRow, ...]
    decision: Decision | None = None
    decision_text: str = ""
    """What stood at the decision when it is none of those that can be chosen."""
    reviewer: str = ""
    remarks: tuple[ReturnedRemark, ...] = ()
    """What was said outside of the rows."""


def sheet(request: ReviewRequest, *, whole: bool = False) -> Sheet:
    """The round as a table: the segments that it asks for, or all of them with `whole` (and where it asks for
    none).
    """
    items = request.items if whole else request.attention or request.items
    return Sheet(
        publication=request.publication,
        title=request.title,
        language=request.language,
        language_name=request.language_name,
        stage=request.stage,
        round=request.round,
        digest=request.digest,
        rows=tuple(row(item) for item in items),
        comments=(*request.problems, *request.comments),
    )


def row(item: ReviewItem) -> SheetRow:
    """The table row of a segment under review."""
    return SheetRow(
        segment=item.segment,
        number=item.number,
        source=item.source,
        target=item.target,
        base=item.target_hash,
        source_hash=item.source_hash,
        about=tuple(_about(item)),
        state=item.state,
    )


def _about(item: ReviewItem) -> Iterable[str]:
    yield _ORIGINS[item.origin] + (f" ({item.detail})" if item.detail else "")
    if item.reason:
        yield item.reason
    if item.previous_source:
        yield f"English before: {item.previous_source}"
    if item.previous_target:
        yield f"Approved before: {item.previous_target}"
    if item.change is not None:
        yield f"What changed: {item.change.marked}"
    if item.carried:
        yield f"Not asked again: {item.carried}"
    for hit in item.terms:
        if hit.keep:
            yield f"Term: {hit.surface} stays as it is"
        elif hit.preferred:
            also = f" (also: {', '.join(hit.allowed)})" if hit.allowed else ""
            yield f"Term: {hit.surface} → {hit.preferred}{also}"
        if hit.forbidden:
            yield f"Not: {', '.join(hit.forbidden)}"
    if item.suggestion:
        what = f"Similar ({item.suggestion.score} %)" if item.suggestion.score else "Offered"
        yield f"{what}: {item.suggestion.target}"
        if (change := item.suggestion.change) is not None:
            yield f"Compared with that English: {'; '.join(change.words)}: {change.marked}"
    for finding in item.findings:
        yield f"{_SEVERITIES[finding.severity]}: {finding.message}"


_SEVERITIES = {"info": "Note", "warning": "Look", "error": "Probably wrong", "block": "Stops publication"}


def row_code(segment: str) -> str:
    """The short code of a segment that people see beside its number: it tells a damaged number from a true one."""
    return digest("review row", 1, segment)[:6]


def short_base(value: Hash | None) -> str:
    """How much of a translation's hash a file carries; "" for none."""
    return value[:12] if value else ""


def decision_of(text: str) -> tuple[Decision | None, str]:
    """(the decision that was written, what was written if it is none)."""
    written = " ".join(text.replace("_", " ").split()).strip(" .:").casefold()
    if not written:
        return None, ""
    for decision, words in DECISIONS.items():
        if written in (words, decision.replace("_", " "), f"{words}d", words.rstrip("e") + "ed"):
            return decision, ""
    return None, text.strip()


def tagged(markup: str, source: Content) -> Content:
    """The content of a short form for a format with tags of its own; marks that the source does not have stay
    text, so that nothing is lost.
    """
    try:
        return from_markup(markup, source)
    except MarkupError:
        return (Text(text=markup),)


def wrong_file(name: str, why: str, remedy: str = "") -> ReviewError:
    """The error for a file that cannot be taken back."""
    return ReviewError(
        f"{name}: {why}.",
        remedy=remedy or "Send back the file that 'pubpipe review export' made, saved in the same format.",
    )


__all__ = [
    "DECISIONS",
    "Decision",
    "Returned",
    "ReturnedRemark",
    "ReturnedRow",
    "Sheet",
    "SheetRow",
    "Stamp",
    "decision_of",
    "row",
    "row_code",
    "sheet",
    "short_base",
    "tagged",
    "wrong_file",
]
