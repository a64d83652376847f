"""Whether the target is in the language's script, and no English was left in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding, shown
from pubpipe.checks.urls import ADDRESS
from pubpipe.languages import LanguageProfile
from pubpipe.model import Finding, Severity

ID = "script"
FINDINGS = (
    Described(
        "script",
        "error/warning",
        "Too few letters are of the language: error under half of them, warning under three "
        "quarters. For Vietnamese the marks on letters are counted; for Japanese kana tell it from Chinese.",
        "a page in another language",
    ),
    Described(
        "script.english",
        "warning",
        "Words of the English stand untranslated in the translation.",
        "… to rest and leisure …",
    ),
)

_ACRONYM = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]?[A-Z0-9]+[a-z]?s?(?![a-z])")
_CODE = re.compile(r"[A-Za-z0-9]{1,40}(?:[._/:=@#$-]{1,3}[A-Za-z0-9]{1,40}){1,20}", re.ASCII)
"""A word with such a sign inside is a code or a name."""
_WORD = r"[A-Za-z]+(?:['’][a-z]+)?"
_ENGLISH = re.compile(rf"(?<![\w@.]){_WORD}(?:[ -]{_WORD}){{2,}}(?![\w@])", re.ASCII)
_COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "do",
        "for",
        "from",
        "has",
        "have",
        "if",
        "in",
        "is",
        "it",
        "its",
        "may",
        "must",
        "no",
        "not",
        "of",
        "on",
        "or",
        "shall",
        "should",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "these",
        "they",
        "this",
        "those",
        "to",
        "under",
        "was",
        "were",
        "which",
        "who",
        "will",
        "with",
        "within",
        "without",
        "you",
        "your",
    ]
)
"""Words that English cannot do without and names seldom have."""


def check(context: CheckContext) -> Iterable[Finding]:
    """An error where most letters are of another script, a warning where part is, and for runs of English
    words.

    Addresses, acronyms and words in capitals that the source has too do not count. For a language in Latin
    script the share of letters with its diacritics decides (Vietnamese: 0.26 in the mean, never under 0.11 in
    40 letters).
    """
    text, profile = context.target_text, context.profile
    names = {w for w in re.findall(r"[A-Za-z]+", context.source_text) if w[0].isupper()}
    rest = _ACRONYM.sub(" ", _CODE.sub(" ", ADDRESS.sub(" ", text)))
    if profile.latin_diacritics:
        yield from _by_diacritics(context, rest)
    elif profile.checking.common_words:
        yield from _by_words(context, rest)
    else:
        yield from _by_script(context, rest, names, profile)
    known = _threes(context.source_text.lower())
    for match in _ENGLISH.finditer(ADDRESS.sub(lambda m: " " * len(m[0]), text)):
        for start, end in _copied(match[0], known):
            left = match[0][start:end]
            words = re.findall(r"\b[a-z]{2,}\b", left)
            common = sum(w in _COMMON for w in words)
            if (common >= 2 and common * 4 >= len(words)) or (common and len(words) >= 4):
                span = (match.start() + start, match.start() + end)
                yield finding("script.english", "warning", f"{shown(left)} seems to be English left over.", target=span)


def _threes(text: str) -> frozenset[tuple[str, ...]]:
    """Every three words that follow one another."""
    words = re.findall(r"[a-z]+", text)
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _copied(run: str, known: frozenset[tuple[str, ...]]) -> Iterable[tuple[int, int]]:
    """The longest stretches of a run of words that stand so in the source: Vietnamese words before it may look
    English."""
    words = list(re.finditer(r"[A-Za-z]+", run))
    start: int | None = None
    for at in range(len(words)):
        same = tuple(w[0].lower() for w in words[at : at + 3]) in known
        if same and start is None:
            start = at
        if start is not None and not same:
            yield words[start].start(), words[at + 1].end()
            start = None


def _by_script(context: CheckContext, text: str, names: set[str], profile: LanguageProfile) -> Iterable[Finding]:
    own = other = strange = 0
    for char in text:
        if not _is_letter(char):
            continue
        if any(a <= ord(char) <= b for a, b in profile.script_ranges):
            own += 1
        elif char.isascii():
            other += 1
        else:
            strange += 1
    other -= sum(len(w) for w in re.findall(r"[A-Za-z]+", text) if w in names)
    total = own + other + strange
    if total < 4 or not re.search(r"[a-z]{3}", context.source_text):
        return
    share = own / total
    if share < 0.75 and (share < 0.5 or total >= 20):
        yield finding(
            ID,
            "error" if share < 0.5 and total >= 20 else "warning",
            f"Only {round(share * 100)} % of the letters are {profile.english_name}.",
        )
    elif strange >= 3 and strange > total * 0.05:
        yield finding(ID, "warning", f"Some letters are of a script that is neither {profile.english_name} nor Latin.")
    signature = profile.checking.signature
    if signature and own > 20 and not any(a <= ord(c) <= b for c in text for a, b in signature):
        yield finding(ID, "error", f"The text may not be {profile.english_name}: it lacks letters that every one has.")


def _by_diacritics(context: CheckContext, text: str) -> Iterable[Finding]:
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 20 or not re.search(r"[a-z]{3}", context.source_text):
        return
    marked = sum(not c.isascii() for c in letters)
    share = marked / len(letters)
    if share < 0.12:
        yield finding(
            ID,
            "error" if share < 0.05 and len(letters) >= 40 else "warning",
            f"Only {round(share * 100)} % of the letters have the marks of {context.profile.english_name}.",
        )


def _by_words(context: CheckContext, text: str) -> Iterable[Finding]:
    """An error where a text in the letters of English has English words and none of the language's."""
    words = re.findall(r"[a-z]+", text.lower())
    own = sum(w in context.profile.checking.common_words for w in words)
    english = sum(w in _COMMON and w not in context.profile.checking.common_words for w in words)
    if len(words) >= 4 and english >= 2 and english > own:
        severity: Severity = "error" if own == 0 and english * 5 >= len(words) else "warning"
        yield finding(
            ID, severity, f"The words are more English than {context.profile.english_name}: {english} against {own}."
        )


def _is_letter(char: str) -> bool:
    if char.isascii():
        return char.isalpha()
    return unicodedata.category(char)[0] in "LM"
