"""Speed of the term matcher against the plain word-n-gram dictionary, and of reading a large table: `make quality`.

Both searches run in turn over the same 1 MB of made-up English with the same 10,000 terms; the ratio of the medians
counts. The dictionary is the one of the design notes: words by a key (lower case, plural, British spelling), the
longest run of words first, and nothing else: no overlaps, no capitals, no addresses, no words written apart.
"""

from __future__ import annotations

import csv
import io
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from pubpipe.glossary import Glossary, Rendering, Term, matcher
from pubpipe.glossary.table import parse
from pubpipe.languages import TARGETS

TERMS = 10_000
CHARACTERS = 1_000_000
RUNS = 5
LIMIT = 1.5
LANGUAGE = next(iter(TARGETS))
_TOKEN = re.compile(r"\w+")


def words(dice: random.Random, count: int) -> list[str]:
    """Made-up words of two to four syllables, none a form of another."""
    syllables = [c + v for c in "bcdfglmnprtv" for v in "aeiou"]
    out: dict[str, None] = {}
    while len(out) < count:
        out["".join(dice.choices(syllables, k=dice.randint(2, 4))) + dice.choice(("", "n", "r", "l", "nt"))] = None
    return list(out)


def text_and_terms(dice: random.Random) -> tuple[str, list[str]]:
    """A text in which words are as unequal as in English (Zipf), and terms of one to four of its words."""
    vocabulary = words(dice, 20_000)
    place = {word: n for n, word in enumerate(vocabulary)}
    weights = [1 / (n + 10) for n in range(len(vocabulary))]
    chosen = dice.choices(vocabulary, weights, k=CHARACTERS // 6)
    running = [w + ("s" if dice.random() < 0.1 else "") for w in chosen]
    text = " ".join(running)[:CHARACTERS]
    terms: dict[str, None] = {}
    while len(terms) < TERMS:
        size = dice.choices((1, 2, 3, 4), (5, 5, 3, 1))[0]
        # single words are none of the commonest: as many hits a megabyte as the notes have (some 30,000)
        at = dice.randrange(len(chosen) - size)
        term = " ".join(chosen[at : at + size])
        if size > 1 or place[term] > 500:
            terms[term] = None
    return text, list(terms)


def plain_dictionary(terms: Sequence[str]) -> Callable[[str], list[tuple[int, int]]]:
    keys: dict[str, str] = {}

    def key(word: str) -> str:
        known = keys.get(word)
        if known is None:
            bare = word.casefold()
            bare = bare[:-1] if len(bare) > 3 and bare.endswith("s") and not bare.endswith("ss") else bare
            known = keys[word] = bare.replace("labour", "labor")
        return known

    known_terms = {" ".join(key(w) for w in t.split()) for t in terms}
    longest = max(len(t.split()) for t in terms)

    def search(text: str) -> list[tuple[int, int]]:
        tokens = [(key(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text)]
        only = [t[0] for t in tokens]
        out, at = [], 0
        while at < len(only):
            for size in range(min(longest, len(only) - at), 0, -1):
                if " ".join(only[at : at + size]) in known_terms:
                    out.append((tokens[at][1], tokens[at + size - 1][2]))
                    at += size
                    break
            else:
                at += 1
        return out

    return search


def in_turn(*searches: Callable[[], object]) -> list[float]:
    """The median seconds of each, taken in turn."""
    times: list[list[float]] = [[] for _ in searches]
    for number in range(RUNS + 1):
        for search, seconds in zip(searches, times, strict=True):
            started = time.perf_counter()
            search()
            if number:
                seconds.append(time.perf_counter() - started)
    return [statistics.median(s) for s in times]


def table(rows: int) -> bytes:
    """A glossary table of that many rows."""
    made = words(random.Random(4), rows)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("id", "source", LANGUAGE))
    for number, word in enumerate(made):
        writer.writerow((f"t{number}", f"{word} case", f"ក{number}ខ"))
    return out.getvalue().encode()


def main() -> None:
    text, terms = text_and_terms(random.Random(1))
    wanted = {LANGUAGE: Rendering(preferred="ក")}
    started = time.perf_counter()
    ours = matcher(Glossary(terms=tuple(Term(id=f"t{i}", source=t, renderings=wanted) for i, t in enumerate(terms))))
    built = time.perf_counter() - started
    plain = plain_dictionary(terms)
    theirs, mine, whole = in_turn(lambda: plain(text), lambda: ours.locate(text), lambda: ours.find(text, LANGUAGE))
    ratio = mine / theirs
    print(f"finding the places: {ratio:.2f} times the plain dictionary (at most {LIMIT})")
    print(f"  with a checked value for each of {len(ours.locate(text))} hits: {whole / theirs:.2f} times")
    print(f"  {mine * 1000:.0f} and {whole * 1000:.0f} ms against {theirs * 1000:.0f} ms; index built in {built:.1f} s")
    small, large = in_turn(lambda: parse(table(5_000)), lambda: parse(table(50_000)))
    print(f"table of 50,000 rows against 5,000: {large / small:.1f} times (10 is linear); {large:.1f} s")
    if ratio > LIMIT or large / small > 15:
        sys.exit("A limit is not held.")


if __name__ == "__main__":
    main()
