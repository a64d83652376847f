"""A publication's report as one table for a spreadsheet: a row for each figure, with what it counts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pubpipe.model.report import LanguageReport, PublicationReport

HEAD = ("publication", "language", "section", "item", "figure", "value")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_csv(report: PublicationReport) -> bytes:
    """The bytes of the table, in UTF-8 with the mark that Excel needs to see it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    record = "broken" if report.broken else "whole"
    for section, item, figure, value in (
        ("record", record, report.broken, ""),
        ("made", report.program, "at", report.made_at.isoformat()),
        ("total", "all", "segments", report.total.segments),
        ("total", "all", "words", report.total.words),
    ):
        writer.writerow((report.publication, "", *map(_safe, (section, item, figure, value))))
    for language in report.languages:
        for row in _rows(language):
            writer.writerow((report.publication, language.language, *map(_safe, row)))
    return out.getvalue().encode("utf-8-sig")


def _rows(language: LanguageReport) -> Iterator[tuple[object, ...]]:
    yield "state", language.state, "", ""
    for figure, value in language.total:
        yield "total", "all", figure, value
    for origin in language.origins:
        name = f"{origin.origin}: {origin.name}" if origin.name else origin.origin
        yield "origin", name, "segments", origin.segments
        yield "origin", name, "words", origin.words
    for condition in language.conditions:
        yield "state of segments", condition.condition, "segments", condition.segments
        yield "state of segments", condition.condition, "words", condition.words
    for effort in language.efforts:
        for figure, value in effort:
            if figure not in ("engine", "language"):
                yield "correction", effort.engine, figure, value
    for stage in language.stages:
        yield "stage", stage.stage, "segments approved", stage.approved
        yield "stage", stage.stage, "days", "" if stage.days is None else stage.days
        yield "stage", stage.stage, "finished", stage.finished.isoformat() if stage.finished else ""
        yield "stage", stage.stage, "overdue", "yes" if stage.overdue else "no"
        for person in stage.people:
            yield f"stage: {stage.stage}", person.name, "segments approved", person.segments
            yield f"stage: {stage.stage}", person.name, "last approval", person.last.isoformat()
    for waiver in language.waived:
        place = waiver.number or "whole text"
        yield "waived", waiver.by, f"segment {place}: {waiver.finding}", waiver.at.isoformat()
    for file in language.files:
        yield "file", file.path, f"sha256, {file.state}", file.sha256
    for line in language.remains:
        yield "remains", line, "", ""


def _safe(value: object) -> object:
    """Text that a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
