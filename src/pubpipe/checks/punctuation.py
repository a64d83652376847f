"""Brackets, quotation marks and the end of the sentence, as the language writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding, shown
from pubpipe.model import Finding

ID = "punctuation"
FINDINGS = (
    Described(
        "punctuation",
        "warning",
        "A bracket is not closed or closes nothing, or the English has more brackets.",
        "rights (and duties) → rights",
    ),
    Described(
        "punctuation.quotes",
        "info",
        "Quotation marks that are not the language’s own.",
        '"…" in Japanese',
    ),
    Described(
        "punctuation.end",
        "warning",
        "The sentence lacks its mark at the end. Not for Thai and Lao, which have none.",
        "… here. → … here",
    ),
)

_PAIRS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "（": "）",
    "［": "］",
    "「": "」",
    "『": "』",
    "【": "】",
    "〈": "〉",
    "《": "》",
}
_CLOSERS = {close: open_ for open_, close in _PAIRS.items()}
_SAME = str.maketrans("（）［］", "()[]")
_CLOSING = "\"'”’»)]）」』】〉》›*\u200b "
_ENUMERATED = re.compile(r"(?:^|(?<=[\s;,]))(?:[a-zA-Z]|[ivx]{1,4}|\d{1,2})\)")
"""A list mark like "a)" closes nothing."""
_FOREIGN_QUOTES = '"„«»‟'


def check(context: CheckContext) -> Iterable[Finding]:
    """Warnings for brackets that do not match and a missing mark at the end, information on foreign quotation
    marks.

    The language's own marks are in its profile; where `sentence_end` is empty (Thai, Lao) none is asked for.
    """
    yield from _brackets(context)
    yield from _quotes(context)
    yield from _end(context)


def _brackets(context: CheckContext) -> Iterable[Finding]:
    if _unbalanced(context.source_text) is not None:
        return
    place = _unbalanced(context.target_text)
    if place is not None:
        char = context.target_text[place]
        what = "is not closed" if char in _PAIRS else "closes nothing"
        yield finding(ID, "warning", f"The bracket {char} {what}.", target=(place, place + 1))
    wanted = sum(context.source_text.count(c) for c in "([")
    given = sum(context.target_text.translate(_SAME).count(c) for c in "([")
    if place is None and given < wanted:
        yield finding(ID, "warning", f"The English has {wanted} brackets, the translation {given}; is a note missing?")


def _unbalanced(text: str) -> int | None:
    """Place of the first bracket without a partner (in full or half width alike)."""
    text = _ENUMERATED.sub(lambda m: " " * len(m[0]), text)
    stack: list[int] = []
    for at, char in enumerate(text):
        if char in _PAIRS:
            stack.append(at)
        elif char in _CLOSERS:
            if not stack or text[stack[-1]].translate(_SAME) != _CLOSERS[char].translate(_SAME):
                return at
            stack.pop()
    return stack[0] if stack else None


def _quotes(context: CheckContext) -> Iterable[Finding]:
    quotes = context.profile.quotes
    own = {quotes.open, quotes.close, quotes.inner_open, quotes.inner_close}
    for at, char in enumerate(context.target_text):
        if char in _FOREIGN_QUOTES and char not in own:
            yield finding(
                "punctuation.quotes",
                "info",
                f"{context.profile.english_name} quotation marks are {quotes.open} {quotes.close}, not {char}.",
                target=(at, at + 1),
            )
            return


def _end(context: CheckContext) -> Iterable[Finding]:
    marks = context.profile.checking.sentence_end
    source = context.source_text.rstrip(_CLOSING)
    target = context.target_text.rstrip(_CLOSING + "\n")
    if not marks or not target or not source.endswith((".", "?", "!")) or source.endswith(("...", "etc.")):
        return
    if len(source.split()) < 4 or not re.search(r"[a-z]", source):
        return
    if target[-1] in marks + "…?!？！" or target.endswith(("...", ":", ";")):
        return
    if target.endswith(context.profile.checking.question_end) and source.endswith("?"):
        return
    last = len(context.target_text.rstrip())
    yield finding(
        "punctuation.end",
        "warning",
        f"The sentence ends {shown(target[-8:])}; {context.profile.english_name} ends it with {marks[0]}.",
        target=(max(0, last - 1), last),
        suggestion=context.target_text.rstrip() + marks[0],
    )
