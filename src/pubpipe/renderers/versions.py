"""Which version of each renderer this is, and the libraries that decide its bytes: known without loading either."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

VERSIONS: dict[str, int] = {"docx": 5, "pdf": 5, "html": 1, "srt": 1, "vtt": 1, "source-docx": 3, "source-pdf": 3}
"""Format to a number that goes up when the same input gives other bytes."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "docx": ("icu4py", "pillow"),
    "pdf": ("typst", "pikepdf", "icu4py", "pillow"),
    "html": ("uharfbuzz", "fonttools", "brotli", "icu4py", "pillow"),
    "source-docx": ("icu4py", "lxml", "uharfbuzz"),
    "source-pdf": ("icu4py", "lxml", "uharfbuzz", "pikepdf", "fonttools", "brotli"),
    "srt": ("icu4py",),
    "vtt": ("icu4py",),
}
"""Format to the distributions whose versions decide the bytes; "source-…" in the layout of the source."""

KEPT = ("docx", "pdf")
"""Formats that can keep the layout of the source; the others are set by the template in either layout."""


def fingerprint(format_: str) -> str:
    """Name, version and libraries of the renderer of a format: part of a rendition's key."""
    used = " ".join(f"{name}={_installed(name)}" for name in LIBRARIES[format_])
    return f"{format_}/{VERSIONS[format_]} {used}"


def embedding_fingerprint() -> str:
    """The same of what puts fonts into Word files."""
    return f"embedding/1 fonttools={_installed('fonttools')}"


def source_fingerprint(format_: str, soffice: str | None = None) -> str:
    """The same of a renderer that keeps the layout of the source; of a PDF with LibreOffice's version."""
    own = fingerprint(f"source-{format_}")
    if format_ != "pdf":
        return own
    from pubpipe.renderers.office import office_version

    return f"{own} libreoffice={office_version(soffice)}"


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "absent"
