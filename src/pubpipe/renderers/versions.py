"""Which version of each renderer this is, and the libraries that decide its bytes: known without loading either."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

VERSIONS: dict[str, int] = {"docx": 4, "pdf": 4, "html": 1, "srt": 1, "vtt": 1}
"""Format to a number that goes up when the same input gives other bytes."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "docx": ("icu4py", "pillow"),
    "pdf": ("typst", "pikepdf", "icu4py", "pillow"),
    "html": ("fonttools", "brotli", "icu4py", "pillow"),
    "srt": ("icu4py",),
    "vtt": ("icu4py",),
}
"""Format to the distributions whose versions decide the bytes."""


def fingerprint(format_: str) -> str:
    """Name, version and libraries of the renderer of a format: part of a rendition's key."""
    used = " ".join(f"{name}={_installed(name)}" for name in LIBRARIES[format_])
    return f"{format_}/{VERSIONS[format_]} {used}"


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "absent"
