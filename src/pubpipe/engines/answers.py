"""Tells an answer that is a translation from one that only looks like an answer.

Services send error pages, quota notices and echoes with status 200; taken as a translation, they end in
print.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

from pubpipe.engines.protect import LITERAL, TokenForm
from pubpipe.languages import LanguageProfile, fold

# Each was seen as "the translation" (deep-translator issues 282, 289, 307; MyMemory's API answers).
_PAGE = re.compile(
    r"""Error\s?\d{3}\s?\((?:Server\ Error|Bad\ Request|Not\ Found|Forbidden)\)
      | That[’']s\ an\ error | That[’']s\ all\ we\ know
      | unusual\ traffic | \bcaptcha\b | not\ a\ robot
      | MYMEMORY\ WARNING | QUERY\ LENGTH\ LIMIT | NO\ QUERY\ SPECIFIED | INVALID\ LANGUAGE\ PAIR
      | PLEASE\ SELECT\ TWO\ DISTINCT\ LANGUAGES | INVALID\ EMAIL\ PROVIDED
      | \bUSED\ ALL\ AVAILABLE\ FREE\ TRANSLATIONS | (?:quota|rate\ limit)\ (?:has\ been\ )?(?:exceeded|reached)
      | too\ many\ requests | service\ (?:is\ )?(?:temporarily\ )?unavailable | bad\ gateway | gateway\ time-?out
      | access\ denied | enable\ javascript | <!doctype | invalid\ (?:api|subscription)\ key
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HTML = re.compile(r"</?[a-z][a-z0-9-]*(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE)


class Complaint(NamedTuple):
    """Why an answer is not taken. "service": the provider is unwell; "text": it did this one text badly."""

    kind: Literal["service", "text"]
    message: str


def complaint(sent: str, answer: str | None, form: TokenForm, target: LanguageProfile) -> Complaint | None:
    """What is wrong with an answer before anything is restored in it, or None for a plausible translation.

    `sent` is the protected text that went out. An answer is refused that is empty, an error page, markup, the
    source itself, in another script, or far too long. Names and acronyms may come back as they went.
    """
    if answer is None or not answer.strip():
        return Complaint("service", "an empty answer")
    page = _PAGE.search(answer)
    if page and not _PAGE.search(sent):
        return Complaint("service", "an error page instead of a translation")
    if _HTML.search(answer) and not _HTML.search(sent):
        return Complaint("service", "markup instead of a translation")
    if len(answer) > 10 * max(1.0, target.checking.length_ratio) * len(sent) + 200:
        return Complaint("text", "an answer far longer than its source")
    source_text = LITERAL.sub(" ", form.found.sub(" ", sent))
    answer_text = LITERAL.sub(" ", form.found.sub(" ", answer))
    if fold(source_text) == fold(answer_text):
        if _is_prose(source_text):
            return Complaint("text", "the source text, untranslated")
        return None
    return _script_complaint(source_text, answer_text, target)


def _is_prose(text: str) -> bool:
    """Whether a text is more than a name: it has more than three words, or a word in small letters."""
    words = [w for w in re.findall(r"[^\W\d_]+", text) if len(w) > 1]
    return len(words) > 3 or any(len(w) > 2 and w.islower() for w in words)


def _script_complaint(source: str, answer: str, target: LanguageProfile) -> Complaint | None:
    """Whether the letters are those of the target's script; short answers and kept names are let through."""

    def ours(c: str) -> bool:
        return any(a <= ord(c) <= b for a, b in target.script_ranges)

    def letters(text: str) -> list[str]:
        return [c for c in text if unicodedata.category(c)[0] in "LM"]

    right = letters("".join(c for c in answer if ours(c)))
    names = set() if target.latin_diacritics else set(re.findall(r"[^\W\d_]+", source.casefold()))
    # Japanese and Thai put no space between a Latin name and their own letters.
    rest = "".join(" " if ours(c) else c for c in answer)
    wrong = letters("".join(w for w in re.findall(r"[^\W\d_]+", rest) if w.casefold() not in names))
    if not right and not wrong:
        # Every word stands in the source as it is: only names may do that.
        return Complaint("text", "the source's words, untranslated") if _is_prose(answer) else None
    if len(right) + len(wrong) >= 8 and len(right) < len(wrong):
        return Complaint("text", f"text that is not in the script of {target.english_name}")
    if target.latin_diacritics and len(right) >= 30 and answer.isascii():
        return Complaint("text", f"text without the marks of {target.english_name}")
    return None
