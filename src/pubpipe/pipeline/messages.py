"""The words of a message: a template of the workspace or of the program, filled in with what happened."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from pubpipe.errors import ConfigError
from pubpipe.pipeline.workspace import Workspace, bundled

FOLDER = "messages"
MAIL = "email.txt"
LONGEST_SUBJECT = 150
"""Characters: mail programs show fewer."""
LONGEST_VALUE = 2_000
_HEAD = re.compile(r"^==\s*(.+?)\s*$")
_EVENTS = ("opened", "due", "overdue", "answered", "blocked")
NEEDED = (*(f"subject {event}" for event in _EVENTS), "subject many", "greeting", "opened", "due", "overdue", "blocked")

Values = Mapping[str, str]


@dataclass(frozen=True)
class Letter:
    """A message to one person."""

    subject: str
    body: str


def letter(sections: Mapping[str, str], common: Values, notices: Sequence[Values]) -> Letter:
    """One message about one or several notices, in the order in which they are given.

    `sections` as `mail_template` gives them. What is filled in is text on one line and never filled in again, so that
    nothing in a title begins a header or another placeholder.
    """
    first = {**common, **notices[0]}
    kind = f"subject {notices[0]['event']}" if len(notices) == 1 else "subject many"
    subject = " ".join(_filled(sections[kind], first).split())
    if len(subject) > LONGEST_SUBJECT:
        subject = subject[: LONGEST_SUBJECT - 1].rstrip() + "…"
    parts = [_filled(sections["greeting"], first)]
    parts += [words(sections, {**common, **values}) for values in notices]
    parts.append(_filled(sections.get("closing", ""), first))
    return Letter(subject, "\n\n".join(part for part in parts if part) + "\n")


def words(sections: Mapping[str, str], values: Values) -> str:
    """What one notice says."""
    event = values["event"]
    section = sections.get(f"{event} {values.get('decision', '')}".strip()) or sections.get(event, "")
    return _filled(section, values)


def payload(template: Any, values: Values) -> Any:
    """A webhook's JSON: every text in the template filled in, whatever stands in the values."""
    if isinstance(template, str):
        return Template(template).safe_substitute({k: plain(v) for k, v in values.items()})
    if isinstance(template, Mapping):
        return {key: payload(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [payload(value, values) for value in template]
    return template


def mail_template(ws: Workspace, languages: Sequence[str] = ()) -> dict[str, str]:
    """Section name to its text; of a language's own file where there is one and all notices are about that language.

    ConfigError names the file and the section that is missing.
    """
    names = [MAIL]
    if len(set(languages)) == 1:
        names.insert(0, MAIL.replace(".", f".{languages[0]}.", 1))
    path = _find(ws, names)
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _read(path).splitlines():
        if match := _HEAD.match(line):
            current = sections.setdefault(match[1], [])
        elif not (line.startswith("#") and not sections):
            current.append(line)
    if missing := [name for name in NEEDED if name not in sections]:
        raise ConfigError(
            f"{path} lacks the section {missing[0]!r}.", remedy=f"Add a line '== {missing[0]}' and the words below it."
        )
    return {name: "\n".join(lines).strip("\n") for name, lines in sections.items()}


def webhook_template(ws: Workspace, name: str) -> Any:
    """The JSON of a webhook's template; ConfigError where the file is missing or no JSON."""
    path = _find(ws, [name])
    try:
        return json.loads(_read(path))
    except ValueError as error:
        raise ConfigError(
            f"{path} is no JSON: {error}.", remedy="Mend it; placeholders stand inside quotes."
        ) from error


def plain(text: str) -> str:
    """The text on one line, without characters that steer a terminal, a header or the direction of writing."""
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text[:LONGEST_VALUE]
        if not 0x202A <= ord(c) <= 0x202E and not 0x2066 <= ord(c) <= 0x2069
    )
    return " ".join(kept.split(" ")).strip()


def _filled(section: str, values: Values) -> str:
    """The section with its placeholders filled in; without the lines in which all of them are empty."""
    out = []
    for line in section.splitlines():
        template = Template(line)
        used = template.get_identifiers()
        if used and not any(values.get(name) for name in used):
            continue
        out.append(template.safe_substitute({name: plain(value) for name, value in values.items()}))
    return "\n".join(out).strip("\n")


def _find(ws: Workspace, names: Sequence[str]) -> Path:
    """The first of these files that there is: of each name the workspace's own before the program's."""
    for name in names:
        for place in (ws.root / "templates" / FOLDER, bundled("templates") / FOLDER):
            if (place / name).is_file():
                return place / name
    raise ConfigError(
        f"there is no template {names[0]!r} in {ws.root / 'templates' / FOLDER}.",
        remedy="Put it there, or use a built-in one.",
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as UTF-8 text.", remedy="Save it as UTF-8.") from error
