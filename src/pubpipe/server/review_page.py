"""The review page and the list of reviews as HTML: what is known goes in, a page that needs no script comes out.

Every word of a document or a person is escaped (`marking.text`); the page has no inline script and no inline style.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from pubpipe.languages import SOURCE, LanguageProfile
from pubpipe.model import Content, Finding, ReviewItem, ReviewRequest
from pubpipe.server import wording
from pubpipe.server.assets import ICON_PATH, address
from pubpipe.server.form import ROLES, blocking_findings
from pubpipe.server.here import REVIEW_PATH, review_address
from pubpipe.server.marking import Mark, changed, compare, marked, says_the_same, text
from pubpipe.server.pages import ACCOUNT_PATH
from pubpipe.server.review_labels import label, script_labels
from pubpipe.store import Typed

SHOWS = ("eyes", "all", "findings")
"""What the page can show: what this round asks for, everything, what has remarks."""
COMMENT = ""
"""The comment in the table of typed texts, beside the ids of segments."""
_ORDER = {"block": 0, "error": 1, "warning": 2, "info": 3}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ABOUT = re.compile(r"Segment (\d+)(?:: | )")


@dataclass(frozen=True)
class Preview:
    """The page pictures that were made when the round was opened."""

    folder: str = ""
    """The address under which they are served."""
    sizes: tuple[tuple[int, int], ...] = ()
    """Width and height of each in pixels."""
    version: str = ""
    """Changes with the pictures, so that a browser may keep them."""
    pages: Mapping[int, int] = field(default_factory=dict)
    """Segment number to the page on which it begins."""
    pdf: str = ""
    """The address of the same pages as PDF; empty where there is none."""
    older: bool = False
    """The text has changed since."""


@dataclass(frozen=True)
class Collision:
    """A text that was stored from another window while this one was typed."""

    text: str
    version: int


@dataclass(frozen=True)
class Sheet:
    """Everything that the page of one review shows."""

    request: ReviewRequest
    profile: LanguageProfile
    sources: Mapping[str, Content]
    targets: Mapping[str, Content | None]
    who: str = ""
    """The account that is logged in; empty where there are no accounts."""
    accounts: bool = False
    hindrance: str = ""
    """Why this person may not decide here, in words; empty where they may."""
    due: str = ""
    """The day on which the answer is due."""
    waits: bool = True
    """A run waits for the answer."""
    reachable: bool = True
    """Prefect could be asked."""
    start: str = ""
    """The command that starts a run, for where none waits."""
    run: str = ""
    """The address of the run's page in Prefect."""
    own: Mapping[str, Typed] = field(default_factory=dict)
    """Segment id (or COMMENT) to what this person typed over the text as it stands."""
    stale: Mapping[str, tuple[Typed, ...]] = field(default_factory=dict)
    """The same over an earlier wording, where it says something else than the present text."""
    remarks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Segment id to what the checks say of this person's own text, which is not sent yet."""
    gone: tuple[Typed, ...] = ()
    """What this person typed for sentences that are not in the text any more."""
    others: Mapping[str, tuple[Typed, ...]] = field(default_factory=dict)
    """What other people typed over the text as it stands and did not send."""
    collisions: Mapping[str, Collision] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    """Segment id to what was posted just now, where it could not be stored: it is shown, whatever is stored."""
    problems: tuple[str, ...] = ()
    """Why the answer that was just posted is not taken."""
    moved: bool = False
    """What was posted was typed into a page of an earlier text."""
    waived: frozenset[str] = frozenset()
    """Numbers of findings that were ticked in the answer that was posted."""
    returned: frozenset[str] = frozenset()
    """Numbers of segments that were ticked to be sent back."""
    name: str = ""
    """The name that was typed, without accounts."""
    show: str = ""
    opened: frozenset[int] = frozenset()
    """Numbers of segments that were not asked for and are to be changed all the same."""
    preview: Preview = Preview()
    mark: str = ""
    """Changes when the text under review may have moved."""
    styles: tuple[str, ...] = ()
    script: str = ""

    @property
    def showing(self) -> str:
        """Where nothing is asked for one by one (sign-off), everything is shown."""
        if self.show in SHOWS:
            return self.show
        return "eyes" if self.request.attention else "all"


def review_page(sheet: Sheet) -> str:
    """The page of one review."""
    asked = sheet.request
    title = label("page.title", language=asked.language_name, title=asked.title)
    parts = [
        _head(sheet),
        f'<form method="post" id="answer" autocomplete="off" data-show="{sheet.showing}"{_data(sheet)}>',
        # Enter in the box for the name would press the first button of the form: this one, and it does nothing
        '<button type="submit" disabled hidden></button>',
        f'<input type="hidden" name="digest" value="{text(asked.digest)}">',
        _shown(sheet),
        f'<h2 class="vh">{text(label("head.asked", count=len(asked.attention), total=len(asked.items)))}</h2>',
        '<div id="sentences">',
        *_sentences(sheet),
        "</div>",
        _decision(sheet),
        _bar(sheet),
        "</form>",
    ]
    body = f"<main>{''.join(parts)}</main>{_pages(sheet)}"
    return page(title, body, styles=sheet.styles, script=sheet.script, skip="#sentences")


def page(title: str, body: str, *, styles: Sequence[str], script: str = "", skip: str = "", again: str = "") -> str:
    """A whole page. `again`: "seconds; url=address" to load anew; with the address, because a page that was opened at a
    place within it (#s6) would only go there again."""
    links = "".join(f'<link rel="stylesheet" href="{text(href)}">' for href in styles)
    links += f'<link rel="icon" type="image/svg+xml" href="{address(ICON_PATH)}">'
    head = f'<script defer src="{text(script)}"></script>' if script else ""
    head += f'<meta http-equiv="refresh" content="{text(again)}">' if again else ""
    jump = f'<a class="skip" href="{skip}">{text(label("nav.skip"))}</a>' if skip else ""
    return (
        f'<!doctype html>\n<html lang="{SOURCE.tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><title>{text(title)}</title>{links}{head}</head>\n<body>{jump}{body}</body></html>\n'
    )


# ---- the head


def _head(sheet: Sheet) -> str:
    asked = sheet.request
    facts = [label("head.stage", stage=asked.stage, round=asked.round)]
    count, total = len(asked.attention), len(asked.items)
    if asked.kind == "edition":
        facts.append(label("head.signoff", total=total))
    else:
        facts.append(label("head.asked.one" if count == 1 else "head.asked", count=count, total=total))
    if asked.remaining:
        facts.append(label("head.later", count=asked.remaining))
    if sheet.due:
        facts.append(label("head.due", when=sheet.due))
    out = [
        f"<header>{_nav(sheet.who, sheet.run)}",
        f"<h1>{text(asked.title)} · {text(asked.language_name)} "
        f'<span lang="{text(asked.language)}" class="t">{text(sheet.profile.native_name)}</span></h1>',
        f"<p>{' · '.join(text(fact) for fact in facts)}</p>",
    ]
    if not sheet.reachable:
        out.append(_notice(label("unreachable"), "warn"))
    elif not sheet.waits:
        todo = f" {text(label('none.todo'))} <code>{text(sheet.start)}</code>"
        out.append(f'<p class="notice warn">{text(label("none.waits"))}{todo}</p>')
    if sheet.hindrance:
        out.append(_notice(label("head.mayread", why=sheet.hindrance), "warn"))
    if sheet.moved:
        out.append(_notice(label("head.moved"), "warn", alert=True))
    if sheet.problems:
        out.append(_list_of("head.problems", (_problem(sheet, p) for p in sheet.problems), "bad", alert=True))
    elif asked.problems:
        out.append(_list_of("head.last", (_problem(sheet, p) for p in asked.problems), "bad"))
    if sheet.gone:
        spoken = f'lang="{text(asked.language)}" class="t"'
        kept = (f"<span {spoken}>{text(t.text or '')}</span> ({text(_when(t.at))})" for t in sheet.gone)
        out.append(_list_of("head.gone", kept, "warn"))
    if asked.comments:
        out.append(_list_of("head.before", map(text, asked.comments)))
    if asked.findings:
        lines = (_finding(sheet, f, "", None) for f in sorted(asked.findings, key=lambda f: _ORDER[f.severity]))
        out.append(_list_of("head.document", lines))
    if any("<" in i.source for i in asked.items):
        out.append(f'<p class="quiet">{text(label("head.tags"))}</p>')
    return "".join([*out, "</header>"])


def _nav(who: str, run: str = "") -> str:
    links = [f'<a href="{REVIEW_PATH}/">{text(label("nav.all"))}</a>']
    if run:
        links.append(f'<a href="{text(run)}">{text(label("nav.run"))}</a>')
    if who:
        said = text(label("nav.account", name=who))
        links.append(f'<a href="{ACCOUNT_PATH}" aria-label="{said}">{text(who)}</a>')
    return f"<nav>{' · '.join(links)}</nav>"


def _notice(words: str, kind: str, *, alert: bool = False) -> str:
    return f'<p class="notice {kind}"{_ALERT if alert else ""}>{text(words)}</p>'


_ALERT = ' role="alert"'


def _list_of(key: str, lines: Iterable[str], kind: str = "", *, alert: bool = False) -> str:
    """A box with a title and lines that are HTML already."""
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<div class="notice {kind}"{_ALERT if alert else ""}><h2>{text(label(key))}</h2><ul>{items}</ul></div>'


def _problem(sheet: Sheet, words: str) -> str:
    """One problem, with a link to the sentence that it is about."""
    found = _ABOUT.match(words)
    numbers = {item.number for item in sheet.request.items}
    if found is None or int(found[1]) not in numbers:
        return text(words)
    return f'<a href="#s{found[1]}">{text(words[: found.end(1)])}</a>{text(words[found.end(1) :])}'


def _data(sheet: Sheet) -> str:
    """What the script needs to know, as attributes."""
    asked = sheet.request
    values = {
        "home": review_address("", asked.publication, asked.language),
        "who": sheet.who,
        "language": asked.language,
        "mark": sheet.mark,
        "digest": asked.digest,
        "labels": json.dumps(script_labels(), ensure_ascii=False, sort_keys=True),
    }
    return "".join(f' data-{name}="{text(value)}"' for name, value in values.items())


def _shown(sheet: Sheet) -> str:
    """Which sentences are shown; without a script the buttons also keep what was typed."""
    if not sheet.request.attention:
        kinds: tuple[str, ...] = ("all", "findings")
    else:
        kinds = SHOWS
    buttons = "".join(
        f'<button name="do" value="show-{kind}" formnovalidate aria-pressed="{_bool(kind == sheet.showing)}">'
        f"{text(label(f'show.{kind}'))}</button>"
        for kind in kinds
    )
    keys = "".join(
        f"<dt><kbd>{key}</kbd></dt><dd>{text(label(f'keys.{name}'))}</dd>"
        for key, name in (
            ("Ctrl</kbd> + <kbd>Enter", "next"),
            ("Alt</kbd> + <kbd>↑</kbd> / <kbd>↓", "move"),
            ("Tab", "tab"),
        )
    )
    drawn = bool(sheet.preview.sizes)
    leads = f'<a class="where" href="#pages">{text(label("pages.title"))}</a>' if drawn else ""
    return (
        f'<div class="tools"><span id="show-what">{text(label("show.label"))}</span>'
        f'<span class="choice" role="group" aria-labelledby="show-what">{buttons}</span>'
        f'<details class="keys"><summary>{text(label("keys.title"))}</summary><dl>{keys}</dl></details>{leads}</div>'
    )


# ---- the sentences


def _sentences(sheet: Sheet) -> Iterator[str]:
    """Each sentence in the order of the document; those that nobody has to look at in groups that open."""
    group: list[ReviewItem] = []
    for item in sheet.request.items:
        if item.attention or _typed_here(sheet, item):
            yield from _group(sheet, group)
            group = []
            yield _sentence(sheet, item)
        else:
            group.append(item)
    yield from _group(sheet, group)


def _typed_here(sheet: Sheet, item: ReviewItem) -> bool:
    """Something is typed, or to be typed, for a segment that was not asked for."""
    return (
        item.number in sheet.opened
        or item.segment in sheet.typed
        or item.segment in sheet.collisions
        or _draft(sheet, item) is not None
        or bool(sheet.stale.get(item.segment))
    )


def _draft(sheet: Sheet, item: ReviewItem) -> str | None:
    """What this person typed and did not send, where it differs from the text that stands there."""
    kept = sheet.own.get(item.segment)
    return kept.text if kept is not None and kept.text is not None and kept.text != item.target else None


def _group(sheet: Sheet, items: Sequence[ReviewItem]) -> Iterator[str]:
    if not items:
        return
    first, last = items[0].number, items[-1].number
    counts: dict[str, int] = {}
    for item in items:
        counts[item.state] = counts.get(item.state, 0) + 1
    title = label("group.one", first=first) if first == last else label("group", first=first, last=last)
    states = ", ".join(
        label("group.states", count=count, state=label(f"state.item.{state}")) for state, count in counts.items()
    )
    remarks = " findings" if any(_remarkable(item) for item in items) else ""
    opened = " open" if sheet.showing == "all" or (remarks and sheet.showing == "findings") else ""
    yield f'<details class="group{remarks}"{opened}><summary>{text(title)} · {text(states)}</summary>'
    for item in items:
        yield _sentence(sheet, item)
    yield "</details>"


def _remarkable(item: ReviewItem) -> bool:
    return bool(item.findings)


def _sentence(sheet: Sheet, item: ReviewItem) -> str:
    """One segment: its number and where it comes from, English beside the translation, and what is said about it."""
    typing = item.attention and not sheet.hindrance and sheet.request.kind == "segments"
    typing = typing or (_typed_here(sheet, item) and not sheet.hindrance)
    letters = dict(zip(_with_place(item), _LETTERS, strict=False))
    kinds = ["seg", *(["asked"] if item.attention else []), *(["findings"] if _remarkable(item) else [])]
    kept = sheet.own.get(item.segment)
    version = kept.version if kept else 0
    data = f'data-seg="{text(item.segment)}" data-base="{text(item.target_hash or "")}" data-version="{version}"'
    source = sheet.sources.get(item.segment, ())
    marks = [Mark(hit.span, "term") for hit in item.terms]
    marks += [Mark(f.source, "finding", ref) for f, ref in letters.items() if f.source is not None]
    number = item.number
    out = [
        f'<article class="{" ".join(kinds)}" id="s{number}" aria-labelledby="n{number}" {data}>',
        _facts(sheet, item, kept),
        f'<div class="pair"><div class="from"><p lang="{SOURCE.tag}">{marked(source, marks)}</p>{_before(item)}</div>',
        f'<div class="to">{_target(sheet, item, letters, typing=typing)}</div></div>',
        _remarks(sheet, item, letters),
        "</article>",
    ]
    return "".join(out)


def _facts(sheet: Sheet, item: ReviewItem, kept: Typed | None) -> str:
    number = item.number
    facts = [ROLES.get(item.role, item.role), wording.origin_in_words(item)]
    if item.attention and item.reason:
        facts.append(label("why", reason=item.reason))
    if carried := item.carried:
        facts.append(carried)
    words = " · ".join(text(fact) for fact in facts if fact)
    where = sheet.preview.pages.get(number)
    link = f'<a class="where" href="#p{where}">{text(label("page", page=where))}</a>' if where else ""
    tick = ""
    if item.attention and not sheet.hindrance:
        done = " checked" if kept is not None and kept.looked else ""
        tick = (
            f'<label class="tick"><input type="checkbox" name="looked" value="{text(item.segment)}"{done}> '
            f'{text(label("read"))}<span class="vh"> {number}</span></label>'
        )
    title = f'<span class="vh">{text(label("sentence", number=""))}</span>{number}'
    return f'<div class="facts"><h3 id="n{number}">{title}</h3><p>{words}</p>{link}{tick}</div>'


def _target(sheet: Sheet, item: ReviewItem, letters: Mapping[Finding, str], *, typing: bool) -> str:
    """The translation: a box to type in, or the text with a button that makes it one."""
    language = f'lang="{text(sheet.request.language)}" class="t"'
    target = sheet.targets.get(item.segment)
    marks = [Mark(f.target, "finding", ref) for f, ref in letters.items() if f.target is not None]
    shown = f"<p {language}>{marked(target, marks)}</p>" if target else f"<p>— {text(label('open'))} —</p>"
    if not typing:
        source = "" if target and says_the_same(target) else f' data-text="{text(item.target)}"'
        shown = shown.replace("<p ", f"<p{source} ", 1) if source else shown
        if sheet.hindrance:
            return shown
        name = text(label("change", number=item.number))
        button = f'<button name="do" value="open-{item.number}" class="change" formnovalidate>{name}</button>'
        back = ""
        if sheet.request.kind == "edition":
            done = " checked" if str(item.number) in sheet.returned else ""
            back = (
                f'<label class="back"><input type="checkbox" name="segments" value="{item.number}"{done}> '
                f"{text(label('sendback', number=item.number))}</label>"
            )
        return f"{shown}<p>{button}{back}</p>"
    draft = _draft(sheet, item)
    words = sheet.typed.get(item.segment, draft if draft is not None else item.target)
    number = item.number
    kept = sheet.own.get(item.segment)
    rows = min(14, max(2, len(words) // 44 + 1 + words.count("\n")))
    name = text(label("box", number=number, language=sheet.request.language_name))
    wrong = any((found := _ABOUT.match(p)) and int(found[1]) == number for p in sheet.problems)
    parts = [
        f'<label class="vh" for="t{number}">{name}</label>',
        f'<textarea id="t{number}" name="t.{text(item.segment)}" {language} rows="{rows}" spellcheck="false" '
        f'aria-describedby="r{number}"{" aria-invalid=" + _quoted("true") if wrong else ""}>\n{text(words)}</textarea>',
        f'<input type="hidden" name="v.{text(item.segment)}" '
        f'value="{kept.version if kept else 0} {text(item.target_hash or "")}">',
    ]
    if draft is not None or item.segment in sheet.typed:
        said = sheet.remarks.get(item.segment)
        what = "typed.draft" if said is None else "typed.checked" if said else "typed.clean"
        parts.append(f'<p class="quiet own">{text(label(what))}</p>')
        lines = "".join(f"<li>{text(words)}</li>" for words in said or ())
        parts.append(f'<ul class="live">{lines}</ul>')
    if any(f.target is not None for f in letters) and target:
        parts.append(f'<p class="quiet">{text(label("marked"))}:</p>{shown}')
    return "".join(parts)


def _quoted(words: str) -> str:
    return f'"{words}"'


def _before(item: ReviewItem) -> str:
    """What the English said before, and what of it changed."""
    if not item.previous_source:
        return ""
    change = item.change
    if change is None or not change.diff:
        words = text(item.previous_source)
        return f'<p class="quiet"><b>{text(label("english.before"))}:</b> <span lang="{SOURCE.tag}">{words}</span></p>'
    said = f" ({text('; '.join(change.words))})" if change.words else ""
    return (
        f'<p class="quiet"><b>{text(label("english.changed"))}</b>{said}<b>:</b> '
        f'<span lang="{SOURCE.tag}">{changed(change.diff)}</span></p>'
    )


def _with_place(item: ReviewItem) -> tuple[Finding, ...]:
    """The findings that point at words, worst first: each gets a letter that stands at the words too."""
    found = sorted(item.findings, key=lambda f: _ORDER[f.severity])
    return tuple(f for f in found if f.source is not None or f.target is not None)


def _remarks(sheet: Sheet, item: ReviewItem, letters: Mapping[Finding, str]) -> str:
    """All that is said about a segment, worst first: problems, findings, terms, what was there before, who types."""
    asked = sheet.request
    spoken = f'lang="{text(asked.language)}" class="t"'
    lines = [
        f'<li class="bad">{text(p[found.end() :])}</li>'
        for p in sheet.problems
        if (found := _ABOUT.match(p)) and int(found[1]) == item.number
    ]
    if collision := sheet.collisions.get(item.segment):
        words = f"{text(label('typed.collision'))}: <span {spoken}>{text(collision.text)}</span>"
        lines.append(f'<li class="bad">{words}</li>')
    for kept in sheet.stale.get(item.segment, ()):
        said = text(label("typed.stale", when=_when(kept.at)))
        lines.append(f'<li class="stale warn">{said}: <span {spoken}>{text(kept.text or "")}</span>{_use()}</li>')
    for other in sheet.others.get(item.segment, ()):
        said = text(label("typed.other", who=other.reviewer or label("someone"), when=_when(other.at)))
        words = f": <span {spoken}>{text(other.text)}</span>" if other.text is not None else ""
        lines.append(f'<li class="other" data-other="{text(other.reviewer)}">{said}{words}</li>')
    if item.findings and item.segment in sheet.remarks:
        lines.append(f'<li class="quiet">{text(label("remarks.before"))}</li>')
    for finding in sorted(item.findings, key=lambda f: _ORDER[f.severity]):
        words = _finding(sheet, finding, letters.get(finding, ""), item)
        lines.append(f'<li class="{finding.severity}">{words}</li>')
    if item.terms:
        terms = "; ".join(dict.fromkeys(text(wording.term_in_words(t)) for t in item.terms))
        lines.append(f"<li><b>{text(label('terms'))}:</b> <span {spoken}>{terms}</span></li>")
    if item.suggestion:
        s = item.suggestion
        start = text(
            label("similar", score=s.score) if s.score else label("offered", who=s.provenance or label("someone"))
        )
        english = f" {text(label('similar.source'))} <span lang={_quoted(SOURCE.tag)}>“{text(s.source)}”</span>"
        lines.append(
            f"<li><b>{start}:</b> <span {spoken}>{text(s.target)}</span>{_use()}{english if s.score else ''} "
            f'<span class="quiet">[{text(s.provenance)}]</span></li>'
        )
    if item.previous_target:
        words = f"<span {spoken}>{text(item.previous_target)}</span>{_use()}"
        lines.append(f"<li><b>{text(label('approved.before'))}:</b> {words}</li>")
        if item.target and item.target != item.previous_target and "<" not in item.target:
            parts = compare(item.previous_target, item.target, spaced=sheet.profile.spaced)
            lines.append(f"<li><b>{text(label('approved.diff'))}:</b> <span {spoken}>{changed(parts)}</span></li>")
    return f'<ul class="remarks" id="r{item.number}">{"".join(lines)}</ul>'


def _use() -> str:
    """A button that only the script shows: it puts the text before it into the box."""
    return f' <button type="button" class="use" hidden>{text(label("use"))}</button>'


def _finding(sheet: Sheet, finding: Finding, letter: str, item: ReviewItem | None) -> str:
    """A finding in words, with the tick by which a person takes it on where it stops the approval."""
    ref = f'<span class="ref">{letter}</span> ' if letter else ""
    severity, _, rest = wording.finding_in_words(finding).partition(": ")
    words = f"{ref}<b>{text(severity)}:</b> {text(rest)}"
    name = f"{finding.check}: {finding.message}"
    names = [n for n, _ in blocking_findings(sheet.request)]
    if name not in names or sheet.hindrance or (item is not None and not sheet.request.covers(item)):
        return words
    covered = (i for i in sheet.request.items if sheet.request.covers(i))
    first = next((i.number for i in covered for f in i.findings if f"{f.check}: {f.message}" == name), 0)
    if item is not None and item.number != first:
        return f"{words} ({text(label('waive.elsewhere', number=first))})"
    number = str(names.index(name) + 1)
    done = " checked" if number in sheet.waived else ""
    return (
        f'{words}<label class="waive"><input type="checkbox" name="waive" value="{number}"{done}> '
        f"{text(label('waive'))}</label>"
    )


# ---- the decision


def _decision(sheet: Sheet) -> str:
    asked = sheet.request
    if sheet.hindrance:
        return ""
    comment = sheet.own.get(COMMENT)
    words = sheet.typed.get(COMMENT, (comment.text if comment else None) or "")
    data = f'data-seg="{COMMENT}" data-base="{text(asked.digest)}" data-version="{comment.version if comment else 0}"'
    out = [
        f'<section id="decide" aria-labelledby="decide-title"><h2 id="decide-title">{text(label("decide.title"))}</h2>',
        f'<div class="seg-like" {data}><label for="comment">{text(label("decide.comment"))}</label>',
        f'<p class="quiet" id="comment-help">{text(label("decide.comment.help"))}</p>',
        f'<textarea id="comment" name="comment" rows="3" maxlength="4000" aria-describedby="comment-help" class="t">\n'
        f"{text(words)}</textarea>",
        f'<input type="hidden" name="vc" value="{comment.version if comment else 0}"></div>',
    ]
    for kept in sheet.stale.get(COMMENT, ()):
        out.append(f'<p class="quiet">{text(label("typed.stale", when=_when(kept.at)))}: {text(kept.text or "")}</p>')
    if sheet.accounts:
        out.append(f"<p>{text(label('decide.as', name=sheet.who))}</p>")
    else:
        who = label("decide.people", people=", ".join(asked.people)) if asked.people else label("decide.name.help")
        out.append(
            f'<label for="name">{text(label("decide.name"))}</label><p class="quiet" id="name-help">{text(who)}</p>'
            f'<input id="name" name="reviewer" value="{text(sheet.name)}" maxlength="80" aria-describedby="name-help" '
            'autocomplete="name">'
        )
    out.append('<p id="summary" class="quiet" role="status"></p><div class="buttons">')
    kind = asked.kind
    able = "" if sheet.waits and sheet.reachable else " disabled"
    eyes = kind == "segments" and not asked.self_approval
    for name, help_ in (
        ("approve", label("approve.eyes" if eyes else f"approve.{kind}")),
        ("request_changes", label(f"request_changes.{kind}")),
        ("reject", label("reject.help")),
    ):
        out.append(
            f'<div><button name="decision" value="{name}" class="{name}" aria-describedby="{name}-help"{able}>'
            f'{text(label(name))}</button><p class="quiet" id="{name}-help">{text(help_)}</p></div>'
        )
    return "".join([*out, "</div></section>"])


def _bar(sheet: Sheet) -> str:
    """The bar at the lower edge: how far one is, and whether what was typed is safe."""
    total = len(sheet.request.attention)
    done = sum(1 for i in sheet.request.attention if (k := sheet.own.get(i.segment)) is not None and k.looked)
    if sheet.hindrance:
        return ""
    progress = (
        f'<span id="progress">{text(label("progress", done=done, total=total))}</span>'
        f'<progress max="{total}" value="{done}" aria-labelledby="progress"></progress>'
        if total
        else ""
    )
    return (
        f'<div class="bar">{progress}<span id="status" role="status"></span>'
        f'<button name="do" value="save" class="save" formnovalidate>{text(label("save"))}</button>'
        f'<button type="button" id="next" hidden>{text(label("next"))}</button></div>'
    )


# ---- the pages


def _pages(sheet: Sheet) -> str:
    """The page pictures, which a browser loads when they are opened."""
    preview = sheet.preview
    if not preview.sizes and not preview.pdf:
        return f'<aside class="pages"><p class="quiet">{text(label("pages.none"))}</p></aside>'
    link = f'<p><a href="{text(preview.pdf)}">{text(label("pages.pdf"))}</a></p>' if preview.pdf else ""
    older = f'<p class="quiet">{text(label("pages.older"))}</p>' if preview.older else ""
    figures = []
    for number, (width, height) in enumerate(preview.sizes, 1):
        numbers = sorted(n for n, where in preview.pages.items() if where == number)
        alt = label("pages.alt", page=number)
        if numbers:
            alt = label("pages.alt.with", page=number, first=numbers[0], last=numbers[-1])
        source = f"{preview.folder}/{number}.webp?v={quote(preview.version)}"
        figures.append(
            f'<figure id="p{number}" tabindex="-1"><img src="{text(source)}" width="{width}" height="{height}" '
            f'alt="{text(alt)}" loading="lazy" decoding="async"></figure>'
        )
    said = text(label("pages.count", count=len(preview.sizes)))
    return (
        f'<aside class="pages" aria-label="{text(label("pages.title"))}"><details id="pages">'
        f"<summary>{text(label('pages.title'))} <span class={_quoted('quiet')}>{said}</span></summary>"
        f"{older}{link}{''.join(figures)}</details></aside>"
    )


def _when(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def _bool(value: bool) -> str:
    return "true" if value else "false"


# ---- the other pages


@dataclass(frozen=True)
class Entry:
    """One edition in the list."""

    publication: str
    title: str
    language: str
    language_name: str
    state: str
    stage: str
    approved: int
    segments: int
    mine: bool
    """It waits for the person who looks at the list."""
    second: bool = False
    """It would, but what waits is in their own wording or has their approval already: another person has to."""
    why: str = ""
    due: str = ""
    """When the answer is due, in words; empty without a deadline."""


def list_page(entries: Sequence[Entry], who: str, *, styles: Sequence[str]) -> str:
    """All editions that the person may see: first what waits for them."""
    groups = (
        ("yours", [e for e in entries if e.mine]),
        ("others", [e for e in entries if not e.mine and e.state == "in review"]),
        ("rest", [e for e in entries if not e.mine and e.state != "in review"]),
    )
    parts = [f"<header>{_nav(who)}<h1>{text(label('list.title'))}</h1></header>"]
    if not entries:
        parts.append(f"<p>{text(label('list.empty'))}</p>")
    elif not groups[0][1]:
        parts.append(f"<p>{text(label('list.none'))}</p>")
    heads = "".join(
        f'<th scope="col">{text(label(f"list.{name}"))}</th>'
        for name in ("publication", "language", "state", "progress")
    )
    for key, found in groups:
        if found:
            rows = "".join(map(_row, found))
            table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            parts.append(f"<h2>{text(label(f'list.{key}'))}</h2>{table}")
    return page(label("list.title"), f'<main class="list">{"".join(parts)}</main>', styles=styles)


def _row(entry: Entry) -> str:
    leads = text(review_address("", entry.publication, entry.language))
    state = label(f"state.{entry.state}") + (f": {entry.stage}" if entry.stage else "")
    state += f", {entry.due}" if entry.due else ""
    state += f"; {label('list.second')}" if entry.second else ""
    why = f' <span class="quiet">{text(entry.why)}</span>' if entry.why else ""
    share = f"{entry.approved}/{entry.segments}" if entry.segments else ""
    return (
        f'<tr><th scope="row"><a href="{leads}">{text(entry.title)}<span class="vh">, '
        f"{text(entry.language_name)}</span></a></th><td>{text(entry.language_name)}</td>"
        f"<td>{text(state)}{why}</td><td>{share}</td></tr>"
    )


def waiting_page(
    title: str,
    who: str,
    *,
    here: str,
    answer: Literal["", "sent", "unsent"],
    run: str,
    long: bool,
    styles: Sequence[str],
) -> str:
    """What a person sees while the run is at work: it loads itself again, without a script too.

    `answer`: what became of the answer that they have just given, if they gave one.
    """
    words = [label(f"working.{answer}")] if answer else []
    words.append(label("working"))
    seconds = 15 if answer == "unsent" else 10 if long else 3  # the first is to be read
    if long:
        words.append(label("working.long"))
    body = f"<main><header>{_nav(who, run)}<h1>{text(title)}</h1></header>"
    body += f"<h2>{text(label('working.title'))}</h2>"
    body += f'<div role="status">{"".join(f"<p>{text(line)}</p>" for line in words)}</div></main>'
    return page(title, body, styles=styles, again=f"{seconds}; url={here}{'?sent=1' if answer == 'sent' else ''}")


def done_page(
    title: str,
    who: str,
    state: str,
    *,
    why: Sequence[str],
    files: Sequence[tuple[str, str]],
    stale: Sequence[Typed],
    run: str,
    styles: Sequence[str],
) -> str:
    """What a person sees where nothing waits: why, the files, and what they typed and never sent.

    `files`: (name, address; empty where this server does not serve it).
    """
    lines = "".join(f"<li>{text(line)}</li>" for line in why)
    parts = [
        f"<header>{_nav(who, run)}<h1>{text(title)}</h1></header>",
        f'<p class="notice">{text(label(f"done.{state}"))}</p>',
        f"<ul>{lines}</ul>" if lines else "",
    ]
    if files:
        links = "".join(
            f'<li><a href="{text(href)}">{text(name)}</a></li>' if href else f"<li>{text(name)}</li>"
            for name, href in files
        )
        parts.append(f"<h2>{text(label('done.files'))}</h2><ul>{links}</ul>")
    kept = [t for t in stale if t.text]
    if kept:
        items = "".join(
            f'<li>{text(label("typed.stale", when=_when(t.at)))}: <span class="t">{text(t.text or "")}</span></li>'
            for t in kept
        )
        parts.append(f"<ul>{items}</ul>")
    return page(title, f"<main>{''.join(parts)}</main>", styles=styles)
