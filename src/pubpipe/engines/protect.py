"""Keeps what an engine must not touch: tokens go in for it, and are proved to have come back.

A segment's inline tags, placeholders, addresses, document numbers and do-not-translate names become tokens
such as `[X7X]`. Engines put spaces into tokens, change their brackets, write their digits in the target
script, escape, repeat, swap or drop them; `restore` understands the first kind and refuses the second.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from pubpipe.engines.base import TokenFormName
from pubpipe.languages import LanguageProfile, canonical
from pubpipe.model import (
    Content,
    Inline,
    Placeholder,
    Span,
    TagClose,
    TagOpen,
    TermHit,
    Text,
    plain,
    tag_problems,
    tidy,
)


@dataclass(frozen=True)
class TokenForm:
    """A shape of placeholder: how it is written, how a mangled one is known, and what a broken one leaves."""

    write: Callable[[int], str]
    found: re.Pattern[str]
    residue: re.Pattern[str]


# Letters that engines put for X: small, Cyrillic, full-width, the multiplication sign.
_X = "[XxХхＸｘ×]"
_OPEN, _SHUT = r"[\[［【〔「(（{｛]", r"[\]］】〕」)）}｝]"
_N = r"(\d(?:\s?\d){0,3})"

FORMS: dict[TokenFormName, TokenForm] = {
    # survives plain-text engines best (research: 14 of 14 reported manglings recovered)
    "bracket": TokenForm(
        lambda n: f"[X{n}X]",
        re.compile(rf"{_OPEN}\s*{_X}\s*{_N}\s*{_X}\s*{_SHUT}"),
        re.compile(rf"{_OPEN}\s*{_X}|{_X}\s*\d+\s*{_X}|{_X}\s*{_SHUT}"),
    ),
    "letters": TokenForm(
        lambda n: f"XQZ{n}Z",
        re.compile(rf"[XxＸ]\s*[QqＱ]\s*[ZzＺ]\s*{_N}\s*[ZzＺ]"),
        re.compile(r"[XxＸ]\s*[QqＱ]\s*[ZzＺ]"),
    ),
    "mail": TokenForm(
        lambda n: f"ph{n}@tb.x",
        re.compile(rf"[Pp][Hh]\s*{_N}\s*[@＠]\s*[Tt][Bb]\s*[.．]\s*[Xx]"),
        re.compile(r"[@＠]\s*[Tt][Bb]\b"),
    ),
    # what language models are used to
    "at": TokenForm(
        lambda n: f"@@PH{n}@@",
        re.compile(rf"\\?[@＠]\s?\\?[@＠]\s*[Pp][Hh]\s*{_N}\s*\\?[@＠]\s?\\?[@＠]"),
        re.compile(r"[@＠]\s?[@＠]|[Pp][Hh]\d"),
    ),
}

SECOND_FORM: dict[TokenFormName, TokenFormName] = {
    "bracket": "letters",
    "letters": "bracket",
    "mail": "bracket",
    "at": "bracket",
}
"""The shape to try when an engine lost the first one."""

LITERAL = re.compile(
    r"""
    (?:https?|ftp)://[^\s<>"“”]*[^\s<>"“”.,;:!?)\]'’]          # addresses, without the full stop after them
    | \bwww\.[^\s<>"“”]*[^\s<>"“”.,;:!?)\]'’]
    | \bdoi:\s?10\.\d{4,}/[^\s<>"“”]*[^\s<>"“”.,;:!?)\]'’]
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | \bNos?\.\s?\d[\w/.–-]*\b(?:/[\w.]+)*                      # "No." alone is translated as a negation
    | \b[A-Z]{1,6}(?:/[A-Z\d.]+)+/\d+\b                         # A/RES/73/195
    | \b(?:[A-Z]{1,5}-?\d{1,6}|[A-Z]{1,4}\.\d{1,6})(?:[./-]\d+)*\b   # C189, ISO-3166, E.164
    | \b\d+/(?:\d+/)?\d+\b                                      # 249/13
    """,
    re.VERBOSE,
)
"""Addresses and numbers of documents: identical in every language."""

NUMBER = re.compile(r"\d+(?:[.,:’'\u00a0\u202f]\d+)*")
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff]")
_LINE_END = re.compile(r"\s*[\r\n\u2028]\s*")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_CLOSING = frozenset(".,;:!?)]»”’%…。、，．！？）】」』။၊។៕")
_OPENING = frozenset("([«“‘（【「『")


class TokensLost(Exception):
    """The answer cannot be proved to have kept what was protected; the text says what is wrong, in words."""


@dataclass(frozen=True)
class Shield:
    """A protected segment: what the engine gets, and what is needed to undo it."""

    text: str
    source: Content
    form: TokenForm
    tokens: tuple[Inline | str, ...]
    """What token n+1 stands for: an inline value, or characters for the target."""
    gaps: tuple[tuple[bool, bool], ...]
    """Whether the source has white space before and after each token."""
    lead: Content
    tail: Content
    """What stood at the edges and needs no token to find its place again."""

    @property
    def has_letters(self) -> bool:
        """Whether anything is left to translate between the tokens."""
        return any(c.isalpha() for c in self.form.found.sub(" ", self.text))

    @property
    def looks_like_tokens(self) -> bool:
        """Whether the source itself has what a broken token leaves ("[x" in a citation)."""
        return self.form.residue.search(self.form.found.sub(" ", self.text)) is not None


def protect(
    content: Content,
    *,
    form: TokenFormName = "bracket",
    terms: tuple[TermHit, ...] = (),
    masked: Collection[str] = (),
    numbers: bool = False,
    bare: bool = False,
) -> Shield:
    """The text to send for `content`, with tokens for what must not be translated.

    `masked` names terms (`TermHit.term`) that become tokens for their preferred target form; `numbers` makes
    tokens of numbers too; `bare` sends the plain characters without any token (the last resort).
    """
    source = tidy(content)
    lead, middle, tail = _peel(source)
    shape = FORMS[form]
    if bare:
        text = _ZERO_WIDTH.sub("", " ".join(plain(middle).split()))
        kept = (*(m[0] for m in LITERAL.finditer(text)), *(t.surface for t in terms if t.keep))
        return Shield(text, source, shape, kept, (), lead, tail)
    spans = _protected_spans(plain(middle), _shift(terms, lead), frozenset(masked), numbers, shape)
    parts: list[str | int] = []
    tokens: list[Inline | str] = []

    def token(value: Inline | str) -> None:
        tokens.append(value)
        parts.append(len(tokens))

    position = 0
    for item in middle:
        if isinstance(item, Text):
            at = 0
            for start, end, replacement in spans:
                a, b = start - position, end - position
                if a < at or b > len(item.text):
                    continue
                parts.append(item.text[at:a])
                token(item.text[a:b] if replacement is None else replacement)
                at = b
            parts.append(item.text[at:])
            position += len(item.text)
        else:
            token(item)
            position += len(plain((item,)))
    text = "".join(shape.write(p) if isinstance(p, int) else _ZERO_WIDTH.sub("", p) for p in parts)
    gaps = []
    for number in range(1, len(tokens) + 1):
        before, _, after = text.partition(shape.write(number))
        gaps.append((before[-1:].isspace(), after[:1].isspace()))
    return Shield(text, source, shape, tuple(tokens), tuple(gaps), lead, tail)


def restore(shield: Shield, answer: str, target: LanguageProfile) -> Content:
    """The target content that an engine's answer stands for, everything protected back in its place.

    Raises TokensLost unless every token came back exactly once, tags are nested, no tag that held words is
    empty, and no piece of a token is left in the text.
    """
    text = _clean(shield, answer)
    texts: list[str] = []
    numbers: list[int] = []
    at = 0
    for match in shield.form.found.finditer(text) if shield.tokens else ():
        texts.append(text[at : match.start()])
        numbers.append(int("".join(match[1].split())))
        at = match.end()
    texts.append(text[at:])
    for number in numbers:
        if not 1 <= number <= len(shield.tokens):
            raise TokensLost("a placeholder came back that was not sent")
    for number, value in enumerate(shield.tokens, start=1):
        if numbers.count(number) != 1:
            times = "was lost" if not numbers.count(number) else "came back more than once"
            raise TokensLost(f"{_describe(value)} {times}")
    if shield.tokens and any(shield.form.residue.search(t) for t in texts) and not shield.looks_like_tokens:
        raise TokensLost("a piece of a placeholder is left in the text")
    _space(shield, texts, numbers, target)
    middle: list[Inline] = [Text(text=texts[0])]
    for number, after in zip(numbers, texts[1:], strict=True):
        value = shield.tokens[number - 1]
        middle += [Text(text=value) if isinstance(value, str) else value, Text(text=after)]
    content = _trim(tuple(middle))
    if not plain(content).strip():
        raise TokensLost("nothing but placeholders came back")
    whole = tidy(
        Text(text=canonical(i.text)) if isinstance(i, Text) else i for i in tidy((*shield.lead, *content, *shield.tail))
    )
    problems = tag_problems(shield.source, whole) or _emptied(shield.source, whole)
    if problems:
        raise TokensLost("; ".join(problems))
    return whole


def restore_bare(shield: Shield, answer: str) -> tuple[Content | None, str]:
    """What can be made of an answer to a text that went out without tokens: (target or None, its characters).

    It is a target only where there were no tags or placeholders to lose inside, and every address, document number
    and name to keep stands in it as often as in the source.
    """
    text = canonical(_clean(shield, answer))
    whole = tidy((*shield.lead, Text(text=text), *shield.tail))
    kept = all(_times(str(t), text) == _times(str(t), shield.text) for t in shield.tokens)
    if text and kept and not tag_problems(shield.source, whole):
        return whole, text
    return None, text


def digits(text: str) -> tuple[str, ...]:
    """The decimal digits of a text in order of size, whatever script they are written in."""
    return tuple(sorted(str(unicodedata.decimal(c)) for c in text if c.isdecimal()))


def _clean(shield: Shield, answer: str) -> str:
    """The answer without invisible characters, escapes and line ends that the source does not have."""
    text = _ZERO_WIDTH.sub("", answer).strip()
    if not _ENTITY.search(shield.text):
        text = html.unescape(text)
    return text if "\n" in shield.text else _LINE_END.sub(" ", text)


def _times(literal: str, text: str) -> int:
    """How often a literal stands in a text that is not part of a longer Latin word or number."""
    return len(re.findall(rf"(?<![0-9A-Za-z]){re.escape(literal)}(?![0-9A-Za-z])", text))


def _peel(content: Content) -> tuple[Content, Content, Content]:
    """What stands at the edges and can be put back without being sent: marks at the ends, tags around the
    whole."""
    lead: list[Inline] = []
    tail: list[Inline] = []
    items = list(content)
    while items:
        first, last = items[0], items[-1]
        if isinstance(first, Placeholder):
            lead.append(items.pop(0))
        elif isinstance(last, Placeholder):
            tail.insert(0, items.pop())
        elif isinstance(first, TagOpen) and isinstance(last, TagClose) and first.id == last.id:
            lead.append(items.pop(0))
            tail.insert(0, items.pop())
        else:
            break
    # White space that the peeling laid bare stays with the edge: engines strip it.
    if items and isinstance(items[0], Text) and items[0].text[:1].isspace():
        body = items[0].text.lstrip()
        lead.append(Text(text=items[0].text[: len(items[0].text) - len(body)]))
        items[0] = Text(text=body)
    if items and isinstance(items[-1], Text) and items[-1].text[-1:].isspace():
        body = items[-1].text.rstrip()
        tail.insert(0, Text(text=items[-1].text[len(body) :]))
        items[-1] = Text(text=body)
    return tuple(lead), tuple(items), tuple(tail)


def _shift(terms: Iterable[TermHit], lead: Content) -> tuple[TermHit, ...]:
    """The hits with spans that count from after the peeled edge."""
    by = len(plain(lead))
    if not by:
        return tuple(terms)
    return tuple(t.model_copy(update={"span": Span(start=t.span.start - by, end=t.span.end - by)}) for t in terms)


def _protected_spans(
    text: str, terms: tuple[TermHit, ...], masked: frozenset[str], numbers: bool, form: TokenForm
) -> list[tuple[int, int, str | None]]:
    """Stretches of the plain text that become tokens, in order; the third is what comes back, None: the
    same."""
    wanted: list[tuple[int, int, str | None]] = []
    # Text that already looks like a token would be taken for one on its way back.
    wanted += [(m.start(), m.end(), None) for m in form.found.finditer(text)]
    literals = [(m.start(), m.end(), None) for m in LITERAL.finditer(text)]
    wanted += [s for s in literals if "/" in text[s[0] : s[1]] or "@" in text[s[0] : s[1]]]
    for hit in sorted(terms, key=lambda t: t.span.start - t.span.end):
        if hit.keep:
            wanted.append((hit.span.start, hit.span.end, None))
        elif hit.term in masked and hit.preferred:
            wanted.append((hit.span.start, hit.span.end, hit.preferred))
    wanted += literals
    if numbers:
        wanted += [(m.start(), m.end(), None) for m in NUMBER.finditer(text)]
    taken: list[tuple[int, int, str | None]] = []
    for span in wanted:
        if 0 <= span[0] < span[1] and all(span[1] <= t[0] or span[0] >= t[1] for t in taken):
            taken.append(span)
    return sorted(taken, key=lambda s: s[0])


def _describe(value: Inline | str) -> str:
    """What a lost token stood for, in words for a reviewer."""
    if isinstance(value, str):
        return f"“{value[:40]}”"
    if isinstance(value, TagOpen):
        return f"<{value.id}> ({value.kind})"
    if isinstance(value, TagClose):
        return f"</{value.id}>"
    if isinstance(value, Placeholder):
        return f"<{value.id}/> ({value.kind})"
    return "a text"


def _emptied(source: Content, target: Content) -> tuple[str, ...]:
    """Tags that hold words in the source and nothing in the target."""

    def held(content: Content) -> dict[int, bool]:
        full: dict[int, bool] = {}
        active: list[int] = []
        for item in content:
            if isinstance(item, TagOpen):
                active.append(item.id)
                full.setdefault(item.id, False)
            elif isinstance(item, TagClose):
                active = [n for n in active if n != item.id]
            elif not isinstance(item, Text) or item.text.strip():
                full.update(dict.fromkeys(active, True))
        return full

    before, after = held(source), held(target)
    return tuple(f"<{n}> holds nothing" for n, full in before.items() if full and not after.get(n, False))


def _trim(content: Content) -> Content:
    """The content without white space at either end."""
    items = list(tidy(content))
    if items and isinstance(items[0], Text):
        items[0] = Text(text=items[0].text.lstrip())
    if items and isinstance(items[-1], Text):
        items[-1] = Text(text=items[-1].text.rstrip())
    return tidy(items)


def _space(shield: Shield, texts: list[str], numbers: list[int], target: LanguageProfile) -> None:
    """Puts the white space around tokens right, in place: engines set Latin tokens off with spaces.

    `texts[j]` stands before and `texts[j + 1]` after token `numbers[j]`.
    """
    shown = [v if isinstance(v, str) else "" for v in (shield.tokens[n - 1] for n in numbers)]

    def before(j: int) -> str:
        for k in range(j, -1, -1):
            if texts[k].strip():
                return texts[k].rstrip()[-1]
            if k and shown[k - 1]:
                return shown[k - 1][-1]
        return ""

    def after(j: int) -> str:
        for k in range(j + 1, len(texts)):
            if texts[k].strip():
                return texts[k].lstrip()[0]
            if k < len(shown) and shown[k]:
                return shown[k][0]
        return ""

    for j, number in enumerate(numbers):
        value = shield.tokens[number - 1]
        had_before, had_after = shield.gaps[number - 1]
        left, right = before(j), after(j)
        gap_before, gap_after = texts[j][-1:].isspace(), texts[j + 1][:1].isspace()
        if isinstance(value, TagOpen):
            if gap_after and not had_after:
                gap_before, gap_after = True, False  # "đọc<1> luật</1>" -> "đọc <1>luật</1>"
            gap_before = gap_before or (target.spaced and had_before and left.isalnum())
        elif isinstance(value, TagClose):
            if gap_before and not had_before:
                gap_before, gap_after = False, True
            gap_after = gap_after or (target.spaced and had_after and right.isalnum())
        elif isinstance(value, Placeholder):
            if gap_before and not had_before:
                gap_before, gap_after = False, True
            gap_after = right.isalnum() and (gap_after or (target.spaced and had_after))
            if value.kind == "break":
                gap_before = gap_after = False
        else:
            gap_before = gap_before or (target.spaced and had_before and left.isalnum())
            gap_after = gap_after or (target.spaced and had_after and right.isalnum())
        gap_after = gap_after and right not in _CLOSING
        gap_before = gap_before and left not in _OPENING
        if not target.spaced:
            own = shown[j]
            gap_before = gap_before and _separate(left, own[:1] or right, target)
            gap_after = gap_after and _separate(own[-1:] or left, right, target)
        texts[j] = texts[j].rstrip() + (" " if gap_before and left else "")
        texts[j + 1] = (" " if gap_after and right else "") + texts[j + 1].lstrip()


def _separate(left: str, right: str, target: LanguageProfile) -> bool:
    """Whether a space may stand between two characters in a script that does not separate words."""
    ours = [any(a <= ord(c) <= b for a, b in target.script_ranges) for c in (left, right) if c]
    if all(ours):
        return False
    return bool(target.sentence_joint) or not any(ours)
