"""Whether a translation says what the glossary asks: wanted forms there, often enough, and refused ones
not."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

from pubpipe.glossary.matching import Matcher
from pubpipe.glossary.targets import Occurrence, Searched, TargetIndex, target_index
from pubpipe.glossary.terms import Glossary
from pubpipe.languages import LanguageProfile
from pubpipe.model import Content, Finding, Severity, TermHit, plain

FINDINGS: tuple[tuple[str, str, str, str], ...] = (
    (
        "terms",
        "error/warning",
        "No form of the term that the termbase wants stands there, or fewer than the term has places in the English. "
        "A warning for a term that is only preferred.",
        "migrant worker → foreign labourer",
    ),
    (
        "terms.forbidden",
        "error/warning",
        "A form that the termbase refuses stands there. A warning where it may be a piece of a longer word.",
        "migrant worker → illegal worker",
    ),
    (
        "terms.name",
        "error/warning",
        "A name that stays as it is was translated (error) or has other capitals (warning).",
        "ILO → iLo",
    ),
    (
        "terms.weak",
        "warning",
        "A form of fewer than six characters was found where the dictionary sees no edge of a word: it may be a piece "
        "of a longer one.",
        "มา in มากมาย",
    ),
)
"""Id, default severity, meaning and example of each kind of finding."""


def verify(
    hits: Sequence[TermHit],
    source: Content,  # noqa: ARG001 -- the hits hold all of it that is needed; the call stays the same if that changes
    target: Content,
    profile: LanguageProfile,
    glossary: Matcher | Glossary | None = None,
) -> tuple[Finding, ...]:
    """What the translation of one segment does against the terms found in its source.

    Ids: "terms" (a wanted form is missing, or stands less often than the term in the source),
    "terms.forbidden" (a refused form stands there), "terms.name" (a name was not kept), "terms.weak" (a short
    form was found only inside what looks like a longer word). Spans are places in the plain texts;
    `suggestion` is the preferred form.

    With the matcher (or the glossary) given, the forms of all its terms are known, and one that covers
    another hides it: the form for "migrant worker" is no form for "labour". Without it only the forms of the
    hits are.
    """
    if not hits:
        return ()
    groups: dict[str, list[TermHit]] = {}
    for hit in hits:
        groups.setdefault(hit.term, []).append(hit)
    forms = {f for hit in hits for f in (*_wanted(hit), *hit.forbidden)}
    index = _index(forms, profile, glossary)
    searched = Searched(plain(target), profile)
    free: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in index.search(searched):
        free[occurrence.form].append(occurrence)
    owners = Counter(key for group in groups.values() for key in {index.key(f) for f in _wanted(group[0])})
    findings: list[Finding] = []
    for group in groups.values():
        keys = dict.fromkeys(index.key(f) for f in _wanted(group[0]))
        taken = _take(len(group), sorted(keys, key=lambda k: owners[k] > 1), free)
        findings += _judge(group, taken, searched)
    for form, hit in {index.key(f): group[0] for group in groups.values() for f in group[0].forbidden}.items():
        findings += [_refused(hit, occurrence, searched) for occurrence in free.get(form, ())]
    return tuple(findings)


def _wanted(hit: TermHit) -> tuple[str, ...]:
    """The forms of which one has to stand in the target, the preferred first."""
    first = (hit.preferred,) if hit.preferred else ()
    surface = (hit.surface,) if hit.keep else ()
    return tuple(dict.fromkeys((*first, *hit.allowed, *surface)))


def _index(forms: set[str], profile: LanguageProfile, glossary: Matcher | Glossary | None) -> TargetIndex:
    if glossary is None:
        return TargetIndex(forms, profile)
    index = (
        target_index(glossary.terms, profile.tag) if isinstance(glossary, Glossary) else glossary.targets(profile.tag)
    )
    return index if all(f in index for f in forms) else TargetIndex((*index.forms, *forms), profile)


def _take(count: int, keys: list[str], free: dict[str, list[Occurrence]]) -> list[Occurrence]:
    """Up to `count` occurrences of the forms, certain ones first; taken, they serve no other term."""
    taken: list[Occurrence] = []
    for weak in (False, True):
        for key in keys:
            for occurrence in [o for o in free.get(key, ()) if o.weak is weak]:
                if len(taken) < count:
                    free[key].remove(occurrence)
                    taken.append(occurrence)
    return taken


def _judge(group: list[TermHit], taken: list[Occurrence], searched: Searched) -> list[Finding]:
    hit, count = group[0], len(group)
    wanted = _wanted(hit)
    if not wanted:
        return []
    severity: Severity = "error" if hit.mandatory else "warning"
    if len(taken) < count:
        spot = group[len(taken)]
        also = f" (or {_list(wanted[1:])})" if wanted[1:] else ""
        if hit.keep:
            check, duty = "terms.name", f"“{spot.surface}” is a name and has to stay as it is{also}"
        else:
            check, duty = "terms", f"“{spot.surface}” has to be “{wanted[0]}”{also}"
        often = f"it stands {len(taken)} of {count} times" if count > 1 else "it is not in the translation"
        return [
            Finding(
                check=check,
                severity=severity,
                message=f"{duty}; {often}.",
                source=spot.span,
                suggestion=wanted[0],
            )
        ]
    findings = []
    for occurrence in taken:
        span = searched.span(occurrence.start, occurrence.end)
        stands = searched.text[span.start : span.end]
        if hit.keep and not any(unicodedata.normalize("NFKC", stands) == form for form in wanted):
            findings.append(
                Finding(
                    check="terms.name",
                    severity="warning",
                    message=f"The name “{hit.surface}” is written “{stands}”.",
                    source=hit.span,
                    target=span,
                    suggestion=wanted[0],
                )
            )
        elif occurrence.weak:
            findings.append(
                Finding(
                    check="terms.weak",
                    severity="warning",
                    message=f"“{stands}” for “{hit.surface}” may be a piece of a longer word; please look.",
                    source=hit.span,
                    target=span,
                )
            )
    return findings


def _refused(hit: TermHit, occurrence: Occurrence, searched: Searched) -> Finding:
    span = searched.span(occurrence.start, occurrence.end)
    stands = searched.text[span.start : span.end]
    instead = f"; write “{hit.preferred}”" if hit.preferred else ""
    return Finding(
        check="terms.forbidden",
        severity="warning" if occurrence.weak else "error",
        message=f"“{stands}” is refused as a translation of “{hit.surface}”{instead}.",
        source=hit.span,
        target=span,
        suggestion=hit.preferred,
    )


def _list(forms: Sequence[str]) -> str:
    return ", ".join(f"“{f}”" for f in forms)
