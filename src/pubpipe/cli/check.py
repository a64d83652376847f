"""pubpipe check: the checks over any bilingual file, for a team that translates elsewhere."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from pubpipe.errors import GlossaryError, SourceError

if TYPE_CHECKING:
    from pubpipe.glossary import Matcher
    from pubpipe.languages import LanguageProfile
    from pubpipe.model import Content, Finding

FOUND_ERRORS = 1
"""The exit code where a finding of severity error or block stands."""


class Row(NamedTuple):
    """A pair of a bilingual file and where it stands."""

    place: str
    source: Content
    target: Content


def check(
    file: Path = typer.Argument(..., help="A .jsonl, .tsv, .tmx, .xlf or .xliff file with English and translation."),
    language: str = typer.Option(..., "--language", "-l", help="The language of the translations: km, my, …"),
    glossary: Path | None = typer.Option(
        None, "--glossary", "-g", help="A termbase (terms.csv): its terms are checked as well."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object a finding, one a line."),
) -> None:
    """Check the translations of a bilingual file; one line a finding. No workspace is needed.

    .jsonl has `source` and `target`; .tsv a header line (`source` and the language, or `target`) or just two columns.
    A missing translation is a finding, a file that cannot be read is an error. The exit code is 1 where a finding of
    severity error stands, else 0.
    """
    from pubpipe import checks
    from pubpipe.languages import profile

    own = profile(language)
    matcher = _matcher(glossary) if glossary else None
    watch = checks.Consistency(own)
    counts: Counter[str] = Counter()
    pairs = 0
    for row in _rows(file, own):
        pairs += 1
        findings = [*checks.run(row.source, row.target, own), *watch.see(row.place, row.source, row.target)]
        if matcher is not None:
            findings += _terms(row, own, matcher)
        for found in findings:
            counts[found.severity] += 1
            print(json.dumps(_as_json(row, found), ensure_ascii=False) if as_json else _line(file, row, found))
    if not pairs:
        raise SourceError(
            f"{file.name} holds no pair of English and {own.english_name}.",
            remedy="Name the language that the file has with --language, or mend the file.",
        )
    said = ", ".join(f"{counts[s]} {s}{'s' if counts[s] != 1 and s != 'info' else ''}" for s in _ORDER if counts[s])
    print(f"{pairs} pair{'s' if pairs > 1 else ''} in {own.english_name}: {said or 'nothing found'}.", file=sys.stderr)
    if counts["error"] or counts["block"]:
        raise typer.Exit(FOUND_ERRORS)


_ORDER = ("block", "error", "warning", "info")


def _terms(row: Row, profile: LanguageProfile, matcher: Matcher) -> tuple[Finding, ...]:
    from pubpipe.glossary import verify
    from pubpipe.model import plain

    if not plain(row.target).strip():
        return ()
    return verify(matcher.find(row.source, profile.tag), row.source, row.target, profile, matcher)


def _line(file: Path, row: Row, found: Finding) -> str:
    from pubpipe.model import plain

    mend = f" [{found.suggestion}]" if found.suggestion and len(found.suggestion) <= _SHOWN else ""
    words = ""
    if found.target is not None:
        words = " ".join(plain(row.target)[found.target.start : found.target.end].split())
        words = f" «{words}»" if 0 < len(words) <= _SHOWN and words not in found.message else ""
    return f"{file.name}:{row.place}: {found.severity} {found.check}: {found.message}{words}{mend}"


_SHOWN = 60


def _as_json(row: Row, found: Finding) -> dict[str, Any]:
    return {"place": row.place, **found.model_dump(mode="json", exclude_none=True, exclude={"segment"})}


def _matcher(path: Path) -> Matcher:
    from pubpipe.glossary import load_file, matcher

    return matcher(load_file(path))


# --- pairs
# -----------------------------------------------------------------------------------------------------------------


def _rows(path: Path, profile: LanguageProfile) -> Iterator[Row]:
    """The pairs of the file in this language, one after the other."""
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise SourceError(f"{path.name}: no bilingual format that is known.", remedy=f"Formats: {', '.join(_READERS)}.")
    try:
        yield from _READERS[suffix](path, profile)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.", remedy="Check its name and rights.") from error


def _jsonl(path: Path, profile: LanguageProfile) -> Iterator[Row]:
    from pubpipe.exchange import lines

    with path.open("rb") as stream:
        for number, line in lines.decoded(stream, path.name):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _problem(path, number, "this is not JSON") from error
            if not isinstance(value, dict) or not isinstance(value.get("source"), str):
                raise _problem(path, number, "this is no object with source and target")
            target = value.get("target")
            if target is not None and not isinstance(target, str):
                raise _problem(path, number, "'target' is no text")
            written = value.get("lang")
            if isinstance(written, str) and lines.target_tag(written) != profile.tag:
                continue
            yield _row(str(number), value["source"], target or "")


def _tsv(path: Path, profile: LanguageProfile) -> Iterator[Row]:
    from pubpipe.exchange import lines
    from pubpipe.languages import SOURCE

    columns: tuple[int, int] | None = None
    with path.open("rb") as stream:
        for number, line in lines.decoded(stream, path.name):
            if not line.strip():
                continue
            cells = line.split("\t")
            if columns is None:
                heads = [c.strip().lower() for c in cells]
                tags = [SOURCE.tag if h == "source" else profile.tag if h == "target" else _tag(h) for h in heads]
                if SOURCE.tag in tags:
                    if profile.tag not in tags:
                        raise _problem(path, number, f"no column is headed “{profile.tag}” or “target”")
                    columns = tags.index(SOURCE.tag), tags.index(profile.tag)
                    continue
                if len(cells) != 2:
                    raise _problem(path, number, "the first line must name the columns: source, then the language")
                columns = 0, 1
            source, target = (_cell(cells[i]) if i < len(cells) else "" for i in columns)
            if not source:
                raise _problem(path, number, "the source is missing")
            yield _row(str(number), source, target)


def _tag(head: str) -> str | None:
    from pubpipe.exchange import lines

    return lines.target_tag(head) if len(head) <= 8 and head else None


def _cell(cell: str) -> str:
    for escape, sign in (("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r")):
        cell = cell.replace(escape, sign)
    return cell.replace("\\\\", "\\").strip()


def _tmx(path: Path, profile: LanguageProfile) -> Iterator[Row]:
    from pubpipe.exchange import read

    at = dt.datetime.now(dt.UTC)
    for number, unit in enumerate(read(path, at=at, language=profile.tag), 1):
        yield Row(str(number), unit.source, unit.target)


def _xliff(path: Path, profile: LanguageProfile) -> Iterator[Row]:
    from pubpipe.exchange import lines, xliff

    returned = xliff.read(path.read_bytes(), path.name)
    written = returned.stamp.language
    if written and lines.target_tag(written) != profile.tag:
        raise SourceError(
            f"{path.name} is translated into “{written}”, not into {profile.english_name}.",
            remedy=f"Say --language {lines.target_tag(written) or written}.",
        )
    for row in returned.rows:
        if row.source and row.source.strip():
            yield _row(row.place.removeprefix("line "), row.source, row.target)


_READERS: dict[str, Callable[[Path, LanguageProfile], Iterator[Row]]] = {
    ".jsonl": _jsonl,
    ".tsv": _tsv,
    ".tmx": _tmx,
    ".xlf": _xliff,
    ".xliff": _xliff,
}


def _row(place: str, source: str, target: str) -> Row:
    """A row from texts in the short form; a tag that only the translation has is left for the check to find."""
    from pubpipe.exchange import lines
    from pubpipe.model import MarkupError, Text, from_markup

    try:
        left = lines.content_of(source)
    except MarkupError:
        return Row(place, (Text(text=source),), (Text(text=target),))
    try:
        return Row(place, left, from_markup(target, left))
    except MarkupError:
        try:
            return Row(place, left, lines.content_of(target))
        except MarkupError:
            return Row(place, left, (Text(text=target),))


def _problem(path: Path, line: int, why: str) -> GlossaryError:
    from pubpipe.exchange import lines

    problem = lines.problem(path.name, line, why)
    problem.remedy = "Mend the line, or leave it out, and check again."
    return problem
