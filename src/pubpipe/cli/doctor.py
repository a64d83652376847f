"""pubpipe doctor: what is here, what is missing, what it would give, how to install it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import typer

from pubpipe import __version__
from pubpipe.cli.options import JsonOption, WorkspaceOption, print_json
from pubpipe.errors import ConfigError, PubpipeError

if TYPE_CHECKING:
    from pubpipe.pipeline import Workspace

REQUIRED = (
    ("prefect", "flows, review forms, schedules"),
    ("typst", "PDF"),
    ("pypandoc_binary", "reading documents"),
    ("python-docx", "the report in Word"),
    ("icu4py", "line breaks, calendars and digits of the six languages"),
    ("deep-translator", "the engines google and mymemory"),
    ("justmytype-intl-sea", "fonts for Khmer, Burmese, Thai, Lao"),
    ("justmytype-intl-cjk", "fonts for Japanese"),
    ("justmytype-western-core", "fonts for Vietnamese and Latin"),
)
PROGRAMS = (
    (
        ("soffice", "libreoffice"),
        "LibreOffice",
        'the PDF of layout = "source"; looking at the Word files without Word; tests',
        "apt-get install libreoffice-writer-nogui",
    ),
    (
        ("chromium", "chromium-browser", "google-chrome"),
        "Chromium",
        "the browser test of the review",
        "apt-get install chromium",
    ),
    (
        ("initdb", "psql"),
        "PostgreSQL",
        "a database for several reviewers at once (PUBPIPE_STORE)",
        "apt-get install postgresql",
    ),
    (("pdftotext",), "Poppler", "tests that read the PDF text back", "apt-get install poppler-utils"),
)
"""What extras and tests use: commands, name, what it gives, the command that installs it."""


class Line(NamedTuple):
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "missing", "broken", "optional"]
    """optional: not here and not needed; missing and broken: something does not work without it."""
    detail: str = ""
    gives: str = ""
    install: str = ""
    """What installs it; where it is broken, what mends it."""


def doctor(workspace: Path | None = WorkspaceOption, as_json: bool = JsonOption) -> None:
    """Say what is installed and what is missing; exit code 1 if something needed is missing or broken."""
    lines = [*_program_lines(), *_workspace_lines(workspace)]
    if as_json:
        print_json([line._asdict() for line in lines])
    else:
        for line in lines:
            detail = f" {line.detail}" if line.detail else ""
            print(f"{line.state:<9} {line.name}{detail}" + (f": {line.gives}" if line.gives else ""))
            if line.install:
                print(f"          {'mend' if line.state == 'broken' else 'install'}: {line.install}")
    if any(line.state in ("missing", "broken") for line in lines):
        raise typer.Exit(1)


def _program_lines() -> list[Line]:
    import platform
    from importlib import metadata

    version = platform.python_version()
    state: Literal["ok", "broken"] = "ok" if sys.version_info >= (3, 11) else "broken"
    lines = [
        Line(name="Python", state=state, detail=version),
        Line(name="pubpipe", state="ok", detail=__version__),
    ]
    for package, gives in REQUIRED:
        try:
            lines.append(Line(name=package, state="ok", detail=metadata.version(package), gives=gives))
        except metadata.PackageNotFoundError:
            lines.append(Line(name=package, state="missing", gives=gives, install=f"pip install {package}"))
    lines.append(Line(name="documentation", state="ok", detail=str(_documentation())))
    lines.append(_pinned("fastapi", (0, 151), "newer releases break the Prefect server"))
    lines.append(_pinned("sqlalchemy", (2, 1), "newer releases make the scheduler create no runs"))
    try:
        from pubpipe.renderers import find_fonts

        fonts = find_fonts()
        lines.append(
            Line(name="fonts", state="ok", detail=fonts.fingerprint, gives="the six scripts, checked by sha256")
        )
    except PubpipeError as error:
        lines.append(Line(name="fonts", state="broken", detail=error.message, install=error.remedy))
    for names, title, gives, install in PROGRAMS:
        found = next((path for name in names if (path := shutil.which(name))), None)
        if title == "PostgreSQL" and found is None:
            found = next((str(p) for p in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
        lines.append(
            Line(name=title, state="ok" if found else "optional", gives=gives, install="" if found else install)
        )
    return lines


def _documentation() -> Path:
    """Where the pages lie that messages and pubpipe.toml name as "docs/…"."""
    from pubpipe.pipeline import bundled

    return bundled("docs")


def _pinned(package: str, below: tuple[int, ...], why: str) -> Line:
    from importlib import metadata

    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        return Line(name=package, state="missing", install=f"pip install {package}")
    numbers = tuple(int(part) for part in version.split(".")[: len(below)] if part.isdigit())
    limit = ".".join(map(str, below))
    if numbers < below:
        return Line(name=package, state="ok", detail=version)
    return Line(name=package, state="broken", detail=version, gives=why, install=f"pip install '{package}<{limit}'")


def _workspace_lines(workspace: Path | None) -> list[Line]:
    from pubpipe import pipeline
    from pubpipe.cli.options import workspace_root

    try:
        root = workspace_root(workspace)
    except ConfigError as error:
        if workspace is not None:
            return [Line(name="workspace", state="broken", detail=error.message, install=error.remedy)]
        return [Line(name="workspace", state="optional", detail="none here", install="pubpipe init FOLDER")]
    lines: list[Line] = []

    def look(name: str, say: object) -> None:
        try:
            detail = say() if callable(say) else ""
            lines.append(Line(name=name, state="ok", detail=str(detail)))
        except PubpipeError as error:
            lines.append(Line(name=name, state="broken", detail=error.message, install=error.remedy))

    try:
        ws = pipeline.open_workspace(root)
    except PubpipeError as error:
        return [Line(name="pubpipe.toml", state="broken", detail=error.message, install=error.remedy)]
    with ws:
        look("pubpipe.toml", lambda: root)
        look("store", lambda: f"{len(ws.store.publications.all())} publications")
        look("record of decisions", lambda: _whole(ws.store.decisions.verify()))
        look("glossary", lambda: f"{len(ws.glossary.terms)} terms")
        look("template", lambda: ws.template("").fingerprint)
        if ws.project.layout == "source" or any(p.layout == "source" for p in ws.project.publications.values()):
            look("LibreOffice for layout = source", lambda: _office(ws))
        look("server", lambda: _server(ws, root))
        if ws.project.notify.smtp is not None:
            look("mail", lambda: _mail(ws))
        if ws.project.notify.webhooks:
            look("webhooks", lambda: _hooks(ws))
        if ws.project.notify.wanted:
            look("messages", lambda: _messages(ws))
    return lines


def _office(ws: Workspace) -> str:
    from pubpipe.renderers.office import find_office

    return find_office(ws.project.soffice).version


def _whole(broken: str | None) -> str:
    from pubpipe.errors import ReviewError

    if broken:
        raise ReviewError(f"broken: {broken}", remedy="Compare with a backup.")
    return "whole"


def _mail(ws: Workspace) -> str:
    """Connect, encrypt, log in; nothing is sent."""
    from pubpipe.server import mail

    settings = ws.project.notify.smtp
    assert settings is not None
    return mail.look(settings, ws.environ.get(mail.PASSWORD_VARIABLE, ""))


def _hooks(ws: Workspace) -> str:
    """Whether each webhook has its address, its template and its secret; nothing is sent."""
    from pubpipe.pipeline.messages import webhook_template
    from pubpipe.server import hooks

    for hook in ws.project.notify.webhooks:
        hooks.address(hook, ws.environ)
        hooks.secret(hook, ws.environ)
        webhook_template(ws, hook.template)
    return ", ".join(hook.name for hook in ws.project.notify.webhooks)


def _messages(ws: Workspace) -> str:
    """Whether the templates can be used and everybody could be told."""
    from pubpipe.errors import ReviewError
    from pubpipe.pipeline.messages import mail_template
    from pubpipe.pipeline.notices import troubles

    mail_template(ws)
    if found := troubles(ws):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise ReviewError(
            f"{found[0]}{more}", remedy="Mend the address; 'pubpipe notify --retry' tries again what had failed."
        )
    waiting = len(ws.store.outbox.open()) + len(ws.store.outbox.new())
    return f"{waiting} wait to be sent" if waiting else "everybody was told"


def _server(ws: object, root: Path) -> str:
    from pubpipe.server import find_server
    from pubpipe.server.client import safe

    address = find_server(root, getattr(ws, "environ", {}))
    return f"up at {safe(address)}" if address else "not up ('pubpipe up' starts it)"
