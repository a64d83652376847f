"""How fast pages are set, against LibreOffice, Chromium and XeLaTeX in one run: `make bench`; --json FILE keeps it.

What is set is the example publication in six languages, and one of its editions repeated to some 300 pages. Every
command is a whole process as a user starts it; the commands run in turn, and the median counts. On a machine with
other work, look at the ratios of processor time: both sides of a ratio slow down, but not by the same share.
A peer that is not installed is left out and named.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from run import ID, _memory, _tree, _workspace

LANGUAGES = ("km", "my", "th", "vi", "lo", "ja")
LONG = "km"
TIMES = (12, 48)
"""How often the edition is repeated: about 75 and 300 pages."""
INSTALL = {
    "LibreOffice": "apt-get install libreoffice-writer-nogui",
    "Chromium": "apt-get install chromium",
    "XeLaTeX": "apt-get install texlive-xetex texlive-fonts-recommended (about 500 MB)",
}


@dataclass(frozen=True)
class Cost:
    wall: float
    """Seconds from start to exit."""
    cpu: float
    """Seconds of all processors, of the process and its children."""
    megabytes: float
    """Peak memory of the process with its children, shared pages by share; 0 where it was not looked at."""


@dataclass(frozen=True)
class Row:
    what: str
    wall: float
    cpu: float
    limit: float | None
    detail: str

    @property
    def held(self) -> str:
        return "" if self.limit is None else "yes" if self.wall <= self.limit else "NO"


def cost(commands: Sequence[Sequence[str]], cwd: Path, *, memory: bool = False, **environ: str) -> Cost:
    """What it takes to run the commands one after the other; ends the run where one fails."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    peak = [0.0]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PUBPIPE_", "PREFECT_"))}
    for command in commands:
        process = subprocess.Popen(
            command, cwd=cwd, env={**kept, **environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        stop = threading.Event()
        if memory:
            threading.Thread(target=_watch, args=(process.pid, peak, stop), daemon=True).start()
        said, _ = process.communicate()
        stop.set()
        if process.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))[:200]} ended with {process.returncode}:\n{said.decode()[-2000:]}")
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, peak[0] / 1024)


def _watch(pid: int, peak: list[float], stop: threading.Event) -> None:
    while not stop.wait(0.05):
        peak[0] = max(peak[0], sum(_memory(each) for each in _tree(pid)))


def in_turn(jobs: dict[str, Callable[[], Cost]], runs: int) -> dict[str, Cost]:
    """Name to median; a first round warms up and does not count."""
    all_: dict[str, list[Cost]] = {name: [] for name in jobs}
    for number in range(runs + 1):
        for name, job in jobs.items():
            made = job()
            if number or runs == 0:
                all_[name].append(made)
    return {
        name: Cost(
            statistics.median(c.wall for c in costs),
            statistics.median(c.cpu for c in costs),
            max(c.megabytes for c in costs),
        )
        for name, costs in all_.items()
    }


# --- what is set ---------------------------------------------------------------------------------------------------


def set_long(workspace: Path, language: str, times: int, folder: Path) -> None:
    """Write long.docx and, in the time that is measured, long.pdf: an edition with its text repeated."""
    from pubpipe import review
    from pubpipe.pipeline.edition import view
    from pubpipe.pipeline.publishing import imprint_of
    from pubpipe.pipeline.workspace import open_workspace
    from pubpipe.renderers import RENDERERS

    with open_workspace(workspace, environ={}) as ws:
        present = view(ws, ID, language)
        standing = present.standing
        edition = review.assemble(standing, present.localized, present.credits, present.decisions, present.findings)
        document = edition.localized.document
        longer = document.model_copy(update={"blocks": document.blocks * times})
        edition = edition.model_copy(update={"localized": edition.localized.model_copy(update={"document": longer})})
        for format_ in ("docx", "pdf") if not (folder / "long.docx").is_file() else ("pdf",):
            data = RENDERERS[format_].render(edition, ws.template(ID), present.profile, ws.fonts, imprint_of(present))
            (folder / f"long.{format_}").write_bytes(data)


def as_html(document: Path, language: str, folder: Path) -> Path:
    """The Word file as one HTML page in the fonts of its language, for Chromium."""
    import pypandoc

    from pubpipe.languages import profile
    from pubpipe.renderers import find_fonts

    own = profile(language)
    faces = "".join(
        f'@font-face {{ font-family: "{file.family}"; src: url("{file.path.as_uri()}"); font-weight: 100 900 }}\n'
        for file in find_fonts().of(own)
        if file.style == "normal"
    )
    families = ", ".join(f'"{family}"' for family in own.fonts)
    style = f"<style>{faces}body {{ font: 10.5pt/1.6 {families} }} @page {{ size: A4; margin: 26mm }}</style>"
    body = pypandoc.convert_file(str(document), "html", extra_args=[f"--extract-media={folder / document.stem}"])
    page = folder / f"{document.stem}.html"
    page.write_text(f'<!doctype html><html lang="{language}"><meta charset="utf-8">{style}{body}</html>', "utf-8")
    return page


def as_latex(document: Path, language: str, folder: Path) -> Path:
    """The same as LaTeX source for XeLaTeX, with its break rules for the language."""
    import pypandoc

    from pubpipe.languages import profile
    from pubpipe.renderers import find_fonts

    own = profile(language)
    file = find_fonts().of(own)[0]
    shutil.copy(file.path, folder / f"{language}.ttf")
    body = pypandoc.convert_file(str(document), "latex", extra_args=[f"--extract-media={folder / document.stem}"])
    head = (
        "\\documentclass[a4paper]{article}\n\\usepackage[margin=26mm]{geometry}\n\\usepackage{fontspec,graphicx,"
        "longtable,booktabs,array,calc,multirow,hyperref}\n\\setlength{\\LTleft}{0pt}\n"
        "\\providecommand{\\tightlist}{}\\providecommand{\\pandocbounded}[1]{#1}\n"
        f"\\setmainfont{{{language}.ttf}}[Path=./,BoldFont={language}.ttf,ItalicFont={language}.ttf,"
        f"BoldItalicFont={language}.ttf]\n"
        f'\\XeTeXlinebreaklocale "{language}"\n\\XeTeXlinebreakskip=0pt plus 1pt\n\\begin{{document}}\n'
    )
    source = folder / f"{document.stem}.tex"
    source.write_text(f"{head}{body}\n\\end{{document}}\n", "utf-8")
    return source


def libreoffice(program: str, folder: Path, documents: Sequence[Path]) -> list[list[str]]:
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    return [[program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, documents)]]


def chromium(program: str, folder: Path, pages: Sequence[Path]) -> list[list[str]]:
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-pdf-header-footer",
    ]
    return [
        [program, *options, f"--user-data-dir={folder / 'chromium'}", f"--print-to-pdf={page}.pdf", page.as_uri()]
        for page in pages
    ]


def xelatex(program: str, folder: Path, sources: Sequence[Path]) -> list[list[str]]:
    """Two runs a document: the second has the numbers of the pages."""
    return [
        [program, "-interaction=batchmode", f"-output-directory={folder}", str(source)]
        for source in sources
        for _ in range(2)
    ]


# --- the run -------------------------------------------------------------------------------------------------------


def measure(runs: int, long_runs: int) -> tuple[list[Row], dict[str, dict[str, float]], list[str]]:
    """(the table, the medians by name, the peers that are not here)."""
    pubpipe = str(Path(sys.executable).parent / "pubpipe")
    programs = {
        "LibreOffice": shutil.which("soffice"),
        "Chromium": shutil.which("chromium"),
        "XeLaTeX": shutil.which("xelatex"),
    }
    found = {name: program for name, program in programs.items() if program}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ws, work = folder / "ws", folder / "work"
        work.mkdir()
        _workspace(pubpipe, ws)
        outputs = ws / "outputs" / ID
        documents = [Path(shutil.copy(outputs / tag / f"{ID}.{tag}.docx", work)) for tag in LANGUAGES]
        publish = [[pubpipe, "publish", "summary.docx", "--id", ID, "--direct"]]

        def six() -> Cost:
            shutil.rmtree(ws / "outputs")
            return cost(publish, ws)

        def one() -> Cost:
            shutil.rmtree(outputs / LONG)
            times = {tag: (outputs / tag / f"{ID}.{tag}.pdf").stat().st_mtime_ns for tag in LANGUAGES if tag != LONG}
            made = cost(publish, ws)
            if any((outputs / tag / f"{ID}.{tag}.pdf").stat().st_mtime_ns != at for tag, at in times.items()):
                sys.exit("publishing one changed language wrote the files of another")
            return made

        def alone() -> Cost:
            shutil.rmtree(outputs / LONG)
            return cost([[*publish[0], "--languages", LONG]], ws)

        jobs = {"12 documents, inspected": six, "one language of six": one, "one language alone": alone}
        jobs |= {f"{peer}, six PDF": job for peer, job in _peers(found, work, documents).items()}
        medians = in_turn(jobs, runs)
        long_jobs: dict[str, Callable[[], Cost]] = {}
        for times in TIMES:
            target = folder / f"long{times}"
            target.mkdir()
            set_long(ws, LONG, times, target)
            command = [sys.executable, __file__, "--long", str(ws), LONG, str(times), str(target)]
            long_jobs[f"long {times}"] = lambda command=command: cost([command], folder, memory=True)  # type: ignore[misc]
        long_folder = folder / f"long{TIMES[-1]}"
        long_document = Path(shutil.move(long_folder / "long.docx", work / "long.docx"))
        (long_folder / "long.docx").touch()  # the measured run makes the PDF alone
        (folder / f"long{TIMES[0]}" / "long.docx").touch()
        pages = {times: _pages(folder / f"long{times}" / "long.pdf") for times in TIMES}
        long_jobs |= {f"{peer}, long": job for peer, job in _peers(found, work, [long_document], memory=True).items()}
        medians |= in_turn(long_jobs, long_runs)
    rows = _rows(medians, pages, found)
    missing = [f"{peer}: {INSTALL[peer]}" for peer in programs if peer not in found]
    return rows, {name: asdict(value) for name, value in medians.items()}, missing


def _peers(
    found: dict[str, str], work: Path, documents: Sequence[Path], *, memory: bool = False
) -> dict[str, Callable[[], Cost]]:
    tags = [document.suffixes[-2][1:] if len(document.suffixes) > 1 else LONG for document in documents]
    jobs: dict[str, Callable[[], Cost]] = {}
    if program := found.get("LibreOffice"):
        office = libreoffice(program, work, documents)
        jobs["LibreOffice"] = lambda: cost(office, work, memory=memory)
    if program := found.get("Chromium"):
        pages = chromium(program, work, [as_html(d, t, work) for d, t in zip(documents, tags, strict=True)])
        jobs["Chromium"] = lambda: cost(pages, work, memory=memory)
    if program := found.get("XeLaTeX"):
        sources = xelatex(program, work, [as_latex(d, t, work) for d, t in zip(documents, tags, strict=True)])
        jobs["XeLaTeX"] = lambda: cost(sources, work, memory=memory)
    return jobs


def _pages(path: Path) -> int:
    from pubpipe.renderers import page_count

    return page_count(path.read_bytes())


def _rows(medians: dict[str, Cost], pages: dict[int, int], found: dict[str, str]) -> list[Row]:
    def ratio(what: str, ours: str, theirs: str, limit: float | None = None, scale: float = 1.0) -> Row:
        a, b = medians[ours], medians[theirs]
        detail = f"{a.wall:.2f} s and {b.wall:.2f} s; processor {a.cpu:.2f} s and {b.cpu:.2f} s"
        return Row(what, a.wall / b.wall * scale, a.cpu / b.cpu * scale, limit, detail)

    six = "12 documents, inspected"
    limits = {"LibreOffice": 1.0, "Chromium": 1.0, "XeLaTeX": 1.0}
    rows = [
        ratio(f"12 documents with inspection / {peer}, six PDF alone", six, f"{peer}, six PDF", limits[peer])
        for peer in found
    ]
    rows.append(ratio("one of six languages changed / all six changed", "one language of six", six))
    rows.append(ratio("one changed, five unchanged / that one alone", "one language of six", "one language alone", 1.1))
    short, long = (f"long {times}" for times in TIMES)
    few, many = (pages[times] for times in TIMES)
    rows.append(ratio(f"time a page: {many} pages / {few} pages", long, short, 1.2, few / many))
    rows += [ratio(f"PDF of {many} pages / {peer}", long, f"{peer}, long", None) for peer in found]
    memory = medians[long].megabytes
    rows.append(Row(f"peak memory of {many} pages / 1 GB", memory / 1024, memory / 1024, 1.0, f"{memory:.0f} MB"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="rounds that count, after one that does not")
    parser.add_argument("--long-runs", type=int, default=1, help="the same of the long document")
    parser.add_argument("--json", type=Path, help="write the table and the medians there too")
    parser.add_argument("--long", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.long:
        workspace, language, times, folder = options.long
        set_long(Path(workspace), language, int(times), Path(folder))
        return
    rows, medians, missing = measure(options.runs, options.long_runs)
    print("| what | wall | processor | limit | held | medians |\n|---|---|---|---|---|---|")
    for row in rows:
        limit = "" if row.limit is None else row.limit
        print(f"| {row.what} | {row.wall:.2f} | {row.cpu:.2f} | {limit} | {row.held} | {row.detail} |")
    for peer in missing:
        print(f"NOT RUN: {peer}")
    if options.json:
        table = [{**asdict(row), "held": row.held} for row in rows]
        options.json.write_text(json.dumps({"table": table, "medians": medians}, indent=2) + "\n", "utf-8")
    if any(row.held == "NO" for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
