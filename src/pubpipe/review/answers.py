"""What a reviewer's answer is: problems that it has, or the edits and decisions that it makes."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from pubpipe.errors import ReviewError
from pubpipe.identity import Hash, content_hash
from pubpipe.languages import canonical, profile
from pubpipe.model import (
    Content,
    Decision,
    Edit,
    Finding,
    MarkupError,
    ReviewAnswer,
    ReviewItem,
    ReviewRequest,
    Segment,
    Verdict,
    from_markup,
    plain,
    tag_problems,
)
from pubpipe.review.requests import request_digest
from pubpipe.review.right import Right
from pubpipe.review.right import right as right_of
from pubpipe.review.stages import Stage, person
from pubpipe.review.standing import finding_name

_NEWLINES = re.compile(r"[ \t]*[\r\n\u2028\u2029]+[ \t]*")


def answer_problems(
    request: ReviewRequest, answer: ReviewAnswer, segments: Sequence[Segment], right: Right | None = None
) -> tuple[str, ...]:
    """Why an answer cannot be taken, in words for the reviewer; empty if it can.

    JSON Schema has checked the form; this is what only Python can check. `right`: what `review.right` says of the
    reviewer; without it the names in the request count. Findings of severity "error" are shown and do not stop an
    approval; those of severity "block" do, until mended or waived.
    """
    right = right or _listed(request, answer)
    if (answer.publication, answer.language, answer.stage) != (
        request.publication,
        request.language,
        request.stage,
    ):
        return (f"This answer is for {answer.publication}/{answer.language}, stage {answer.stage!r}.",)
    if answer.digest != request.digest or request.digest != request_digest(request):
        return ("The text has changed since this form was opened. Please look at it again in this new round.",)
    problems: list[str] = []
    if right.why:
        problems.append(right.why)
    if answer.decision != "approve" and not answer.comment.strip():
        problems.append("Please say in the comment what is wrong, so that somebody can mend it.")
    items = {item.segment: item for item in request.items}
    problems += [f"There is no segment {id_!r} in this text." for id_ in answer.texts if id_ not in items]
    numbers = {item.number for item in request.items}
    problems += [f"There is no segment number {n} in this text." for n in answer.segments if n not in numbers]
    sources = {s.id: s for s in segments}
    changed: set[str] = set()
    for item in request.items:
        found, target = _problems_of(item, sources.get(item.segment), answer, request)
        problems += found
        if target is not None:
            changed.add(item.segment)
    if request.kind == "edition" and answer.decision == "approve":
        problems += [
            f"Segment {i.number}: this stage approves the text as it is. Choose request changes to change it."
            for i in request.items
            if i.segment in changed
        ]
    problems += _finding_problems(request, answer, changed)
    if not problems:
        problems += _eyes_problems(request, answer, changed)
    return tuple(problems)


def decisions_for(
    request: ReviewRequest, answer: ReviewAnswer, segments: Sequence[Segment], right: Right | None = None
) -> tuple[tuple[Edit, ...], tuple[Decision, ...]]:
    """The edits and decisions that an answer makes, bound to what was shown and typed.

    For an answer without problems (`answer_problems`); ReviewError for any other. Approving covers the
    segments that were asked for, those that were edited, and the copies (numbers, dashes) shown beside them; with
    four eyes not those that are in the reviewer's own wording, which wait for another person (`left_to_others`).
    """
    right = right or _listed(request, answer)
    problems = answer_problems(request, answer, segments, right)
    if problems:
        raise ReviewError(f"The answer cannot be taken: {problems[0]}")
    sources = {s.id: s for s in segments}
    hashes: dict[str, Hash | None] = {}
    edits: list[Edit] = []
    for item in request.items:
        source = sources[item.segment]
        target = _typed(item, source.content, answer, request)
        hashes[item.segment] = item.target_hash if target is None else content_hash(target)
        if target is not None:
            edits.append(
                Edit(
                    publication=request.publication,
                    language=request.language,
                    segment=item.segment,
                    source_hash=source.source_hash,
                    target=target,
                    editor=answer.reviewer.strip(),
                    at=answer.at,
                    note=answer.comment.strip(),
                    editors=answer.authors.get(item.segment, ()),
                )
            )
    decisions = [_waiver(request, answer, *found, hashes) for found in _waived(request, answer.waive)]
    if request.kind == "edition" and answer.decision != "request_changes":
        decisions.append(
            _decision(request, answer, answer.decision).model_copy(update={"edition_hash": request.edition_hash})
        )
    else:
        touched = {e.segment for e in edits}
        left = _left(request, answer, touched)
        decisions += [
            _about(request, answer, item, hashes[item.segment])
            for item in _decided(request, answer, touched)
            if item.segment not in left
        ]
    if right.behalf:
        decisions = [d.model_copy(update={"behalf": right.behalf}) for d in decisions]
    return tuple(edits), tuple(decisions)


def left_to_others(request: ReviewRequest, answer: ReviewAnswer, segments: Sequence[Segment]) -> tuple[int, ...]:
    """Numbers of the segments that this approval leaves to another person, because the wording is the reviewer's own.

    For an answer without problems. Empty where the project lets people approve their own wording.
    """
    sources = {s.id: s.content for s in segments}
    touched = {
        i.segment
        for i in request.items
        if i.segment in sources and _typed(i, sources[i.segment], answer, request) is not None
    }
    left = _left(request, answer, touched)
    return tuple(i.number for i in _decided(request, answer, touched) if i.segment in left)


def only_for_others(request: ReviewRequest, reviewer: str) -> tuple[int, ...]:
    """Numbers of the segments that this round asks for, if all of them are in this person's own wording and wait for
    another; empty otherwise.
    """
    own = [i for i in request.attention if _by(i, reviewer)]
    if request.self_approval or request.kind == "edition" or len(own) < len(request.attention):
        return ()
    return tuple(i.number for i in own)


def typed_content(typed: str, source: Content, language: str) -> Content | None:
    """What somebody typed as it would be stored; None where it is nothing, or cannot be printed. MarkupError where its
    marks cannot be read."""
    text = _clean(typed, language)
    if not text or _unprintable(text):
        return None
    target = from_markup(text, source)
    return target if plain(target).strip() or target else None


def reopening(publication: str, language: str, stage: str, reviewer: str, note: str, at: dt.datetime) -> Decision:
    """The decision that lifts every rejection of an edition before it; approvals are not touched."""
    if not reviewer.strip() or not note.strip():
        raise ReviewError("Reopening needs a name and a reason.", remedy="Give both.")
    return Decision(
        publication=publication,
        language=language,
        stage=stage,
        verdict="reopen",
        reviewer=reviewer.strip(),
        at=at,
        note=note.strip(),
    )


def _listed(request: ReviewRequest, answer: ReviewAnswer) -> Right:
    """The right that the names in the request give."""
    stage = Stage(name=request.stage, kind=request.kind, people={request.language: request.people})
    return right_of(stage, request.language, answer.reviewer, at=answer.at)


def _by(item: ReviewItem, reviewer: str) -> bool:
    """Whether this person had a hand in the wording."""
    return person(reviewer) in {person(author) for author in item.authors}


def _left(request: ReviewRequest, answer: ReviewAnswer, touched: set[str]) -> set[str]:
    """Segments that an approval does not cover: the wording is the reviewer's own, typed in this answer or before."""
    if answer.decision != "approve" or request.self_approval:
        return set()
    return touched | {i.segment for i in request.items if _by(i, answer.reviewer) and i.segment not in touched}


def _eyes_problems(request: ReviewRequest, answer: ReviewAnswer, changed: set[str]) -> list[str]:
    """Four eyes: nobody approves what they wrote. An answer is refused where nothing else is left of it."""
    left = _left(request, answer, changed)
    if request.kind == "edition":
        own = [i for i in request.items if i.segment in left]
    else:
        decided = _decided(request, answer, changed)
        own = [i for i in decided if i.segment in left]
        if len(own) < len(decided) or changed or answer.waive:
            return []
    if not own:
        return []
    numbers = ", ".join(str(i.number) for i in own[:20]) + (f" and {len(own) - 20} more" if len(own) > 20 else "")
    which = f"Segment {numbers} is" if len(own) == 1 else f"Segments {numbers} are"
    return [
        f"{which} in the wording of {answer.reviewer.strip()}, and nobody approves a stage on text that they last "
        "edited: another person has to. (A project that wants it otherwise says self_approval = true under [review] "
        "in pubpipe.toml.)"
    ]


def _decided(request: ReviewRequest, answer: ReviewAnswer, touched: set[str]) -> list[ReviewItem]:
    """The items that an answer decides on one by one."""
    if answer.decision == "approve":
        return [
            item
            for item in request.items
            if item.attention
            or item.segment in touched
            or (item.origin == "copy" and item.state not in ("approved", "rejected"))
        ]
    if answer.segments:
        return [i for i in request.items if i.number in answer.segments or i.segment in touched]
    if request.kind == "edition":
        return list(request.items)
    asked = [i for i in request.items if i.attention or i.segment in touched]
    return asked or [i for i in request.items if i.state != "approved"]


def _decision(request: ReviewRequest, answer: ReviewAnswer, verdict: Verdict) -> Decision:
    return Decision(
        publication=request.publication,
        language=request.language,
        stage=request.stage,
        verdict=verdict,
        reviewer=answer.reviewer.strip(),
        at=answer.at,
        note=answer.comment.strip(),
        run=answer.run,
    )


def _about(request: ReviewRequest, answer: ReviewAnswer, item: ReviewItem, target: Hash | None) -> Decision:
    return _decision(request, answer, answer.decision).model_copy(
        update={
            "segment": item.segment,
            "source_hash": item.source_hash,
            "target_hash": target,
            "terms_hash": item.terms_hash,
        }
    )


def _waived(request: ReviewRequest, names: Iterable[str]) -> list[tuple[Finding, ReviewItem | None]]:
    wanted = set(names)
    found: list[tuple[Finding, ReviewItem | None]] = [(f, None) for f in request.findings if finding_name(f) in wanted]
    for item in request.items:
        if request.covers(item):
            found += [(f, item) for f in item.findings if finding_name(f) in wanted]
    return found


def _waiver(
    request: ReviewRequest,
    answer: ReviewAnswer,
    finding: Finding,
    item: ReviewItem | None,
    hashes: Mapping[str, Hash | None],
) -> Decision:
    made = _decision(request, answer, "waive").model_copy(update={"finding": finding_name(finding)})
    if item is None:
        return made
    return made.model_copy(
        update={
            "segment": item.segment,
            "source_hash": item.source_hash,
            "target_hash": hashes[item.segment],
            "terms_hash": item.terms_hash,
        }
    )


def _finding_problems(request: ReviewRequest, answer: ReviewAnswer, changed: set[str]) -> list[str]:
    shown = {finding_name(f): None for f in request.findings}
    where: dict[str, set[str]] = {}
    for item in request.items:
        for finding in item.findings:
            shown[finding_name(finding)] = None
            where.setdefault(finding_name(finding), set()).add(item.segment)
    problems = [f"There is no finding {name!r} to waive." for name in answer.waive if name not in shown]
    if answer.decision == "approve":
        for name in request.blocking:
            mended = name in where and where[name] <= changed
            if name not in answer.waive and not mended:
                problems.append(f"This stops publication: mend it, or waive it in your name: {name}")
    return problems


def _problems_of(
    item: ReviewItem, segment: Segment | None, answer: ReviewAnswer, request: ReviewRequest
) -> tuple[list[str], Content | None]:
    """(what is wrong with the text of one item, the new text if it was changed)."""
    place = f"Segment {item.number}"
    if segment is None or segment.source_hash != item.source_hash:
        return [f"{place}: the source has changed. Please open the review again."], None
    typed = answer.texts.get(item.segment)
    if typed is not None and (strange := _unprintable(typed)):
        return [f"{place}: the character {strange} cannot be printed. Please type it again."], None
    if not _clean(item.target if typed is None else typed, request.language) and answer.decision == "approve":
        if item.attention or typed is not None:
            return [f"{place}: there is no translation. Please write one, or request changes."], None
        return [], None
    try:
        target = _typed(item, segment.content, answer, request)
        if target is None and not (answer.decision == "approve" and item.attention and item.target):
            return [], None
        # what stands there may have been typed in an answer that was refused for its tags: asking again mends nothing
        shown = from_markup(item.target, segment.content) if target is None else target
    except MarkupError as error:
        return [f"{place}: {error}."], None
    return [f"{place}: {problem}." for problem in tag_problems(segment.content, shown)], target


def _typed(item: ReviewItem, source: Content, answer: ReviewAnswer, request: ReviewRequest) -> Content | None:
    """The typed text as content, None where it is the text that was shown. An emptied field changes nothing."""
    typed = answer.texts.get(item.segment)
    if typed is None:
        return None
    text = _clean(typed, request.language)
    if not text or text == _clean(item.target, request.language):
        return None
    target = from_markup(text, source)
    return target if plain(target).strip() or target else None


def _clean(text: str, language: str) -> str:
    """Typed text in the form that is stored: canonical, on one line (line breaks are tags), no space around."""
    joint = " " if profile(language).spaced else ""
    return canonical(_NEWLINES.sub(joint, text.strip())).strip()


def _unprintable(text: str) -> str:
    for character in text:
        if character in "\t\r\n":
            continue
        if unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn"):
            return f"U+{ord(character):04X}"
    return ""
