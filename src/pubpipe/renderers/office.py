"""LibreOffice as a converter: found, started in a profile of its own, and ended when it does not come to an end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from pubpipe.errors import MissingExtra, RenderError
from pubpipe.model import Value

TIMEOUT = 180.0
"""Seconds for one document; the first start of a new profile takes some of them."""

_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
_REGISTRY = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}
</oor:items>
"""
# Nothing in a client's file is run or fetched, nothing asks, nothing is remembered.
_SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "2"),
    ("org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("org.openoffice.Office.Common/Save/Document", "AutoSave", "false"),
)


class Office(Value):
    """A LibreOffice that was found."""

    program: str
    version: str
    """As it names itself ("7.4.7.2"): another one may set pages otherwise."""


def find_office(named: str | None = None) -> Office:
    """The LibreOffice that `named` is, or the one on the path or in its usual place; MissingExtra without one."""
    place = named or shutil.which("soffice") or shutil.which("libreoffice") or _usual()
    if place is None or not Path(place).is_file():
        where = f"{named} is not there" if named else "LibreOffice is not installed"
        raise MissingExtra(
            f'{where}; the PDF of a publication with layout = "source" is made by it.',
            remedy="Install LibreOffice (Debian: apt-get install libreoffice-writer-nogui), or name its 'soffice' in "
            'pubpipe.toml (soffice = "…" in [project]); or use layout = "template".',
        )
    program = str(Path(place).resolve())
    return Office(program=program, version=_version(program, Path(program).stat().st_mtime_ns))


def office_version(named: str | None = None) -> str:
    """Its version, "absent" where there is none: what is up to date does not need the program."""
    try:
        return find_office(named).version
    except (MissingExtra, RenderError):
        return "absent"


def _usual() -> str | None:
    return next((place for place in _PLACES if Path(place).is_file()), None)


@lru_cache(maxsize=8)
def _version(program: str, _changed: int) -> str:
    """What the program says of itself; asked once while it is the same file."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _broken(f"LibreOffice ({program}) does not start ({type(error).__name__})") from error
    words = done.stdout.decode("utf-8", "replace").split()
    return " ".join(words[1:])[:60] or "unknown"


def _broken(what: str) -> RenderError:
    return RenderError(
        f"{what}.", remedy="Open the Word file of the preview in LibreOffice: it says more; or install a newer one."
    )


def to_pdf(
    document: bytes, office: Office, fonts: Mapping[str, bytes], options: str, *, timeout: float = TIMEOUT
) -> bytes:
    """The PDF that LibreOffice makes of a Word document, with these fonts (file name to bytes) and no others.

    `options` are those of its PDF filter, as JSON. It runs in a folder of its own that is gone afterwards, together
    with everything that it started; RenderError where it fails or needs more than `timeout` seconds.
    """
    with TemporaryDirectory(prefix="pubpipe-office-") as name:
        folder = Path(name)
        (folder / "document.docx").write_bytes(document)
        environment = _environment(folder, fonts, _symbols(office.program))
        argv = [
            office.program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
            *("--convert-to", f"pdf:writer_pdf_Export:{options}", "--outdir", str(folder / "out")),
            str(folder / "document.docx"),
        ]
        _run(argv, environment, folder, timeout)
        made = folder / "out" / "document.pdf"
        if not made.is_file():
            raise _broken("LibreOffice made no PDF of the document")
        return made.read_bytes()


def _run(argv: list[str], environment: dict[str, str], folder: Path, timeout: float) -> None:
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
            start_new_session=sys.platform != "win32",
        )
    except OSError as error:
        raise _broken(f"LibreOffice ({argv[0]}) cannot be started ({error.strerror})") from error
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        raise _broken(f"LibreOffice did not finish the document in {timeout:.0f} seconds") from error
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and everything that it started: soffice is a script that starts the real one."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.poll() is None:
        process.kill()
    process.wait()


def _symbols(program: str) -> Path | None:
    """LibreOffice's own font for bullets and signs of Word's picture fonts; Debian keeps it among the system's."""
    places = (Path(program).parent.parent / "share/fonts/truetype", Path("/usr/share/fonts/truetype/libreoffice"))
    return next((p / "opens___.ttf" for p in places if (p / "opens___.ttf").is_file()), None)


def _environment(folder: Path, fonts: Mapping[str, bytes], symbols: Path | None) -> dict[str, str]:
    """The profile with our settings, the fonts with a list of fonts of our own, and a home that is nobody's."""
    own = folder / "fonts"
    own.mkdir()
    for name, data in fonts.items():
        (own / name).write_bytes(data)
    if symbols is not None:
        shutil.copyfile(symbols, own / symbols.name)
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
        f"<dir>{escape(str(own))}</dir><cachedir>{escape(str(folder / 'font-cache'))}</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    items = "\n".join(
        f'<item oor:path="/{path}"><prop oor:name="{key}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, key, value in _SETTINGS
    )
    (user / "registrymodifications.xcu").write_text(_REGISTRY.format(items=items), encoding="utf-8")
    kept = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")
    return {
        **{key: os.environ[key] for key in kept if key in os.environ},
        "HOME": str(folder),
        "FONTCONFIG_FILE": str(config),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "SAL_USE_VCLPLUGIN": "svp",
    }


__all__ = ["TIMEOUT", "Office", "find_office", "office_version", "to_pdf"]
