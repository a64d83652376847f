"""What a renderer is and what it is handed beside the edition: one Protocol, one value for the imprint."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from pubpipe.languages import LanguageProfile
from pubpipe.model import Edition, Format, SourceDocument, Value
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.template import Template


class Imprint(Value):
    """Who publishes, when and under which terms: what stands around the text in every language.

    These lines come from the project, not from a translator; they are printed as they are.
    """

    publisher: str
    date: dt.date | None = None
    """Date of publication; None: the document's own date, then the day of approval."""
    place: str = ""
    contact: str = ""
    url: str = ""
    licence: str = ""
    notices: tuple[str, ...] = ()
    """Sentences that every edition must carry ("Funded by …")."""
    program: str = "pubpipe"
    """Name and version of the program that made the file."""


class Original(Value):
    """The client's file, for a layout that keeps it: its bytes and what the reader made of them."""

    data: bytes
    document: SourceDocument


class Renderer(Protocol):
    """An edition becomes the bytes of one file format.

    The type of the edition decides what it looks like: a `DraftEdition` carries a watermark on every page,
    an `ApprovedEdition` does not. Same input, same bytes. Whatever keeps a good page from being made is a
    `RenderError` that names it.
    """

    @property
    def format(self) -> Format: ...

    @property
    def libraries(self) -> tuple[str, ...]:
        """The distributions whose versions decide the bytes."""
        ...

    @property
    def fingerprint(self) -> str:
        """Name, version and the libraries that decide the bytes: part of a rendition's key."""
        ...

    def render(
        self,
        edition: Edition,
        template: Template,
        profile: LanguageProfile,
        fonts: FontSet,
        imprint: Imprint,
    ) -> bytes: ...
