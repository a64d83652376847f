"""A review in words that are safe to show: nothing in a text can run, load, link or restyle the page it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pubpipe.model import Finding, ReviewItem, ReviewRequest, SourceChange, TermHit

_MEANING = re.compile(r"[!#$&()*+\-.:<=>@\[\\\]^_`{|}~]")
"""ASCII punctuation that can mean something to Markdown or HTML. It gets a backslash, which CommonMark and GFM allow
before any of it (spec 0.31, 2.4); Prefect's v1 interface shows character references as they are typed."""
_AUTOLINK = re.compile(r"\\:(?=//)|\\@|(?<=www)\\\.", re.IGNORECASE)
"""GFM makes links of "scheme://", "www." and "a@b", and remark does so after the backslashes are gone."""
_CUT = "<!-- -->"
"""An empty comment: invisible, not copied with the text, and no link goes across it."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""C0, C1 and the bidirectional overrides that make a line read otherwise than it is (CVE-2021-42574)."""

ORIGINS = {
    "open": "no translation yet",
    "copy": "copied",
    "context": "memory, same context",
    "exact": "memory",
    "engine": "machine",
    "human": "human",
}
SEVERITIES = {"info": "note", "warning": "look", "error": "error", "block": "blocks publication"}


def visible(text: str) -> str:
    """The text with control characters and direction overrides as code points that can be seen."""
    return _CONTROL.sub(lambda m: f"[U+{ord(m[0]):04X}]", text)


def escape(text: str) -> str:
    """The text for the inside of a Markdown line or table cell: it shows as it is and means nothing.

    Line breaks become `<br>`; spaces at the edges and tabs become single spaces.
    """
    text = visible(text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip())
    text = _MEANING.sub(lambda m: "\\" + m[0], text)
    text = _AUTOLINK.sub(lambda m: m[0] + _CUT, text)
    return text.replace("\n", "<br>")


def finding_in_words(finding: Finding) -> str:
    words = f"{SEVERITIES[finding.severity]}: {finding.message}"
    return f"{words} Suggested: {finding.suggestion}" if finding.suggestion else words


def term_in_words(hit: TermHit) -> str:
    if hit.keep:
        return f"{hit.surface} stays as it is"
    words = f"{hit.surface} → {hit.preferred or 'no translation in the glossary'}"
    if hit.allowed:
        words += f" (also {', '.join(hit.allowed)})"
    if hit.forbidden:
        words += f"; not {', '.join(hit.forbidden)}"
    return words


def origin_in_words(item: ReviewItem) -> str:
    words = ORIGINS[item.origin]
    detail = item.detail.removeprefix("memory: ")  # the provenance of a unit says so too
    return f"{words} ({detail})" if detail and item.origin != "open" else words


def remarks(item: ReviewItem) -> tuple[str, ...]:
    """What a reviewer should know about one segment, one line each, worst first."""
    order = {"block": 0, "error": 1, "warning": 2, "info": 3}
    lines = [finding_in_words(f) for f in sorted(item.findings, key=lambda f: order[f.severity])]
    if item.terms:
        lines.append("terms: " + "; ".join(dict.fromkeys(term_in_words(t) for t in item.terms)))
    if item.suggestion:
        s = item.suggestion
        if s.score:
            lines.append(f"similar in the memory ({s.score} %): “{s.source}” was “{s.target}” [{s.provenance}]")
            if s.change is not None and s.change.diff:
                lines.append(f"from that English to this: “{s.change.marked}”")
        else:
            lines.append(f"offered by {s.provenance}: “{s.target}”")
    if item.carried:
        lines.append(f"not asked again: {item.carried}")
    if item.previous_source:
        was = f"English before: “{item.previous_source}”"
        lines.append(f"{was}, approved as “{item.previous_target}”" if item.previous_target else was)
        if item.change is not None:
            lines += change_in_words(item.change, item.reason)
    return tuple(lines)


def change_in_words(change: SourceChange, said: str = "") -> tuple[str, ...]:
    """What changed in the English, marked in the text where words changed; what was `said` before is not said again."""
    words = "" if all(word in said for word in change.words) else "; ".join(change.words)
    shown = "" if change.classes == ("format",) else f"“{change.marked}”"
    told = ": ".join(filter(None, (words, shown)))
    return (f"what changed: {told}",) if told else ()


def side_by_side(request: ReviewRequest, *, limit: int = 180_000) -> tuple[str, ...]:
    """The whole edition as Markdown tables, English beside the translation; one page or, above `limit` bytes, more.

    Prefect keeps every artifact for good in its database and the browser has to draw it whole, hence the limit.
    A single row above the limit has a page of its own.
    """
    head = (
        f"## {escape(request.title)} · {escape(request.language_name)}\n\n"
        f"{escape(_summary(request))}\n\n{bullets(map(finding_in_words, request.findings))}\n"
        f"{bullets(f'not asked again: {line}' for line in carried_over(request))}\n{{page}}"
        "| | English | Translation | Remarks |\n|--:|---|---|---|\n"
    )
    pages: list[list[str]] = [[]]
    size = len(head.encode())
    for item in request.items:
        row = _row(item)
        weight = len(row.encode())
        if pages[-1] and size + weight > limit:
            pages.append([])
            size = len(head.encode())
        pages[-1].append(row)
        size += weight
    return tuple(
        head.replace("{page}", f"Page {n} of {len(pages)}.\n\n" if len(pages) > 1 else "") + "".join(rows)
        for n, rows in enumerate(pages, 1)
    )


def _row(item: ReviewItem) -> str:
    mark = "▶ " if item.attention else ""
    state = {"approved": " ✓", "rejected": " ✗"}.get(item.state, "")
    notes = [origin_in_words(item), item.reason if item.attention else "", *remarks(item)]
    cells = (
        f"{mark}{item.number}{state}",
        escape(item.source),
        escape(item.target) or "—",
        "<br>".join(escape(note) for note in notes if note),
    )
    return "| " + " | ".join(cells) + " |\n"


def carried_over(request: ReviewRequest) -> tuple[str, ...]:
    """The segments whose approval was given for an earlier English, by reason, in words; empty where there are none."""
    numbers: dict[str, list[int]] = {}
    for item in request.items:
        if item.carried:
            numbers.setdefault(item.carried, []).append(item.number)
    return tuple(
        f"{'segment' if len(found) == 1 else 'segments'} {_listed(found)}: {why}" for why, found in numbers.items()
    )


def _listed(numbers: list[int], most: int = 30) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return shown + (f" and {len(numbers) - most} more" if len(numbers) > most else "")


def _summary(request: ReviewRequest) -> str:
    asked = len(request.attention)
    parts = [f"Stage: {request.stage}, round {request.round}. {len(request.items)} segments"]
    if request.kind == "segments":
        parts.append(f", {asked} of them marked ▶ in this round")
        if request.remaining:
            parts.append(f", {request.remaining} in later rounds")
    return "".join(parts) + "."


def artifact_key(*parts: str) -> str:
    """A key that Prefect accepts (lower-case letters, digits, dashes) for a name made of ids."""
    return re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")


def bullets(lines: Iterable[str]) -> str:
    """The lines as one paragraph; of a Markdown list, v1 takes all that follows into the last item."""
    return "<br>".join(f"• {escape(line)}" for line in lines) + "\n"
