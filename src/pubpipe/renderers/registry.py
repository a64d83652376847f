"""The formats that an edition can be rendered to: one line each."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from pubpipe.languages import LanguageProfile
from pubpipe.model import Edition, Value
from pubpipe.renderers.base import Imprint, Renderer
from pubpipe.renderers.docx import VERSION as DOCX_VERSION
from pubpipe.renderers.docx import render_docx
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.pdf import VERSION as PDF_VERSION
from pubpipe.renderers.pdf import render_pdf
from pubpipe.renderers.template import Template


class FormatRenderer(Value):
    """A render function with its name, its version and the libraries that decide its bytes."""

    format: Literal["docx", "pdf"]
    version: int
    """Goes up when the same input gives other bytes."""
    libraries: tuple[str, ...]
    function: Callable[[Edition, Template, LanguageProfile, FontSet, Imprint], bytes]

    @property
    def fingerprint(self) -> str:
        used = " ".join(f"{name}={_version(name)}" for name in self.libraries)
        return f"{self.format}/{self.version} {used}"

    def render(
        self,
        edition: Edition,
        template: Template,
        profile: LanguageProfile,
        fonts: FontSet,
        imprint: Imprint,
    ) -> bytes:
        return self.function(edition, template, profile, fonts, imprint)


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "absent"


RENDERERS: dict[str, Renderer] = {
    "docx": FormatRenderer(
        format="docx",
        version=DOCX_VERSION,
        libraries=("icu4py", "pillow"),
        function=render_docx,
    ),
    "pdf": FormatRenderer(
        format="pdf",
        version=PDF_VERSION,
        libraries=("typst", "pikepdf", "icu4py", "pillow"),
        function=render_pdf,
    ),
}
"""Format to renderer, in the order in which files are made."""
