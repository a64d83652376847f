"""Editions side by side: all of them come out, by whichever process, and one that changed is made alone."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import pytest

from pubpipe.errors import PubpipeError, RenderError
from pubpipe.identity import digest_bytes
from pubpipe.model import Decision, Edit, ReviewAnswer, Segment, Text
from pubpipe.pipeline import (
    Workspace,
    beside,
    next_review,
    open_workspace,
    prepare,
    register,
    settled,
    steps,
    take_answer,
)
from pubpipe.pipeline.beside import Beside
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.making import Job, Made, make
from pubpipe.pipeline.publishing import Moved, Work, begin, publish, settle, up_to_date
from pubpipe.pipeline.steps import Outcome, finish, run_together

LANGUAGES = ("km", "vi", "ja")
SETTINGS = f"""
[project]
languages = {list(LANGUAGES)}
embed_fonts = true
[engines]
chain = ["pseudo"]
[review]
self_approval = true
[publications.rights]
embed_fonts = false
"""
CALL = ("rights.md",)
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def opened(root: Path) -> Workspace:
    return open_workspace(root, environ={}, now=lambda: AT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with one publication that is approved in three languages and not yet published."""
    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "rights.md").write_text("# Rights at work\n\nEvery worker may keep a passport.\n", encoding="utf-8")
    with opened(tmp_path) as ws:
        register(ws, tmp_path / "rights.md")
        for language in LANGUAGES:
            approve(ws, language)
    return tmp_path


def approve(ws: Workspace, language: str) -> None:
    prepare(ws, "rights", language)
    while (request := next_review(ws, "rights", language)) is not None:
        values = {"publication": "rights", "language": language, "stage": request.stage}
        answer = {**values, "digest": request.digest, "decision": "approve", "reviewer": "Sokha", "at": AT}
        assert take_answer(ws, request, ReviewAnswer.model_validate(answer)) == ()


def together(root: Path, workers: int) -> dict[str, str]:
    """Language to how its edition ended."""
    ended: dict[str, str] = {}

    def on_end(_: str, language: str, outcome: Outcome | PubpipeError) -> None:
        ended[language] = outcome.state if isinstance(outcome, Outcome) else outcome.message

    with open_workspace(root, environ={}) as ws:  # helpers look at the real clock too
        editions = [("rights", language) for language in LANGUAGES]
        with Beside(str(root), {}, workers - 1) as helpers:
            run_together(ws, editions, beside=helpers, on_start=lambda *_: None, on_end=on_end)
        folder = ws.output / "rights"
    told: list[dict[str, Any]] = [{"language": language, "files": []} for language in ended]
    settle(ws, CALL, root / "rights.md", {"publication": "rights", "output": str(folder), "editions": told})
    return ended


def files(root: Path) -> dict[str, tuple[int, bytes]]:
    found = sorted(p for p in (root / "outputs").rglob("*") if p.suffix in (".pdf", ".docx"))
    return {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in found}


def test_with_a_helper_and_without_the_same_files_come_out_and_a_changed_language_is_made_alone(root: Path) -> None:
    assert together(root, 1) == dict.fromkeys(LANGUAGES, "rendered")
    alone = files(root)
    assert len(alone) == 6
    assert settled.recall(root, CALL, None) is not None
    assert together(root, 2) == dict.fromkeys(LANGUAGES, "up to date")
    assert files(root) == alone
    (root / "outputs/rights/vi/rights.vi.pdf").unlink()
    assert together(root, 2) == {"km": "up to date", "vi": "rendered", "ja": "up to date"}
    again = files(root)
    assert {name for name in alone if again[name][0] != alone[name][0]} == {"rights.vi.pdf"}
    for name in alone:
        (next((root / "outputs").rglob(name))).unlink()
    assert together(root, 2) == dict.fromkeys(LANGUAGES, "rendered")
    assert {name: data for name, (_, data) in files(root).items()} == {name: data for name, (_, data) in alone.items()}


def work(ws: Workspace, *languages: str) -> list[Work]:
    return [begin(view(ws, "rights", language)) for language in languages]


def test_without_helpers_this_process_makes_everything_the_longest_first(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str]] = []

    def quick(job: Job) -> Made:
        made.append((job.setting.profile.tag, job.format))
        return Made(b"", ())

    monkeypatch.setattr("pubpipe.pipeline.beside.make", quick)
    with open_workspace(root, environ={}) as ws, Beside("nowhere", {}, 0) as helpers:
        helpers.start()
        for each in work(ws, "vi", "km", "ja"):
            helpers.add(each)
        done = {w.present.profile.tag: list(files) for w, files in helpers.made() if isinstance(files, dict)}
        assert done == {tag: ["pdf", "docx"] for tag in LANGUAGES}
        assert list(helpers.made()) == []
    assert made[:3] == [("km", "pdf"), ("vi", "pdf"), ("ja", "pdf")]
    assert sorted(made[3:]) == [("ja", "docx"), ("km", "docx"), ("vi", "docx")]


def test_one_file_that_fails_ends_its_edition_once_and_no_other(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(job: Job) -> Made:
        if job.setting.profile.tag == "km":
            raise RenderError("no ink")
        return Made(b"", ())

    monkeypatch.setattr("pubpipe.pipeline.beside.make", failing)
    with open_workspace(root, environ={}) as ws, Beside("nowhere", {}, 0) as helpers:
        for each in work(ws, "km", "vi"):
            helpers.add(each)
        ended = [
            (w.present.profile.tag, str(made) if isinstance(made, RenderError) else "") for w, made in helpers.made()
        ]
    assert ended == [("km", "no ink"), ("vi", "")]


@pytest.mark.parametrize("place", ["prepare", "make"])
def test_a_fault_of_ours_in_one_edition_does_not_stop_the_others(
    root: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    module = steps if place == "prepare" else beside
    real = getattr(module, place)

    def faulty(*given: Any) -> Any:
        if (given[2] if place == "prepare" else given[0].setting.profile.tag) == "vi":
            raise KeyError("nobody thought of this")
        return real(*given)

    monkeypatch.setattr(module, place, faulty)
    ended = together(root, 1)
    assert ended["km"] == ended["ja"] == "rendered"
    assert ended["vi"] == "a fault in pubpipe itself: KeyError: 'nobody thought of this'"


def test_what_a_helper_makes_comes_back_once_and_a_helper_that_dies_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_workspace(root, environ={}) as ws, Beside(str(root), {}, 2) as helpers:
        (vi,) = work(ws, "vi")
        helpers.add(vi)
        ((done, made),) = helpers.made()
        assert done is vi
        assert isinstance(made, dict)
        assert {format_: file.data[:4] for format_, file in made.items()} == {"docx": b"PK\x03\x04", "pdf": b"%PDF"}
        assert list(helpers.made()) == []
        assert helpers._pool is not None
        for process in helpers._pool._processes.values():
            process.kill()
        (km,) = work(ws, "km")
        helpers.add(km)
        ((done, made),) = helpers.made()
        assert done is km
        # they died before the work was handed to them, then it is made here; or with it
        assert isinstance(made, dict) or "was killed" in str(made)


def test_helpers_that_die_at_work_take_no_file_along_that_waits_and_ask_the_pool_for_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = ProcessPoolExecutor.submit
    asked: list[str] = []

    def noted(pool: ProcessPoolExecutor, *arguments: Any) -> Any:
        asked.append(threading.current_thread().name)
        return submit(pool, *arguments)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", noted)
    with open_workspace(root, environ={}) as ws, Beside(str(root), {}, 1) as helpers:
        for each in work(ws, *LANGUAGES):
            helpers.add(each)
        assert helpers._pool is not None
        for process in helpers._pool._processes.values():
            process.kill()
        ended = {w.present.profile.tag: made for w, made in helpers.made()}
    assert asked == ["MainThread"]  # the thread that notices holds the lock that it would wait for
    assert "was killed" in str(ended.pop("km"))
    assert [sorted(made) for made in ended.values() if isinstance(made, dict)] == [["docx", "pdf"]] * 2


def test_where_no_helper_can_be_started_this_process_makes_everything(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")  # as fork says where memory or processes run out

    monkeypatch.setattr(SpawnProcess, "start", refused)
    assert together(root, 3) == dict.fromkeys(LANGUAGES, "rendered")


@pytest.mark.parametrize("change", ["a decision", "an edit"])
def test_what_was_decided_while_pages_were_set_is_looked_at_before_they_go_out(
    root: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    real, changes = beside.make, 0

    def slow(job: Job) -> Made:
        nonlocal changes
        made = real(job)
        language = job.setting.profile.tag
        if (language, job.format) == ("km", "pdf"):
            changes += 1
            with open_workspace(root, environ={}) as ws:
                segment = view(ws, "rights", language).segments[1]
                if change == "a decision":
                    ws.store.decisions.append([objection(ws, segment, language)])
                else:
                    ws.store.edits.append(edit(segment, language))
        return made

    monkeypatch.setattr(beside, "make", slow)
    ended = together(root, 1)
    assert changes == 1
    assert ended["vi"] == ended["ja"] == "rendered"
    if change == "a decision":
        assert "not approved" in ended["km"]
        assert not (root / "outputs/rights/km").exists()
    else:  # nobody's approval is touched by it: it is looked at again, and goes out
        assert ended["km"] == "rendered"


def test_what_is_decided_between_reading_the_record_and_setting_the_pages_counts(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    observe = steps.notices.observe

    def late(present: EditionView) -> None:
        observe(present)
        if present.profile.tag == "km":
            with open_workspace(root, environ={}) as ws:
                ws.store.decisions.append([objection(ws, present.segments[1], "km")])

    monkeypatch.setattr(steps.notices, "observe", late)
    ended = together(root, 1)
    assert "not approved" in ended["km"]
    assert ended["vi"] == ended["ja"] == "rendered"
    assert not (root / "outputs/rights/km").exists()


@pytest.mark.parametrize("file", ["rights.md", "glossary/terms.csv", "templates/labels.toml", "pubpipe.toml"])
def test_what_is_saved_while_pages_are_set_does_not_count_as_published(
    root: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    real, saved = beside.make, root / file

    def slow(job: Job) -> Made:
        if file == "rights.md":
            saved.write_text("# Rights at work\n\nNo worker may keep a passport.\n", encoding="utf-8")
        elif file == "pubpipe.toml":
            saved.write_text(SETTINGS.replace("[project]", '[project]\nformats = ["docx"]'), encoding="utf-8")
        else:
            saved.parent.mkdir(exist_ok=True)
            saved.write_text("", encoding="utf-8")
        return real(job)

    monkeypatch.setattr(beside, "make", slow)
    assert together(root, 1) == dict.fromkeys(LANGUAGES, "rendered")
    assert settled.recall(root, CALL, None) is None
    with open_workspace(root, environ={}) as ws:
        assert up_to_date(ws, "rights", "km") is None


def made(of: Work) -> dict[str, Made]:
    return {job.format: make(job) for job in of.jobs}


def test_an_older_text_does_not_go_out_over_a_newer_one_that_another_process_published(root: Path) -> None:
    stage = '[[review.stages]]\nname = "language review"\n'  # then a text that loses a paragraph asks for nobody
    (root / "pubpipe.toml").write_text(SETTINGS + stage, encoding="utf-8")
    with opened(root) as slow, opened(root) as quick:
        older = begin(prepare(slow, "rights", "vi"))
        pages = made(older)
        (root / "rights.md").write_text("# Rights at work\n", encoding="utf-8")
        prepare(quick, "rights", "vi")
        assert finish(quick, "rights", "vi").state == "rendered"
        published = files(root)
        with pytest.raises(Moved):
            publish(older, pages)
    assert files(root) == published


def test_the_manifest_names_a_page_that_was_linked_while_other_files_were_made_as_it_is_now(root: Path) -> None:
    settings = root / "pubpipe.toml"
    settings.write_text(SETTINGS.replace("[project]", '[project]\nformats = ["docx", "html"]'), encoding="utf-8")
    with opened(root) as ws:
        finish(ws, "rights", "vi")
        (root / "outputs/rights/vi/rights.vi.docx").unlink()
        vi, km = work(ws, "vi", "km")
        publish(km, made(km))
        publish(vi, made(vi))
    page = (root / "outputs/rights/vi/rights.vi.html").read_bytes()
    assert b"../km/rights.km.html" in page
    for manifest in ("vi/manifest.json", "manifest.json"):
        said = json.loads((root / "outputs/rights" / manifest).read_text(encoding="utf-8"))
        own = said.get("editions", {"vi": said})["vi"]
        assert {file["format"]: file["sha256"] for file in own["files"]}["html"] == digest_bytes(page)


def test_a_file_that_disappears_while_others_are_made_is_made_too(root: Path) -> None:
    with opened(root) as ws:
        finish(ws, "rights", "vi")
        (root / "outputs/rights/vi/rights.vi.docx").unlink()
        (vi,) = work(ws, "vi")
        (root / "outputs/rights/vi/rights.vi.pdf").unlink()
        with pytest.raises(Moved):
            publish(vi, made(vi))
        assert files(root) == {}
        finish(ws, "rights", "vi")
    assert sorted(files(root)) == ["rights.vi.docx", "rights.vi.pdf"]


def objection(ws: Workspace, segment: Segment, language: str) -> Decision:
    approved = next(d for d in ws.store.decisions.all("rights", language) if d.segment == segment.id)
    return Decision.model_validate(
        {**{name: getattr(approved, name) for name in Decision.model_fields}, "verdict": "request_changes", "at": AT}
    )


def edit(segment: Segment, language: str) -> Edit:
    return Edit(
        publication="rights",
        language=language,
        segment=segment.id,
        source_hash=segment.source_hash,
        target=(Text(text="Another wording."),),
        editor="Sokha",
        at=AT,
    )


def test_who_stops_the_work_does_not_wait_for_a_helper(root: Path) -> None:
    def stopped(helpers: Beside) -> None:
        with helpers:
            helpers._opened().submit(time.sleep, 600)
            begun.extend(helpers._pool._processes.values())  # type: ignore[union-attr]
            raise KeyboardInterrupt

    begun: list[Any] = []
    with pytest.raises(KeyboardInterrupt):
        stopped(Beside(str(root), {}, 1))
    assert [helper.is_alive() for helper in begun] == [False]


def test_a_helper_ends_when_the_process_that_it_helps_is_killed(root: Path) -> None:
    code = (
        "import sys, time; from pubpipe.pipeline.beside import Beside\n"
        "if __name__ == '__main__':\n"
        "    beside = Beside(sys.argv[1], {}, 1); beside.start()\n"
        "    while not beside._pool._processes: time.sleep(0.05)\n"
        "    time.sleep(1.5)\n"
        "    print(*beside._pool._processes, flush=True); time.sleep(60)\n"
    )
    script = root / "helped.py"
    script.write_text(code, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script), str(root)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        helper = int(process.stdout.readline())
        process.kill()
    for _ in range(100):
        if not Path(f"/proc/{helper}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{helper}").exists()
