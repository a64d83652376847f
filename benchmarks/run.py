"""Speed and memory as ratios against named peers, measured in one run: `make bench`.

Every figure is the whole process as a user starts it: wall time from start to exit, and peak memory of the process
with all its children, sampled from what the system says of each (proportional set size where it does, so that
shared pages count once). The commands that are compared run in turn (A B A B …), so that a
machine that is busy is busy for both; the median counts.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

RUNS = 5
REVIEWER = "Benchmark (a program)"
ID = "mekong-migration"


@dataclass(frozen=True)
class Measured:
    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Ratio:
    what: str
    value: float
    limit: float
    detail: str

    @property
    def held(self) -> bool:
        return self.value <= self.limit


def once(
    command: Sequence[str], cwd: Path, prepare: Callable[[], None] | None = None, *, memory: bool = False
) -> Measured:
    """Wall time and peak memory of one run of a command that ends well."""
    if prepare is not None:
        prepare()
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PUBPIPE_", "PREFECT_"))}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env={**environ, "DO_NOT_TRACK": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    peak = [0.0]
    stop = threading.Event()
    watch = threading.Thread(target=_sample, args=(process.pid, peak, stop), daemon=True)
    if memory:
        watch.start()
    said, _ = process.communicate()
    seconds = time.perf_counter() - start
    stop.set()
    if memory:
        watch.join()
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{said.decode(errors='replace')}")
    return Measured(seconds, peak[0] / 1024)


def _sample(pid: int, peak: list[float], stop: threading.Event) -> None:
    while not stop.wait(0.02):
        peak[0] = max(peak[0], sum(_memory(each) for each in _tree(pid)))


def _tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    try:
        children = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(each for child in children for each in _tree(int(child)))]


def _memory(pid: int) -> float:
    """Kilobytes of a process; shared pages by share."""
    try:
        lines = (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0.0)


def in_turn(
    cwd: Path, commands: dict[str, tuple[Sequence[str], Callable[[], None] | None]], runs: int = RUNS
) -> dict[str, Measured]:
    """Name to median: each command once to warm up, then all of them in turn."""
    results: dict[str, list[Measured]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, (command, prepare) in commands.items():
            measured = once(command, cwd, prepare)
            if number:
                results[name].append(measured)
    return {
        name: Measured(statistics.median(m.seconds for m in all_), max(m.megabytes for m in all_))
        for name, all_ in results.items()
    }


def main() -> None:
    binary = Path(sys.executable).parent
    pubpipe, prefect = str(binary / "pubpipe"), str(binary / "prefect")
    soffice = shutil.which("soffice")
    rows: list[Ratio] = []
    with tempfile.TemporaryDirectory() as folder:
        ws = Path(folder) / "ws"
        _workspace(pubpipe, ws)
        outputs = ws / "outputs"

        start = in_turn(
            ws,
            {
                "pubpipe --help": ((pubpipe, "--help"), None),
                "pubpipe status": ((pubpipe, "status"), None),
                "prefect version": ((prefect, "version"), None),
            },
        )
        base = start["prefect version"].seconds
        for name in ("pubpipe --help", "pubpipe status"):
            rows.append(Ratio(f"{name} / prefect version", start[name].seconds / base, 0.25, _seconds(start)))

        publish = (pubpipe, "publish", "summary.docx", "--id", ID, "--direct")
        words = Path(folder) / "word"
        word_files = sorted(str(p) for p in outputs.rglob("*.docx") if "review" not in p.parts)
        commands: dict[str, tuple[Sequence[str], Callable[[], None] | None]] = {
            "12 documents": (publish, lambda: shutil.rmtree(outputs)),
            "nothing changed": (publish, None),
        }
        if soffice:
            copies = [str(shutil.copy(f, Path(folder))) for f in word_files]
            convert = (soffice, "--headless", "--convert-to", "pdf", "--outdir", str(words), *copies)
            commands["LibreOffice"] = (convert, None)
        made = in_turn(ws, commands, 3)
        rows.append(
            Ratio(
                "publish with nothing changed / first publish",
                made["nothing changed"].seconds / made["12 documents"].seconds,
                0.1,
                _seconds(made),
            )
        )
        if soffice:
            rows.append(
                Ratio(
                    "12 documents / LibreOffice converting the six DOCX",
                    made["12 documents"].seconds / made["LibreOffice"].seconds,
                    1.0,
                    _seconds(made),
                )
            )
        else:
            print("NOT RUN: the comparison with LibreOffice. To run it: apt-get install libreoffice-writer-nogui")
        if soffice:
            seen = statistics.median(_previews(pubpipe, ws))
            one = (soffice, "--headless", "--convert-to", "pdf", "--outdir", str(words), copies[0])
            peer = in_turn(ws, {"LibreOffice": (one, None)}, 3)["LibreOffice"].seconds
            rows.append(
                Ratio(
                    "preview after an edit of the design, two columns, Khmer / LibreOffice converting one DOCX",
                    seen / peer,
                    1.0,
                    f"preview {seen:.2f} s, LibreOffice {peer:.2f} s",
                )
            )
        largest = once(publish, ws, lambda: shutil.rmtree(outputs), memory=True)
        rows.append(
            Ratio(
                "peak memory of 12 documents / 500 MB",
                largest.megabytes / 500,
                1.0,
                f"{largest.megabytes:.0f} MB",
            )
        )
    print("| what | ratio | limit | held | medians |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.value:.2f} | {row.limit} | {'yes' if row.held else 'NO'} | {row.detail} |")
    if not all(row.held for row in rows):
        sys.exit(1)


def _previews(pubpipe: str, ws: Path) -> list[float]:
    """Seconds from an edit of the layout to the new pages, with `render --preview --watch`, as a designer sees them."""
    settings, own = ws / "pubpipe.toml", ws / "templates" / "policy-brief"
    before = settings.read_text(encoding="utf-8")
    once((pubpipe, "template", "copy", "policy-brief", "policy-brief"), ws)
    settings.write_text(before.replace('template = "report"', 'template = "policy-brief"'), encoding="utf-8")
    page = ws / "outputs" / ID / "km" / "review" / f"{ID}.km.preview.pdf"
    layout = own / "layout.typ"
    command = (pubpipe, "render", ID, "--languages", "km", "--preview", "--watch")
    seconds = []
    with subprocess.Popen(command, cwd=ws, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as watching:
        try:
            _until(page.exists)
            time.sleep(2)
            for number in range(RUNS):
                old, start = page.stat().st_mtime_ns, time.perf_counter()
                with layout.open("a", encoding="utf-8") as file:
                    file.write(f"// {number}\n")
                _until(lambda old=old: page.stat().st_mtime_ns != old)  # type: ignore[misc]
                seconds.append(time.perf_counter() - start)
                time.sleep(1)
        finally:
            watching.terminate()
    shutil.rmtree(own)
    settings.write_text(before, encoding="utf-8")
    return seconds


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not done():
        if time.monotonic() > end:
            sys.exit("no preview came in a minute")
        time.sleep(0.005)


def _seconds(results: dict[str, Measured]) -> str:
    return ", ".join(f"{name} {m.seconds:.2f} s" for name, m in results.items())


def _workspace(pubpipe: str, ws: Path) -> None:
    """The example with everything approved and published once."""
    once((pubpipe, "init", str(ws), "--example"), ws.parent)
    once((pubpipe, "memory", "import", "memory.tmx"), ws)
    publish = (pubpipe, "publish", "summary.docx", "--id", ID, "--direct")
    once(publish, ws)
    for stage in ("language review", "sign-off"):
        once(
            (
                *(pubpipe, "review", "approve", ID, "--language", "all", "--stage", stage),
                *("--all-rounds", "--yes", "--reviewer", REVIEWER),
            ),
            ws,
        )
    once(publish, ws)


if __name__ == "__main__":
    main()
