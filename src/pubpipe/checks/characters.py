"""Characters that must not reach a page: broken, invisible, deceiving, or in an old encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding, shown
from pubpipe.languages.normal import canonical, zawgyi
from pubpipe.model import Finding

ID = "characters"
FINDINGS = (
    Described(
        "characters",
        "error",
        "A broken, invisible, direction-changing or private character, a mark without its letter, "
        "or Burmese in the Zawgyi encoding.",
        "U+FFFD, U+202E",
    ),
    Described(
        "characters.form",
        "info",
        "The text looks right and is typed in an unusual order or form, so that search does not find it.",
        "U+0E4D U+0E32 for U+0E33",
    ),
)

_BROKEN = re.compile("[\ufffd\ufffe\uffff\ue000-\uf8ff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u180e\u2061-\u2064\u3164\ufeff\uffa0\U000e0000-\U000e007f]")
_STARTS_WITH_MARK = re.compile(r"(?:^|(?<=[\s(“\"]))[^\w\s!-~]")


def check(context: CheckContext) -> Iterable[Finding]:
    """Errors for what a reader would see broken or could be deceived by; a warning for what only may trouble
    search."""
    text, source = context.target_text, context.source_text
    for match in _BROKEN.finditer(text):
        yield finding(
            ID, "error", f"{_name(match[0])} is the trace of a failed conversion or has no shape.", target=match.span()
        )
        break
    for pattern, what in (
        (_CONTROL, "is a control character"),
        (_BIDI, "changes the direction of writing unseen"),
        (_INVISIBLE, "is invisible and may be hidden text"),
    ):
        found = pattern.search(text)
        if found and not pattern.search(source):
            yield finding(ID, "error", f"{_name(found[0])} {what}.", target=found.span())
    lone = next((m for m in _STARTS_WITH_MARK.finditer(text) if unicodedata.category(m[0])[0] == "M"), None)
    if lone:
        yield finding(
            ID,
            "error",
            f"The mark {_name(lone[0])} stands on no letter; letters before it are lost.",
            target=lone.span(),
        )
    stored = canonical(text)
    if stored != text:
        yield finding(
            "characters.form",
            "info",
            "Some characters are typed in an unusual order or form; they look right and are not found by search.",
            suggestion=stored,
        )
    if zawgyi(text) == "yes":
        yield finding(
            ID,
            "error",
            f"{shown(text)} is Burmese in the Zawgyi encoding, which is unreadable in a Unicode font.",
            target=(0, len(text)),
        )


def _name(char: str) -> str:
    return f"U+{ord(char):04X}"
