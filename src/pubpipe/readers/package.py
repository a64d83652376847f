"""What a source document's package (DOCX, ODT) may hold, and what is said of one that is not read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pubpipe import ooxml
from pubpipe.errors import SourceError
from pubpipe.ooxml import Limits, Package, Problem

LIMITS = Limits()

_DAMAGED = "Open the file in the program it was made with and save it again, or get a fresh copy."
_UNTRUSTED = "Do not use this file; ask its sender for a clean copy."


def refuse(problem: Problem) -> SourceError:
    """The error for a source document that cannot be read, or must not be."""
    part = f"part {problem.part!r} of the file"
    match problem.kind:
        case "locked":
            return password()
        case "bomb" | "size":
            return SourceError(
                f"the file is refused as a possible zip bomb: {problem.detail}.",
                remedy="If it is a real document, shrink its images or split it.",
            )
        case "outside":
            return SourceError(
                "the file is built to write outside its own folder (a part's name leads out of it).",
                remedy=_UNTRUSTED,
            )
        case "twice":
            return SourceError("the file has two parts of the same name.", remedy=_DAMAGED)
        case "part":
            return SourceError(f"the file is damaged: its part {problem.part!r} cannot be unpacked.", remedy=_DAMAGED)
        case "entities":
            return SourceError(
                f"part {problem.part!r} declares XML entities or a DOCTYPE, which no word processor writes; "
                "it is not read.",
                remedy=_UNTRUSTED,
            )
        case "xml":
            place = f" (line {problem.line})" if problem.line else ""
            return SourceError(f"{part} is damaged: its XML breaks off{place}.", remedy=_DAMAGED)
        case "zip":
            return SourceError("the file is damaged or was cut off: its zip directory cannot be read.", remedy=_DAMAGED)


def password() -> SourceError:
    """The error for a file that only opens with a password."""
    return SourceError(
        "the file is protected with a password.",
        remedy="Open it, remove the password (File, Info, Protect Document) and save it again.",
    )


def open_package(data: bytes) -> Package:
    """The package in `data`; SourceError where it is damaged, encrypted, hostile or too large."""
    return ooxml.open_package(data, LIMITS, refuse)


def parse_xml(data: bytes, name: str) -> Any:
    """The root element of a part; SourceError for damaged XML, for more than `LIMITS` allow, and for any DOCTYPE."""
    if len(data) > LIMITS.part:
        raise refuse(Problem("bomb", part=name, detail=f"part {name!r} has {len(data) // 1_000_000} MB of XML"))
    return ooxml.parse(data, name, refuse)


def rebuild(package: Mapping[str, bytes], changed: Mapping[str, bytes]) -> bytes:
    """The package as a zip file again with some parts replaced; stored, not compressed: it only feeds a converter."""
    return ooxml.pack({**{n: changed[n] if n in changed else package[n] for n in package}, **changed}, compressed=False)


__all__ = ["LIMITS", "Package", "open_package", "parse_xml", "password", "rebuild", "refuse"]
