"""The glossary table: `terms.csv` to a `Glossary`, or a list of what a person has to mend in it."""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeVar

from pubpipe.errors import GlossaryError
from pubpipe.glossary.matching import source_keys
from pubpipe.glossary.terms import Case, Glossary, Kind, Rendering, Term
from pubpipe.identity import Hash, digest, short
from pubpipe.languages import TARGETS, LanguageProfile, extra
from pubpipe.languages.normal import canonical, fold, zawgyi
from pubpipe.model import Finding

_ABOUT = ("id", "source", "variants", "kind", "case", "note", "status")
_FORMS = ("", "_allowed", "_forbidden")
COLUMNS: tuple[str, ...] = (*_ABOUT, *(tag + form for tag in TARGETS for form in _FORMS))
"""The columns of the table, in the order in which a new one is written."""


def column(profile: LanguageProfile) -> str:
    """What the columns of a language begin with: its tag, or its English name where the table needs the tag for
    something else (`id` is also Indonesian)."""
    return profile.english_name.lower() if profile.tag in _ABOUT else profile.tag


def _languages() -> tuple[LanguageProfile, ...]:
    return (*TARGETS.values(), *extra().values())


_KINDS: dict[str, Kind] = {"term": "term", "preferred": "preferred", "name": "name"}
_CASES: dict[str, Case] = {"fold": "fold", "exact": "exact"}
_STATES: dict[str, Literal["draft", "reviewed"]] = {"draft": "draft", "reviewed": "reviewed"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_SHOWN = 200
_T = TypeVar("_T")
_EXPORT = (
    "Save the table from the spreadsheet as “CSV UTF-8” (LibreOffice: File > Save As > Text CSV, "
    "character set UTF-8; Excel: CSV UTF-8 (Comma delimited))."
)


def load(folder: Path) -> Glossary:
    """The glossary in `folder`: its `terms.csv` (or `terms.tsv`), read and validated; empty where there is
    none.

    Commas, semicolons and tabs are told apart by the header row. Raises GlossaryError, with one line for each
    problem ("terms.csv row 12, column km_forbidden: …"; rows are counted as a spreadsheet shows them). What
    is doubtful but usable comes back in `Glossary.warnings`.
    """
    path = next((p for n in ("terms.csv", "terms.tsv") if (p := folder / n).is_file()), None)
    if path is None:
        other = next((p.name for p in sorted(folder.glob("terms.*")) if p.is_file()), None)
        if other:
            raise GlossaryError(f"{other} is not a table that pubpipe reads.", remedy=_EXPORT)
        return Glossary()
    return load_file(path)


def load_file(path: Path) -> Glossary:
    """The glossary in one table, whatever its name. Raises as `load`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GlossaryError(
            f"{path.name} cannot be read: {error.strerror}.", remedy="Check its name and rights."
        ) from error
    return parse(data, path.name)


def parse(data: bytes, name: str = "terms.csv") -> Glossary:
    """The glossary that the bytes of a table hold; `name` is what the problems call it. Raises as `load`."""
    rows = _rows(_decode(data, name), name)
    header = next(rows, None)
    if header is None:
        return Glossary()
    check = _Check(name)
    columns = _header(header[1], check)
    terms = [(n, t) for n, cells in rows if (t := _term(n, cells, columns, check)) is not None]
    _compare(terms, check)
    if check.problems:
        shown = check.problems[:_SHOWN]
        if len(check.problems) > len(shown):
            shown.append(f"… and {len(check.problems) - len(shown)} more")
        count = len(check.problems)
        raise GlossaryError(
            f"{name} has {count} problem{'s' if count > 1 else ''}.",
            remedy="Mend the rows named and run the command again.",
            problems=tuple(shown),
        )
    found = tuple(term for _, term in terms)
    fingerprint = f"glossary/{short(_hash(found))}" if found else Glossary().fingerprint
    return Glossary(terms=found, fingerprint=fingerprint, warnings=tuple(check.warnings))


def _hash(terms: tuple[Term, ...]) -> Hash:
    return digest("glossary", 1, [t.model_dump(mode="json") for t in terms])


class _Check:
    """Collects problems and warnings with the place where they stand."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[str] = []
        self.warnings: list[Finding] = []
        self.languages = [(p, tuple(column(p) + form for form in _FORMS)) for p in _languages()]
        """Each language with its columns."""

    def problem(self, row: int, column: str | None, text: str) -> None:
        self.problems.append(self._at(row, column) + text)

    def warning(self, row: int, column: str | None, text: str) -> None:
        message = self._at(row, column) + text
        self.warnings.append(Finding(check="glossary", severity="warning", message=message))

    def _at(self, row: int, column: str | None) -> str:
        return f"{self.name} row {row}{f', column {column}' if column else ''}: "


# --- from bytes to cells
# ---------------------------------------------------------------------------------------


def _decode(data: bytes, name: str) -> str:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise GlossaryError(f"{name} is a spreadsheet file with another ending.", remedy=_EXPORT)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise GlossaryError(f"{name} is not in UTF-8 (it looks like UTF-16).", remedy=_EXPORT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise GlossaryError(
            f"{name} is not in UTF-8 (line {row}; it may be Latin-1 or Windows-1252).", remedy=_EXPORT
        ) from error


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells of each row that is not blank."""
    header = text.lstrip("\r\n").split("\n", 1)[0]
    counts = {d: header.count(d) for d in ",;\t"}
    delimiter = max(counts, key=lambda d: counts[d])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise GlossaryError(
                f"{name} row {number}: the quotation marks of the table do not match ({error}).",
                remedy="Write a quotation mark inside a quoted cell twice, or save the table from a sheet.",
            ) from error
        if any(cell.strip() for cell in cells):
            yield number, cells


def _header(cells: list[str], check: _Check) -> dict[int, str]:
    columns: dict[int, str] = {}
    known = (*COLUMNS, *(column(p) + form for p in extra().values() for form in _FORMS))
    for index, cell in enumerate(cells):
        name = cell.strip().lower()
        if not name:
            continue
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known columns: {', '.join(known)}"
            check.problem(1, None, f"unknown column {cell.strip()!r}; {hint}")
        elif name in columns.values():
            check.problem(1, name, "the column stands twice")
        columns[index] = name
    for needed in ("id", "source"):
        if needed not in columns.values():
            check.problem(1, None, f"the column {needed!r} is missing")
    return columns


# --- from cells to a term
# --------------------------------------------------------------------------------------


def _term(row: int, cells: list[str], columns: dict[int, str], check: _Check) -> Term | None:
    before = len(check.problems)
    values: dict[str, str] = {}
    for index, cell in enumerate(cells):
        value = cell.strip()
        name = columns.get(index)
        if not value:
            continue
        if name is None:
            check.problem(row, None, f"a cell beyond the last column says {_quote(value)}")
        else:
            values[name] = value
            if value[0] in "=+-@":
                check.problem(row, name, f"{_quote(value)} would be a formula in a spreadsheet; begin it otherwise")
    term_id = values.get("id", "")
    if not term_id:
        check.problem(row, "id", "is empty")
    elif not _ID.fullmatch(term_id):
        check.problem(row, "id", f"{_quote(term_id)} may have only letters, digits, dot, dash and underscore")
    source = _source(row, "source", values.get("source", ""), check)
    variants = tuple(_source(row, "variants", v, check) for v in _split(values.get("variants", "")))
    kind = _choice(row, "kind", values, _KINDS, "term", check)
    case = _choice(row, "case", values, _CASES, _default_case(source), check)
    status = _choice(row, "status", values, _STATES, "draft", check)
    renderings = {}
    for profile, names in check.languages:
        if values.keys().isdisjoint(names):
            continue
        rendering = _rendering(row, profile, values, check)
        if rendering is not None:
            renderings[profile.tag] = rendering
    if len(check.problems) > before:
        return None
    return Term(
        id=term_id,
        source=source,
        variants=variants,
        kind=kind,
        case=case,
        note=values.get("note", ""),
        status=status,
        renderings=renderings,
    )


def _default_case(source: str) -> Case:
    return "exact" if sum(c.isupper() for c in source) >= 2 else "fold"


def _choice(row: int, column: str, values: dict[str, str], choices: dict[str, _T], default: _T, check: _Check) -> _T:
    value = values.get(column, "").lower()
    if not value:
        return default
    if value not in choices:
        check.problem(row, column, f"{_quote(value)} is not one of {', '.join(choices)}")
        return default
    return choices[value]


def _split(cell: str) -> list[str]:
    return [part for part in (p.strip() for p in cell.split("|")) if part]


def _quote(value: str) -> str:
    return f"“{value if len(value) <= 40 else value[:39] + '…'}”"


def _sound(row: int, column: str, value: str, check: _Check) -> str:
    """The value in its stored form; what cannot be stored is a problem, what was repaired a warning."""
    if any(unicodedata.category(c) == "Cc" for c in value):
        check.problem(row, column, f"{_quote(value)} holds a line break or a control character")
    if "\ufffd" in value:
        check.problem(row, column, f"{_quote(value)} holds U+FFFD, the trace of a failed conversion")
    normal = unicodedata.normalize("NFC", value)
    if normal != value:
        check.problem(row, column, f"{_quote(value)} is not in NFC; write it anew: {normal}")
        return normal
    stored = canonical(value)
    if stored != value:
        check.warning(row, column, f"{_quote(value)} is typed in another order; it is read as {_quote(stored)}")
    return stored


def _source(row: int, column: str, value: str, check: _Check) -> str:
    if not value:
        check.problem(row, column, "is empty")
        return value
    if sum(c.isalnum() for c in value) < 2:
        check.problem(row, column, f"{_quote(value)} is too short: two letters or digits at least")
    return _sound(row, column, value, check)


def _rendering(row: int, profile: LanguageProfile, values: dict[str, str], check: _Check) -> Rendering | None:
    lists: list[tuple[str, ...]] = []
    for form in _FORMS:
        name = column(profile) + form
        lists.append(tuple(dict.fromkeys(_target(row, name, v, profile, check) for v in _split(values.get(name, "")))))
    first, also, forbidden = lists
    if not (first or also or forbidden):
        return None
    allowed = tuple(dict.fromkeys((*first[1:], *also)))
    preferred = first[0] if first else None
    if allowed and preferred is None:
        check.problem(row, column(profile), f"is empty, though {column(profile)}_allowed has a form")
    wanted = {fold(v): v for v in (*([preferred] if preferred else ()), *allowed)}
    for form in forbidden:
        key = fold(form)
        if key in wanted:
            check.problem(
                row, f"{column(profile)}_forbidden", f"{_quote(form)} is also a form that is asked for or allowed"
            )
        elif preferred is not None and _contains(fold(preferred), key, profile):
            check.problem(row, f"{column(profile)}_forbidden", f"{_quote(form)} is part of {_quote(preferred)}")
    return Rendering(preferred=preferred, allowed=allowed, forbidden=forbidden)


def _target(row: int, column: str, value: str, profile: LanguageProfile, check: _Check) -> str:
    stored = _sound(row, column, value, check)
    own, foreign, latin = 0, [], 0
    for char in stored:
        if unicodedata.category(char)[0] not in "LM" or unicodedata.name(char, "").startswith("COMBINING"):
            continue
        if any(a <= ord(char) <= b for a, b in profile.script_ranges):
            own += 1
        elif char.isascii():
            latin += 1
        elif not unicodedata.name(char, "").startswith(("LATIN", "ZERO WIDTH")):
            foreign.append(char)
    if foreign:
        check.problem(
            row,
            column,
            f"{_quote(stored)} has letters that are not {profile.english_name} ({' '.join(foreign[:3])})",
        )
    elif latin and not own and stored != stored.upper():
        check.warning(row, column, f"{_quote(stored)} has no {profile.english_name} letter")
    if zawgyi(stored) == "yes":
        check.problem(row, column, f"{_quote(stored)} is in the Zawgyi encoding; convert it to Unicode")
    if own == 1 and len(stored) == 1:
        check.warning(row, column, f"{_quote(stored)} is one character: many words hold it by accident")
    return stored


# --- one term against the others
# -------------------------------------------------------------------------------


def _contains(text: str, part: str, profile: LanguageProfile) -> bool:
    if not profile.spaced:
        return part.replace(" ", "") in text.replace(" ", "")
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text) is not None


def _compare(terms: list[tuple[int, Term]], check: _Check) -> None:
    ids: dict[str, int] = {}
    sources: dict[tuple[str, ...], list[tuple[int, Term]]] = defaultdict(list)
    for row, term in terms:
        if term.id.lower() in ids:
            check.problem(row, "id", f"{_quote(term.id)} stands also in row {ids[term.id.lower()]}")
        ids.setdefault(term.id.lower(), row)
        for form in (term.source, *term.variants):
            column = "source" if form is term.source else "variants"
            key = source_keys(form)
            if not key:
                check.problem(row, column, f"{_quote(form)} has no word that could be found")
                continue
            for other_row, other in sources[key]:
                same = other.case == term.case and (term.case == "fold" or form in (other.source, *other.variants))
                if same and other_row != row:
                    check.problem(row, column, f"{_quote(form)} stands also in row {other_row}")
                    break
            sources[key].append((row, term))
    for profile in _languages():
        _compare_targets(terms, profile, check)


def _compare_targets(terms: list[tuple[int, Term]], profile: LanguageProfile, check: _Check) -> None:
    tag, name = profile.tag, column(profile)
    preferred: dict[str, list[tuple[int, str]]] = defaultdict(list)
    forbidden: dict[str, int] = {}
    missing = 0
    for row, term in terms:
        rendering = term.renderings.get(tag, Rendering())
        if rendering.preferred:
            preferred[fold(rendering.preferred)].append((row, rendering.preferred))
        elif term.kind != "name":
            missing += 1
        for form in rendering.forbidden:
            forbidden.setdefault(fold(form), row)
    for places in preferred.values():
        if len(places) > 1:
            first, *others = places
            rows = ", ".join(str(r) for r, _ in others)
            check.warning(first[0], name, f"{_quote(first[1])} is also the translation in row {rows}")
    if missing and preferred:
        count = f"{missing} of {len(terms)} terms"
        check.warnings.append(
            Finding(
                check="glossary",
                severity="info",
                message=f"{check.name}: {count} have no {profile.english_name} form; nothing is checked there.",
            )
        )
    lengths = Counter(len(f) for f in forbidden)
    for folded, places in preferred.items():
        for form in _parts(folded, forbidden, lengths, profile):
            for row, surface in places:
                if forbidden[form] != row:
                    check.problem(
                        row, name, f"{_quote(surface)} holds {_quote(form)}, refused in row {forbidden[form]}"
                    )


def _parts(text: str, forms: dict[str, int], lengths: Counter[int], profile: LanguageProfile) -> Iterator[str]:
    """The forms that stand in the text; the work grows with the text, not with the number of forms."""
    seen = set()
    for length in lengths:
        for start in range(len(text) - length + 1):
            part = text[start : start + length]
            if part in forms and part not in seen and _contains(text, part, profile):
                seen.add(part)
                yield part
