"""The review form of the Prefect interface: a request becomes its fields, what was submitted becomes an answer."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pubpipe.model import ReviewAnswer, ReviewItem, ReviewRequest
from pubpipe.server import signature, wording

if TYPE_CHECKING:
    from prefect.input import RunInput

ABOUT = "x-pubpipe"
"""Where the form's schema says what it is about, for the run that reads the answer."""
OTHERS = "other_texts"
"""The field for corrections of segments that the form does not ask for, as JSON {segment id: text}. No interface shows
it: the review page and the terminal fill it in."""
AUTHORS = "text_authors"
"""The field that says who typed a text, where another hands it in, as JSON {segment id: [names]}; not shown either."""
_PREFIX = "segment_"
_NUMBERS = r"^\s*(\d+(\s*-\s*\d+)?(\s*[,;\s]\s*\d+(\s*-\s*\d+)?)*)?\s*$"
ROLES = {"item": "list", "cell": "table", "note": "footnote", "alt": "alternative text"} | {
    "chart-title": "title of a chart",
    "chart-axis": "axis of a chart",
    "chart-series": "series of a chart",
    "chart-category": "category of a chart",
    "chart-label": "label in a chart",
    "diagram": "diagram",
}

KEEPS = (
    "**This window does not keep what you type.** Closing it or leaving the page loses it; a refused answer does not. "
)
BETTER = (
    "For more than a few words work on the [review page]({page}): it saves as you type, and its answer is this one."
)
WITHOUT_PAGE = "For long edits work in the terminal (`pubpipe review`) and paste, or answer there."


def review_form(
    request: ReviewRequest, *, markdown: bool = True, artifact: str = "", page: str = "", accounts: bool = False
) -> type[RunInput]:
    """The form that a suspended run waits with: one text area a segment, and the decision after them.

    Every rule that JSON Schema can say is in the schema, because only that is checked while the dialog is
    still open: the decision and the name have no default (an empty answer would approve); the digest is a
    constant (an answer to another text is refused); each translation is required although it is filled in, because v1
    leaves an emptied box out and the machine's text must not come back by that; to approve, no translation may
    be empty; to request changes or reject, a comment is needed, and a segment that has no translation yet may stay so.

    `markdown`: whether the interface renders Markdown in field descriptions (v1 does, v2 shows them raw).
    `artifact`: link to the side-by-side table. `page`: link to the review page.
    `accounts`: reviewers log in, so that nobody is asked for a name.
    The login's name and seal, and corrections of other segments, come in fields that no interface shows; every form
    takes them, because the first account may be made while it waits.
    """
    from prefect.input import RunInput
    from pydantic import ConfigDict, Field, create_model

    notice = _notice(request, artifact, page, accounts)
    # v1 squeezes the description of a long form to no height at all, so there the notice stands in the first field.
    digest = Field(
        title="About this review" if markdown else "Text under review",
        description=notice if markdown else "Binds your answer to exactly this text. Leave it as it is.",
        json_schema_extra={"default": request.digest},
    )
    fields: dict[str, Any] = {"digest": (Literal[request.digest], digest)}
    texts: list[str] = []
    empty: list[str] = []
    if request.kind == "segments":
        for item in request.attention:
            name = _PREFIX + item.segment.replace("-", "_")
            texts.append(name)
            if not item.target:
                empty.append(name)
            fields[name] = (
                str,
                Field(
                    title=_title(item),
                    description=_description(item, markdown),
                    **({"default": ""} if not item.target else {"json_schema_extra": {"default": item.target}}),
                ),
            )
    else:
        fields["segments_to_send_back"] = (
            str,
            Field(
                default="",
                title="Segments to send back",
                description="Only with 'request_changes': numbers as in the side-by-side table, such as 3, 7-9. "
                "Empty: all.",
                pattern=_NUMBERS,
            ),
        )
    if blocking := blocking_findings(request):
        listed = "\n".join(f"{n}. {words}" for n, (_, words) in enumerate(blocking, 1))
        fields["findings_to_accept"] = (
            str,
            Field(
                default="",
                title="Findings that you take responsibility for",
                description=_lines("Numbers; your name stays with them in the record.\n" + listed, markdown),
                pattern=_NUMBERS,
            ),
        )
    fields["decision"] = (
        Literal["approve", "request_changes", "reject"],
        Field(
            title="Decision",
            description=_lines(
                (
                    "approve: the texts above are right. request_changes: keep what is typed above; it comes back. "
                    if texts
                    else "approve: publish the whole as it stands. request_changes: send it back to be mended. "
                )
                + "reject: stop this edition."
                + (" The list opens at the arrow on its right." if markdown else ""),
                markdown,
            ),
        ),
    )
    if not accounts:
        who = "Who answers: " + ", ".join(request.people) + "." if request.people else "Your own name."
        fields["reviewer"] = (
            str,
            Field(title="Your name", description=_lines(who, markdown), min_length=2, max_length=80),
        )
    fields["comment"] = (
        str,
        Field(
            default="",
            title="Comment",
            description="Needed with 'request_changes' and 'reject'.",
            max_length=4000,
        ),
    )
    rules: list[dict[str, Any]] = [_when(["request_changes", "reject"], {"comment": {"minLength": 2}}, ["comment"])]
    if texts:
        rules.append(_when(["approve"], {name: {"minLength": 1} for name in texts}, empty))
    about: dict[str, Any] = {"stage": request.stage, "digest": request.digest, "round": request.round}
    about |= {"publication": request.publication, "language": request.language}
    hidden: dict[str, Any] = {f"^(reviewer|{signature.FIELD})$": {"type": "string", "maxLength": 400}}
    hidden[f"^({OTHERS}|{AUTHORS})$"] = {"type": "string", "maxLength": 4_000_000}
    extra: dict[str, Any] = {"allOf": rules, "patternProperties": hidden, ABOUT: about}
    rules_of = {"model_config": ConfigDict(extra="forbid", json_schema_extra=extra)}
    base: type[RunInput] = type("Review", (RunInput,), rules_of)
    made = create_model("Review", __base__=base, **fields)
    made._description = None if markdown else notice  # Prefect reads it off the class
    return made


def answer_values(request: ReviewRequest, answer: ReviewAnswer) -> dict[str, str]:
    """What the form would send for this answer: the way of terminal and review page to the same run."""
    values = {"decision": answer.decision, "reviewer": answer.reviewer, "comment": answer.comment}
    values["digest"] = answer.digest
    asked = request.attention if request.kind == "segments" else ()
    for item in asked:
        values[_PREFIX + item.segment.replace("-", "_")] = answer.texts.get(item.segment, item.target)
    if request.kind == "edition":
        values["segments_to_send_back"] = ", ".join(map(str, answer.segments))
    others = {id_: text for id_, text in answer.texts.items() if id_ not in {item.segment for item in asked}}
    if others:
        values[OTHERS] = json.dumps(others, ensure_ascii=False, sort_keys=True)
    if answer.authors:
        values[AUTHORS] = json.dumps(answer.authors, ensure_ascii=False, sort_keys=True)
    if blocking := blocking_findings(request):
        accepted = [str(n) for n, (name, _) in enumerate(blocking, 1) if name in answer.waive]
        values["findings_to_accept"] = ", ".join(accepted)
    return values


def read_answer(
    request: ReviewRequest,
    values: Mapping[str, Any],
    *,
    about: Mapping[str, Any],
    shown: Mapping[str, Any],
    run: str,
    at: dt.datetime,
) -> ReviewAnswer:
    """The answer that was submitted; it carries the digest of what was shown, whatever `request` waits now.

    `about` and `shown` come from the form: a text that is `shown` as it was filled in is nobody's edit and is left out.
    For an answer to `request` the request itself says what was filled in: the form lies in Prefect's database, under no
    seal, and whoever can write there must not be able to turn a correction into an approval of what it corrects.
    """
    if values["digest"] == request.digest:
        shown = {_PREFIX + item.segment.replace("-", "_"): item.target for item in request.items}
    blocking = blocking_findings(request)
    chosen = numbers(str(values.get("findings_to_accept") or ""))
    return ReviewAnswer(
        publication=request.publication,
        language=request.language,
        stage=str(about.get("stage") or request.stage),
        digest=values["digest"],
        decision=values["decision"],
        reviewer=str(values.get("reviewer") or "").strip(),
        comment=str(values.get("comment") or "").strip(),
        texts=_others(values)
        | {
            _segment_id(name): str(text)
            for name, text in values.items()
            if name.startswith(_PREFIX) and str(text) != shown.get(name)
        },
        authors=_authors(values),
        segments=numbers(str(values.get("segments_to_send_back") or "")),
        waive=tuple(name for n, (name, _) in enumerate(blocking, 1) if n in chosen),
        run=run,
        at=at,
    )


def blocking_findings(request: ReviewRequest) -> tuple[tuple[str, str], ...]:
    """Findings that stop an approval until a person takes them on: (their name in the record, in words)."""
    found: dict[str, list[str]] = {}
    for item in request.items:
        for finding in item.findings if request.covers(item) else ():
            found.setdefault(f"{finding.check}: {finding.message}", []).append(str(item.number))
    where = {
        name: f"segment{'s' if len(numbers_) > 1 else ''} {', '.join(dict.fromkeys(numbers_))}: "
        for name, numbers_ in found.items()
    }
    return tuple((name, where.get(name, "") + name.partition(": ")[2]) for name in request.blocking)


def numbers(text: str) -> tuple[int, ...]:
    """ "3, 7-9" as 3, 7, 8, 9; a range that runs backwards or over more than 10 000 is empty."""
    out: list[int] = []
    for first, last in re.findall(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?", text):
        low, high = int(first), int(last or first)
        if high - low <= 10_000:
            out += range(low, high + 1)
    return tuple(dict.fromkeys(out))


def _segment_id(name: str) -> str:
    return name.removeprefix(_PREFIX).replace("_", "-")


def _others(values: Mapping[str, Any]) -> dict[str, str]:
    """The corrections of segments that were not asked for.

    What cannot be read becomes a text of a segment that is not there: the answer is then refused and says so, instead
    of being taken without a part of it.
    """
    said = values.get(OTHERS)
    if not said:
        return {}
    try:
        read = json.loads(str(said))
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict) or not all(isinstance(text, str) for text in read.values()):
        return {OTHERS: ""}
    return read


def _authors(values: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Who typed which text; what cannot be read says nothing, and then the words are those of the reviewer alone."""
    try:
        read = json.loads(str(values.get(AUTHORS) or "{}"))
        return {str(segment): tuple(map(str, names)) for segment, names in read.items()}
    except (ValueError, RecursionError, AttributeError, TypeError):
        return {}


def _when(decisions: list[str], rules: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """A rule that holds only with these decisions."""
    condition = {"properties": {"decision": {"enum": decisions}}, "required": ["decision"]}
    return {"if": condition, "then": {"properties": rules, "required": required}}


def _title(item: ReviewItem) -> str:
    title = f"{item.number} · {ROLES.get(item.role, item.role)}"
    return f"{title} · no translation yet" if item.origin == "open" else title


def _description(item: ReviewItem, markdown: bool) -> str:
    lines = [item.source]
    if item.reason:
        lines.append(f"Why: {item.reason}. Now: {wording.origin_in_words(item)}.")
    lines += wording.remarks(item)
    if not markdown:
        return wording.visible("\n".join(lines))
    first, *rest = (wording.escape(line) for line in lines)
    return "<br>".join([f"**{first}**", *rest])


def _lines(text: str, markdown: bool) -> str:
    return wording.escape(text) if markdown else wording.visible(text)


def _notice(request: ReviewRequest, artifact: str, page: str, accounts: bool) -> str:
    escape = wording.escape
    lines = [f"### {escape(request.title)} · {escape(request.language_name)} · {escape(request.stage)}\n"]
    if request.problems:
        lines.append("**Your last answer was not taken:**\n\n" + wording.bullets(request.problems))
    if request.comments:
        lines.append("Said before:\n\n" + wording.bullets(request.comments))
    if request.findings:
        lines.append("About the document:\n\n" + wording.bullets(map(wording.finding_in_words, request.findings)))
    if request.kind == "segments":
        later = f"; {request.remaining} more follow in later rounds" if request.remaining else ""
        lines.append(
            f"{len(request.attention)} of {len(request.items)} segments need you in this round{later}. Each is "
            "one box under its English. Marks such as `<1>…</1>` are formatting: keep them around the same "
            "words.\n"
        )
        if not request.self_approval:
            lines.append("What you correct waits for a second person; what you leave as it is, you approve.\n")
        if due := request.due:
            lines.append(f"Please answer by {due:%Y-%m-%d}.\n")
    else:
        lines.append(f"Sign off all {len(request.items)} segments as they stand, or send some back.\n")
    if carried := wording.carried_over(request):
        lines.append("Not asked again:\n\n" + wording.bullets(carried))
    where = f"[side by side]({artifact})" if artifact else "under Artifacts"
    keeps = KEEPS + (BETTER.replace("{page}", page) if page else WITHOUT_PAGE)
    lines.append(f"The whole text: {where}.\n\n{keeps}\n\nThe digits below bind your answer to exactly this text.")
    if accounts:
        lines.append("\nYour name is taken from your login; it is at the lower right of every page.")
    return "\n".join(lines)
