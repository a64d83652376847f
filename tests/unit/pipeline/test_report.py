"""The figures for a funder add up, say what they count, and come from the record alone."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe import pipeline
from pubpipe.errors import ConfigError
from pubpipe.model import Draft, Origin, Text
from pubpipe.model.report import Period, PublicationReport
from pubpipe.pipeline import Workspace
from pubpipe.pipeline.ingesting import ingest
from pubpipe.pipeline.report import engine_efforts, period_of, report, words
from pubpipe.renderers.report_docx import report_docx
from pubpipe.renderers.report_html import report_html
from pubpipe.renderers.report_table import report_csv
from tests.e2e.commands import approve_everything, done, pubpipe, workspace

AT = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
SOKHA, DARA = "Sokha Chan", "Dara Kim"


def review(verb: str, language: str, *more: str, cwd: Path, who: str = SOKHA) -> None:
    done(pubpipe("review", verb, "rights", "-l", language, "-r", who, *more, cwd=cwd))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lao is published after one correction; Khmer waits at sign-off; Thai was never looked at."""
    made = workspace(tmp_path_factory.mktemp("report") / "ws")
    done(pubpipe("publish", "rights.md", "--languages", "lo,km,th", cwd=made))
    review("request-changes", "lo", "-c", "Title", "--edit", "1=ສິດໃນການເຮັດວຽກ", cwd=made)
    approve_everything(made, "rights", "lo")
    review("approve", "km", "-s", "language review", "--all-rounds", "-y", cwd=made)
    done(pubpipe("publish", "rights.md", "--languages", "lo", cwd=made))
    return made


@pytest.fixture(scope="module")
def ws(folder: Path) -> Iterator[Workspace]:
    with pipeline.open_workspace(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def made(ws: Workspace) -> PublicationReport:
    return report(ws, "rights", at=AT)


def sums(found: PublicationReport) -> None:
    """Every part of the report adds up to its total."""
    for one in (*found.languages, found):
        for figures in (one.origins, one.conditions):
            assert sum(f.segments for f in figures) == one.total.segments
            assert sum(f.words for f in figures) == one.total.words
    for figure in ("segments", "words"):
        assert getattr(found.total, figure) == sum(getattr(x.total, figure) for x in found.languages)
    for language in found.languages:
        drafted = sum(e.segments for e in language.efforts)
        assert drafted <= sum(f.segments for f in language.origins if f.origin.startswith("machine"))
        assert all(e.untouched + e.changed == e.segments for e in language.efforts)
        assert all(p.segments <= language.total.segments for s in language.stages for p in s.people)


def test_each_language_says_how_far_it_is(made: PublicationReport) -> None:
    sums(made)
    states = {x.language: (x.state, len(x.files)) for x in made.languages}
    assert states == {"lo": ("published", 2), "km": ("in review", 0), "th": ("in review", 0)}
    lao, khmer, thai = made.languages
    assert lao.remains == ()
    assert khmer.remains == ("sign-off is not finished", "its files are not published")
    assert any("wait for their reviewer" in line for line in thai.remains)
    assert [f.condition for f in khmer.conditions] == ["approved"]


def test_a_corrected_machine_draft_still_names_its_engine(made: PublicationReport) -> None:
    lao = made.languages[0]
    by_origin = {f.origin: (f.name, f.segments) for f in lao.origins}
    assert by_origin["machine corrected"] == ("pseudo", 1)
    assert by_origin["machine"][0] == "pseudo"
    (effort,) = lao.efforts
    assert (effort.engine, effort.changed) == ("pseudo", 1)
    assert 0 < effort.mean < 1
    assert effort.median == 0


def test_approvals_name_people_stage_and_time(made: PublicationReport) -> None:
    khmer = made.languages[1]
    language_review, sign_off = khmer.stages
    (sokha,) = language_review.people
    assert (sokha.name, sokha.segments) == (SOKHA, khmer.total.segments)
    assert language_review.opened is not None
    assert language_review.finished is not None
    assert language_review.finished >= sokha.last >= sokha.first >= language_review.opened
    assert language_review.days == 0.0
    assert (sign_off.people, sign_off.finished, sign_off.approved) == ((), None, 0)
    assert sign_off.opened is not None
    assert sign_off.opened >= language_review.finished


def test_people_can_be_numbered_for_a_copy_that_is_published(ws: Workspace) -> None:
    numbered = report(ws, "rights", at=AT, named=False)
    for data in (report_html(numbered), report_csv(numbered), numbered.model_dump_json().encode()):
        assert SOKHA.encode() not in data
        assert b"Reviewer 1" in data


def test_a_period_leaves_out_what_was_done_before(ws: Workspace, made: PublicationReport) -> None:
    before = report(ws, "rights", at=AT, period=Period(first=dt.date(2000, 1, 1), last=dt.date(2000, 12, 31)))
    assert before.origins == made.origins
    assert not any(s.people for x in before.languages for s in x.stages)
    assert not any(x.files for x in before.languages)
    today = ws.now().date()
    now = report(ws, "rights", at=AT, period=Period(first=today - dt.timedelta(1), last=today))
    assert [x.files for x in now.languages] == [x.files for x in made.languages]


def test_a_report_may_be_on_some_of_the_languages(ws: Workspace) -> None:
    some = report(ws, "rights", at=AT, languages=("km", "lo"))
    assert [x.language for x in some.languages] == ["lo", "km"]
    sums(some)
    with pytest.raises(ConfigError, match="not published in ja"):
        report(ws, "rights", at=AT, languages=("ja",))


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-07-15", "2026-07-15", "2026-07-15"),
        ("2026-01-15..2026-06", "2026-01-15", "2026-06-30"),
    ],
)
def test_a_period_is_said_as_people_say_it(said: str, first: str, last: str) -> None:
    found = period_of(said)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize("said", ["", "last year", "2026-13", "2026-Q5", "2026-02-30", "2027..2026", ".."])
def test_a_period_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ConfigError, match="names no days"):
        period_of(said)


def test_words_are_counted_as_a_word_processor_does() -> None:
    assert words("Domestic workers’ rights — in 2025, 1,204 people.") == 7
    assert words("—  …") == 0


def test_a_changed_file_is_called_changed(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "ws")
    path = tmp_path / "ws" / "outputs/rights/lo/rights.lo.pdf"
    path.write_bytes(path.read_bytes() + b" ")
    path.with_suffix(".docx").unlink()
    with pipeline.open_workspace(tmp_path / "ws") as opened:
        lao = report(opened, "rights", at=AT).languages[0]
    assert {f.format: f.state for f in lao.files} == {"pdf": "changed", "docx": "missing"}
    assert "rights/lo/rights.lo.pdf is changed" in lao.remains


def test_a_broken_record_is_said_first_and_fails_the_command(folder: Path, tmp_path: Path) -> None:
    import sqlite3

    shutil.copytree(folder, tmp_path / "ws")
    with sqlite3.connect(tmp_path / "ws" / ".pubpipe" / "pubpipe.db") as database:
        database.execute("UPDATE decisions SET data = replace(data, 'Sokha', 'Mallo') WHERE sequence = 1")
    said = pubpipe("report", "rights", "-o", "r.html", cwd=tmp_path / "ws")
    assert said.returncode == 6
    assert "entry 1 was changed" in said.stderr
    page = (tmp_path / "ws" / "r.html").read_text(encoding="utf-8")
    assert page.index("cannot be relied on") < page.index("<table")


def test_the_word_file_has_the_figures_in_tables_that_can_be_read_aloud(made: PublicationReport) -> None:
    data = report_docx(made)
    assert data == report_docx(made)
    document = docx.Document(io.BytesIO(data))
    page = document.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert [p.style.name for p in document.paragraphs if p.style.name == "Title"] == ["Title"]
    assert sum(p.style.name == "Heading 1" for p in document.paragraphs) == 1 + 3 + 2
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert ["Lao", "published", *map(str, figures(made))] in rows
    for table in document.tables:
        assert table._tbl.tblPr.xpath("w:tblCaption")
        assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader")
    assert document.core_properties.title.startswith("Translation report:")
    everything = "".join(p.text for p in document.paragraphs) + "".join("".join(row) for row in rows)
    for file in made.languages[0].files:
        assert file.sha256 in everything


def figures(made: PublicationReport) -> tuple[int, ...]:
    lao = made.languages[0]
    return (lao.total.segments, lao.total.words, lao.total.segments, 0, 2)


def test_a_title_cannot_put_markup_or_a_formula_into_the_report(made: PublicationReport) -> None:
    hostile = made.model_copy(update={"title": "<script>alert(1)</script>", "publication": "=1+1", "broken": "=2+2"})
    assert b"<script>" not in report_html(hostile)
    rows = list(csv.reader(io.StringIO(report_csv(hostile).decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row[2:] if cell.startswith("=")]


def test_the_same_moment_gives_the_same_bytes_from_the_command_line(folder: Path) -> None:
    for kind in ("docx", "json", "csv", "html"):
        names = [f"{turn}.{kind}" for turn in "ab"]
        for name in names:
            done(pubpipe("report", "rights", "--output", name, cwd=folder, SOURCE_DATE_EPOCH="1780000000"))
        one, other = ((folder / name).read_bytes() for name in names)
        assert one == other
    assert json.loads((folder / "a.json").read_text(encoding="utf-8"))["made_at"].startswith("2026-05-28")


def test_engines_are_compared_over_all_publications(ws: Workspace) -> None:
    found = {e.language: e for e in engine_efforts(ws)}
    assert set(found) == {"lo", "km"}, "only approved text is measured"
    assert found["km"].untouched == found["km"].segments
    assert found["lo"].changed == 1
    assert [e.language for e in engine_efforts(ws, ("km",))] == ["km"]
    assert engine_efforts(ws, publication="rights") == engine_efforts(ws)
    with pytest.raises(ConfigError):
        engine_efforts(ws, publication="nothing")


_KINDS: tuple[Origin, ...] = ("open", "copy", "context", "exact", "engine", "human")


@settings(max_examples=12)
@given(data=st.data())
def test_whatever_the_record_holds_the_parts_add_up_to_the_total(data: st.DataObject, ws: Workspace) -> None:
    segments = ingest(ws, "rights").segments
    drafts: list[Draft] = []
    for segment in segments:
        kind = data.draw(st.sampled_from(_KINDS))
        words_ = data.draw(st.sampled_from(["ທີໜຶ່ງ", "ທີສອງ", "ທີສາມ"]))
        values: dict[str, Any] = {
            "segment": segment.id, "language": "th", "source_hash": segment.source_hash, "origin": kind,
            "target": None if kind == "open" else (Text(text=words_),), "key": segment.source_hash,
            "detail": data.draw(st.sampled_from(["one", "two"])) if kind == "engine" else "",
        }  # fmt: skip
        drafts.append(Draft.model_validate(values))
    ws.store.drafts.put("rights", drafts)
    sums(report(ws, "rights", at=AT))
