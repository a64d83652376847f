"""Whether one English word for another mends its spelling and nothing else: told only where it can be proved."""

from __future__ import annotations

import functools
import gzip
import importlib.util
import json
import re
from pathlib import Path

from pubpipe.errors import MissingExtra

_BRITISH = ("symspellpy", "frequency_dictionary_en_82_765.txt")
"""symspellpy's list (MIT): SCOWL's words in British spelling that stand in Google's book corpus, with how often."""
_AMERICAN = ("spellchecker", "resources/en.json.gz")
"""pyspellchecker's list (MIT): words of film subtitles in American spelling, misspellings taken out, with how often."""
_COMMON = {"symspellpy": 20_000, "spellchecker": 200}
"""Times in its corpus from which a word counts as one that a writer meant."""
_SHORTEST, _LONG = 5, 8
"""Letters: below the first a slip has too many readings; from the second two slips are allowed."""
_WORD = re.compile(r"[a-z]+\Z")
_SPELLINGS = (
    # (British, American) endings; the stem before them has at least three letters
    re.compile(r"(.{3,})(?:(our)|or)(s|ed|ing|ite|ites|able|hood|hoods|er|ers)?\Z"),
    re.compile(r"(.{3,}[^aeiou])(?:(isation)|ization)(s|al)?\Z"),
    re.compile(r"(.{4,}[^aeiou])(?:(is)|iz)(e|es|ed|ing|er|ers)\Z"),
    re.compile(r"(.{3,}[aeiou]l)(?:(l)|)(ed|ing|er|ers)\Z"),
    re.compile(r"(cent|theat|lit|kilomet|fib)(?:(re)|er)(s)?\Z"),
    re.compile(r"(def|off)en(?:(ce)|se)(s)?\Z"),
)
_FIELD = """
    kafala refoulement nonrefoulement zakat hukou peonage parastatal corvee emigree deportee returnee returnees remitter
    remitters subagent subagents outmigration inmigration transboundary unwaged undeclared workfare misclassified
    misclassification reskilling upskilling
"""
_OF_THE_FIELD = frozenset(_FIELD.split())
"""Words of migration and labour that a general list may lack: they are no slips."""
_DIFFERENT = frozenset(("prise", "apprise", "comprise", "enterprise", "surprise", "premise", "promise", "expertise"))


@functools.lru_cache(maxsize=4096)
def respelt(old: str, new: str, also_words: frozenset[str] = frozenset()) -> bool:
    """Whether `new` is surely what `old` meant, spelt right or in the other standard spelling; False where in doubt.

    Both are words as they stand in a text. A slip is told by all of this: `old` is no English word (and none of
    `also_words`: terms, words that the document uses elsewhere), `new` is a usual one, one slip away (two in a long
    word), no other English word is as near, both begin alike, and neither is the other with an ending or a beginning
    more. So "form" for "from" is none, nor "emigrant" for "immigrant", "worker" for "workers" or "unpayed" for "payed".
    British for American spelling and back is told by the endings alone. Names (capitals) are never judged.
    """
    if old == new or not (_WORD.match(old) and _WORD.match(new)):
        return False
    if other_standard(old, new):
        return True
    if len(old) < _SHORTEST or len(new) < _SHORTEST or old[0] != new[0] or old in also_words:
        return False
    if old.startswith(new) or new.startswith(old) or old.endswith(new) or new.endswith(old):
        return False
    words = _words()
    if old in words or old in _OF_THE_FIELD or not words.get(new):
        return False
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    slips = OSA.distance(old, new)
    if slips > (2 if len(old) >= _LONG else 1):
        return False
    sizes = range(len(old) - slips, len(old) + slips + 1)
    nearby = [*(w for w in also_words if len(w) in sizes), *(w for size in sizes for w in _by_length().get(size, ()))]
    near = process.extract(old, nearby, scorer=OSA.distance, score_cutoff=slips, limit=3)
    return {word for word, *_ in near} <= {new}


def other_standard(one: str, other: str) -> bool:
    """Whether two lower-case words are the British and the American spelling of one ("organisation", "labor")."""
    if one in _DIFFERENT or other in _DIFFERENT:
        return False
    for pattern in _SPELLINGS:
        a, b = pattern.match(one), pattern.match(other)
        if a and b and (a[1], a[3]) == (b[1], b[3]) and bool(a[2]) != bool(b[2]):
            return not _words().keys().isdisjoint((one, other))
    return False


@functools.cache
def _words() -> dict[str, bool]:
    """Every English word that either list has, and whether it is a usual one."""
    british = _file(*_BRITISH).read_text(encoding="utf-8-sig").splitlines()
    counts = ((word, int(count)) for word, _, count in (line.partition(" ") for line in british))
    words = {word: count >= _COMMON["symspellpy"] for word, count in counts}
    with gzip.open(_file(*_AMERICAN), "rt", encoding="utf-8") as file:
        for word, count in json.load(file).items():
            words[word] = words.get(word, False) or count >= _COMMON["spellchecker"]
    return words


@functools.cache
def _by_length() -> dict[int, list[str]]:
    lengths: dict[int, list[str]] = {}
    for word in _words():
        lengths.setdefault(len(word), []).append(word)
    return lengths


def _file(package: str, name: str) -> Path:
    """The word list in an installed package, without loading the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingExtra(f"{package} is not installed.", remedy="Install pubpipe again: pip install pubpipe.")
    return Path(spec.origin).parent / name
