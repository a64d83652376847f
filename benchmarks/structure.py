"""How much of a Word file's structure is still there in its translations: `make bench-structure DOCUMENTS=folder`.

Every .docx and .docm of the folder goes through layout = "source" with the engine `pseudo`, in the languages asked
for. What is compared is the package before and after: each element that is no text, by its name and by what it says
(style, span, field, list level, size of the page …), and the looks that each paragraph's letters have. The source
counts with its tracked changes accepted, which is the policy. With --others the same measure is taken of
LibreOffice's and pandoc's round trip of the untranslated file.

The exit code is 1 where the median is below 0.99, or a file below 0.95 without saying what is gone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pubpipe.engines.pseudo import PseudoEngine
from pubpipe.errors import PubpipeError, SourceError
from pubpipe.identity import digest
from pubpipe.languages import SOURCE, LanguageProfile, profile
from pubpipe.model import ApprovedEdition, Content, SourceDocument, Text
from pubpipe.ooxml import Problem
from pubpipe.readers import docx_source
from pubpipe.renderers import Imprint, Original, find_fonts, load_template
from pubpipe.renderers.inspect_source import inspect_source_docx
from pubpipe.renderers.source_docx import render_source_docx
from pubpipe.segmentation import localize, segment
from pubpipe.word import W, accept_changes, open_word

MEDIAN, LEAST = 0.99, 0.95
LANGUAGES = ("km", "ja")

_TEXT = frozenset(
    f"{W}{name}"
    for name in re.findall(
        r"\w+",
        "r t rPr pPr delText proofErr lastRenderedPageBreak softHyphen noBreakHyphen smartTag smartTagPr bdo dir "
        "dataBinding attachedTemplate",
    )
)
"""Text itself, what a program notes about English words, and what the how-to names as left out."""
_LOOKS = frozenset(
    ["b", "u", "strike", "dstrike", "vertAlign", "smallCaps", "caps", "color", "highlight", "shd", "sz", "rStyle"]
)
_SAYS = ("val", "type", "fldCharType", "name", "orient", "w", "h", "num", "anchor", "uri")


def structure(data: bytes) -> Counter[tuple[str, ...]]:
    """What a Word file is made of besides words: (part, element, what it says) and how often."""
    word = open_word(data, _refuse)
    main = word.main()
    found: Counter[tuple[str, ...]] = Counter()
    for kind in ("", "header", "footer", "footnotes", "endnotes", "comments", "numbering"):
        for part in [main] if not kind else word.related(main, kind):
            root = word.xml(part)
            accept_changes(root)
            found.update((kind or "body", *feature) for feature in _features(root))
    found.update(("image", str(len(word.parts[name]))) for name in word.parts if "/media/" in name)
    return found


def _features(root: Any) -> Iterator[tuple[str, ...]]:
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in _TEXT:
            continue
        if any(a.tag == f"{W}rPr" for a in element.iterancestors(f"{W}rPr")):
            continue
        name = element.tag.rsplit("}", 1)[-1]
        if name == "instrText":
            yield "field", " ".join((element.text or "").split()[:2])
        elif name in ("noAutofit", "normAutofit", "spAutoFit"):
            yield ("autofit",)
        else:
            says = [f"{k}={element.get(f'{W}{k}')}" for k in _SAYS if element.get(f"{W}{k}") is not None]
            if name == "lvlText" or element.get("descr") or name == "docPr":
                says = []
            yield name, *says
        if name == "p":
            looks = {
                f"{p.tag.rsplit('}', 1)[-1]}={p.get(f'{W}val')}"
                for run in element.iter(f"{W}r")
                if next(run.iterancestors(f"{W}p")) is element and "".join(run.itertext()).strip()
                for p in run.findall(f"{W}rPr/*")
                if p.tag.rsplit("}", 1)[-1] in _LOOKS
            }
            for look in sorted(looks):
                yield "look", look


def kept(before: Counter[tuple[str, ...]], after: Counter[tuple[str, ...]]) -> tuple[float, list[str]]:
    """The share of the structure that is still there, and what is gone, most first."""
    total = sum(before.values())
    lost = before - after
    return 1 - sum(lost.values()) / max(total, 1), [f"{n} x {' '.join(k)}" for k, n in lost.most_common()]


def _refuse(problem: Problem) -> SourceError:
    return SourceError(f"the file cannot be read: {problem.kind} {problem.part}")


def pseudo(document: SourceDocument, target: LanguageProfile) -> ApprovedEdition:
    """An edition in words of the target language that say nothing, every tag where it stood."""
    engine = PseudoEngine()

    def translated(content: Content) -> Content:
        return tuple(
            Text(text=engine.translate(item.text, SOURCE, target)[1:])
            if isinstance(item, Text) and re.search(r"[^\W\d_]", item.text)
            else item
            for item in content
        )

    segments = segment(document)
    targets = {s.id: translated(s.content) for s in segments if s.translatable}
    return ApprovedEdition(
        publication="benchmark",
        localized=localize(document, segments, targets, target),
        edition_hash=digest("benchmark"),
        approved_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


def others(path: Path) -> dict[str, float]:
    """The same share for the round trips of LibreOffice and pandoc, untranslated, as far as they are installed."""
    from pubpipe.readers.pandoc import program

    before = structure(path.read_bytes())
    out: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.docx"
        source.write_bytes(path.read_bytes())
        office = ["soffice", f"-env:UserInstallation={(folder / 'p').as_uri()}", "--headless", "--convert-to", "docx"]
        for who, argv, made in (
            ("LibreOffice", [*office, "--outdir", str(folder / "o"), str(source)], folder / "o" / "in.docx"),
            ("pandoc", [program(), str(source), "-o", str(folder / "p.docx")], folder / "p.docx"),
        ):
            try:
                subprocess.run(argv, capture_output=True, timeout=120, check=False)
                out[who] = kept(before, structure(made.read_bytes()))[0]
            except (OSError, subprocess.TimeoutExpired, PubpipeError):
                continue
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=os.environ.get("PUBPIPE_REAL_DATA"), type=Path)
    parser.add_argument("-l", "--languages", default=",".join(LANGUAGES))
    parser.add_argument("--others", action="store_true", help="LibreOffice and pandoc too")
    options = parser.parse_args()
    if options.folder is None or not options.folder.is_dir():
        print(
            "name a folder of Word files: benchmarks/structure.py FOLDER, or PUBPIPE_REAL_DATA=FOLDER", file=sys.stderr
        )
        return 2
    fonts = find_fonts()
    template = load_template(Path(__file__).parent.parent / "templates" / "report")
    files = sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in (".docx", ".docm"))
    shares: list[float] = []
    compared: dict[str, list[float]] = {}
    failed = 0
    print(f"{'file':<48} {'language':<8} {'kept':>6}  gone")
    for path in files:
        data = path.read_bytes()
        try:
            document = docx_source.read(data)
            before = structure(data)
        except PubpipeError as error:
            print(f"{path.name[:48]:<48} not read: {error.message}")
            continue
        for tag in options.languages.split(","):
            target = profile(tag)
            edition = pseudo(document, target)
            made = render_source_docx(
                edition, Original(data=data, document=document), template, target, fonts, Imprint(publisher="")
            )
            share, gone = kept(before, structure(made))
            shares.append(share)
            blocks = [f.message for f in inspect_source_docx(made, edition, target, fonts) if f.severity == "block"]
            print(f"{path.name[:48]:<48} {tag:<8} {share:6.3f}  {'; '.join(gone[:4])}")
            for message in blocks:
                print(f"{'':<57} {message}")
            failed += bool(blocks) or (share < LEAST and not gone)
        for who, share in others(path).items() if options.others else ():
            compared.setdefault(who, []).append(share)
    if not shares:
        print("no Word file was read", file=sys.stderr)
        return 2
    middle = statistics.median(shares)
    print(
        f"\nstructure kept: median {middle:.3f}, least {min(shares):.3f}, {len(shares)} files (asked {MEDIAN}, {LEAST})"
    )
    for who, values in compared.items():
        print(f"{who}'s round trip, untranslated: median {statistics.median(values):.3f}, least {min(values):.3f}")
    return int(bool(failed) or middle < MEDIAN)


if __name__ == "__main__":
    raise SystemExit(main())
