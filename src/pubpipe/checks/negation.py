"""A "not" or a "must" of the source for which the target has no word, or one that was added: the mistake that
turns a right around."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding, shown
from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import fold
from pubpipe.model import Finding

ID = "negation"
FINDINGS = (
    Described(
        ID,
        "warning",
        "The English says “not”, “never”, “no” or “without”, and the translation has none of the language's words "
        "for it. The list of words is in the language's profile.",
        "Employers must not keep passports. → Employers must keep passports.",
    ),
    Described(
        "negation.must",
        "warning",
        "The English says “must”, “have to” or “is required to”, and the translation has no word of duty. Where the "
        "duty is denied (“must not”) only the “not” is looked for.",
        "Employers must pay on time. → Employers pay on time.",
    ),
    Described(
        "negation.shall",
        "info",
        "The same for “shall”, which legal texts also use for the plain future.",
        "Education shall be free. → Education is free.",
    ),
    Described(
        "negation.added",
        "warning",
        "The translation denies something, and the English has no word of denial, doubt or limit.",
        "Workers keep their passports. → Workers do not keep their passports.",
    ),
)

_NOT = re.compile(
    r"(?<!or )(?<!whether )\b(?:not(?! (?:only|just|least|necessarily))"
    r"|never|cannot|can't|without|neither|nor|nobody|nothing|none"
    r"|[a-z]{2,8}n['’]t"
    r"|no(?!['\"”’]|\.? of |\.? ?\d| (?:longer|more|less|later) than| one's| doubt| matter))\b",
    re.IGNORECASE,
)
_DENIED = r"(?! (?:not|never|neither|no|in no)\b)"
_MUST = re.compile(
    rf"\b(?:must|have to|has to)\b{_DENIED}|(?<!not )\b(?:obliged|obligated|required) to\b|\bmandatory\b", re.IGNORECASE
)
_SHALL = re.compile(rf"\bshall\b{_DENIED}", re.IGNORECASE)
_NO_SUBJECT = re.compile(r"\b(?:no(?: one|body|thing)?|none|neither|nor|not|never)\b[^.;:?!]*$", re.IGNORECASE)
"""What comes before "shall" in "No one shall be held in slavery": the clause is a prohibition."""
_CLAUSE = 160
_LIMITS = re.compile(
    r"\b(?:no|not?|nor|none|never|neither|nobody|nothing|nowhere|cannot|without|[a-z]{2,8}n['’]?t|only|just|but|except"
    r"|unless|until|before|rather|instead|too|otherwise|different\w*|fail\w*|lack\w*|miss\w*|refus\w*|reject\w*"
    r"|den(?:y|ied|ies|ial)\w*|prevent\w*|prohibit\w*|forbid\w*|ban(?:s|ned)?|avoid\w*|stop\w*|hardly|barely"
    r"|seldom|rarely|few|less|little|least|exclud\w*|exclusive|regardless|irrespective|despite|although|though|however"
    r"|whether|free (?:from|of)|absen\w*|ignor\w*|wrong\w*|disabl\w*|off|out|empty|over|beyond|false|ever|any\w*"
    r"|restrict\w*|limit\w*|los[est]\w*|hid(?:e|den)\w*|skip\w*|remov\w*|left|away|against|illicit|blank|zero|null"
    r"|alone|optional\w*|errors?|busy|either|un(?!der|it|ion|iv|til|ique)[a-z]{3,}|non-?[a-z]{3,}|anti-?[a-z]+"
    r"|in(?:complete|valid|formal|secure|adequate|equal|sufficient|visible|abilit|appropriate|correct|active|consistent"
    r"|effective|dependent|direct|definite|justice|capa|access|explic|variab|sens|oper|tang|stab|toler)\w*"
    r"|im(?:possib|proper|mature|balance|partial|mediate|permea|plausib|perfect)\w*|il(?:legal|litera|legit)\w*"
    r"|ir(?:regular|relevan|respons|revers|resp)\w*|mis(?:use|take|lead|spell|match|under|inform|treat)\w*"
    r"|dis(?:ab|agree|advant|appear|connect|contin|crimin|honest|order|satisf|like|respect|regard|miss|tinct|trust)\w*"
    r"|[a-z]+less(?:ly|ness)?"
    r"|difficult\w*|bad|poor|weak|constant\w*|permanent\w*|evergreen|exempt\w*|waiv\w*|secret\w*|silent\w*|same)\b",
    re.IGNORECASE,
)
"""English words that a translator may well render with "not": after any of them nothing is said to be added."""


def check(context: CheckContext) -> Iterable[Finding]:
    """Warnings, with the words, where "not" or "must" stands on one side alone; the words are evidence.

    A language may say the same without any marker ("fail to", "refuse"), so that this is never an error.
    """
    checking, source = context.profile.checking, context.source_text
    found = _NOT.search(source)
    if found and checking.negation and not _stands(checking.negation, context):
        yield _missing(ID, found, checking.negation)
    if checking.obligation:
        must = _MUST.search(source)
        shall = next((m for m in _SHALL.finditer(source) if not _prohibits(source, m.start())), None)
        if (must or shall) and not _stands(checking.obligation, context):
            if must:
                yield _missing("negation.must", must, checking.obligation)
            elif shall:
                yield _missing("negation.shall", shall, checking.obligation)
    if checking.negation_sure and source.strip() and not _LIMITS.search(source) and "?" not in source:
        added = _first(checking.negation_sure, context, checking.affirmed)
        if added:
            yield finding(
                "negation.added",
                "warning",
                f"{shown(added)} denies something, and the English has no such word; please look.",
            )


def _missing(check_id: str, found: re.Match[str], markers: tuple[str, ...]) -> Finding:
    return finding(
        check_id,
        "info" if check_id == "negation.shall" else "warning",
        f"“{found[0]}” in the English has no counterpart that is known ({_some(markers)}).",
        source=found.span(),
    )


def _prohibits(source: str, at: int) -> bool:
    return _NO_SUBJECT.search(source[max(0, at - _CLAUSE) : at]) is not None


def _some(markers: tuple[str, ...]) -> str:
    return ", ".join(markers[:4]) + (", …" if len(markers) > 4 else "")


def _stands(markers: tuple[str, ...], context: CheckContext) -> bool:
    return _first(markers, context) is not None


def _first(markers: tuple[str, ...], context: CheckContext, others: tuple[str, ...] = ()) -> str | None:
    text = context.target_folded
    for word in (*context.profile.checking.negation_accidents, *others):
        text = text.replace(fold(word), " ")
    return next((m for m in markers if _has(text, fold(m), context.profile)), None)


def _has(text: str, marker: str, profile: LanguageProfile) -> bool:
    """Whether the marker stands there as a word (spaced scripts), or not cut from a syllable (the others)."""
    at = text.find(marker)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(marker) : at + len(marker) + 2]
        if profile.spaced:
            if not (before.isalnum() or after[:1].isalnum()):
                return True
        elif not after or (unicodedata.category(after[0])[0] != "M" and after[1:2] != "\u103a"):
            return True
        at = text.find(marker, at + 1)
    return False
