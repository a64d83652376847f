"""A template folder becomes one frozen value: design, Typst layout and the reviewed words of each language."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from pubpipe.errors import RenderError
from pubpipe.identity import digest, short
from pubpipe.model import LanguageTag, Value

_LABEL_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

REQUIRED_LABELS = (
    "contents",
    "table",
    "figure",
    "page",
    "draft",
    "about",
    "publisher",
    "date",
    "place",
    "contact",
    "licence",
    "original_language",
    "english",
    "translated_by",
    "by_engine",
    "by_memory",
    "by_people",
    "reviewed_by",
    "machine_drafted",
    "produced_with",
)
"""The words that the renderers print; a language in which one is missing is not rendered."""

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Colours(Value):
    text: Colour = "#1f2933"
    accent: Colour = "#1b4d6b"
    soft: Colour = "#52606d"
    rule: Colour = "#c5d0d8"
    tint: Colour = "#eef3f6"
    link: Colour = "#0b5c8a"
    emphasis: Colour = "#7a2e0e"
    """Of emphasised words in scripts that have no italics."""
    watermark: Colour = "#d9dde1"


class Page(Value):
    """Millimetres."""

    width: float = 210.0
    height: float = 297.0
    margin_top: float = 27.0
    margin_bottom: float = 25.0
    margin_side: float = 26.0

    @property
    def text_width(self) -> float:
        return self.width - 2 * self.margin_side

    @property
    def text_height(self) -> float:
        return self.height - self.margin_top - self.margin_bottom


class Sizes(Value):
    """Of headings and small print, as multiples of the language's text size."""

    title: float = 2.3
    subtitle: float = 1.3
    heading: tuple[float, float, float, float] = (1.5, 1.22, 1.08, 1.0)
    """Levels 1, 2, 3, and all below."""
    small: float = 0.84


class Design(Value):
    """What `template.toml` may say; an unknown key is refused."""

    name: str
    title: str = ""
    colours: Colours = Colours()
    page: Page = Page()
    sizes: Sizes = Sizes()
    contents_depth: int = Field(default=2, ge=0, le=6)
    """How many heading levels the table of contents shows; 0: no table of contents."""


class Label(Value):
    status: Literal["draft", "reviewed"]
    words: dict[LanguageTag, str]


class Template(Value):
    """A page design that any edition can be set in."""

    design: Design
    layout: str
    """Typst source that defines `publication(..)` and the functions that the body calls."""
    labels: dict[str, Label]

    @property
    def name(self) -> str:
        return self.design.name

    @property
    def fingerprint(self) -> str:
        """Changes when the design, the layout or any word of the labels changes."""
        return f"{self.name}/{short(digest(self.model_dump(mode='json')))}"

    def label(self, key: str, language: str, **values: object) -> str:
        """The words for `key` in a language, `{name}` filled in; RenderError names what is missing."""
        label = self.labels.get(key)
        words = label.words.get(language, "") if label else ""
        if not words:
            raise RenderError(
                f"template {self.name!r} has no label {key!r} in {language}.",
                remedy="Add it to labels.toml of the template.",
            )
        for name, value in values.items():
            words = words.replace("{" + name + "}", str(value))
        return words

    def has_label(self, key: str, language: str) -> bool:
        return key in self.labels and bool(self.labels[key].words.get(language))

    def check_labels(self, language: str) -> None:
        """Raises RenderError for the first word that a page in this language would lack."""
        for key in REQUIRED_LABELS:
            self.label(key, language)


def load_template(folder: Path) -> Template:
    """The template in a folder (`template.toml`, `layout.typ`, `labels.toml`).

    RenderError names the file and what is wrong in it: a missing file, bad TOML, an unknown key, a colour
    that is none, a label without words.
    """
    if not folder.is_dir():
        raise RenderError(f"there is no template folder {folder}.", remedy="Check `template` in pubpipe.toml.")
    settings = _toml(folder / "template.toml")
    try:
        design = Design.model_validate({"name": folder.name, **settings})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RenderError(
            f"{folder / 'template.toml'}: {where}: {first['msg']}.", remedy="Correct it there."
        ) from error
    labels = _labels(folder / "labels.toml")
    return Template(design=design, layout=_read(folder / "layout.typ"), labels=labels)


def _labels(path: Path) -> dict[str, Label]:
    labels: dict[str, Label] = {}
    for key, entry in _toml(path).items():
        if not isinstance(entry, dict) or entry.get("status") not in ("draft", "reviewed"):
            raise RenderError(
                f'{path}: label {key!r} needs a table with status = "draft" or "reviewed".',
                remedy="See docs/how-to/make-a-template.md.",
            )
        words = {tag: text for tag, text in entry.items() if tag != "status"}
        for tag, text in words.items():
            if not _LABEL_TAG.fullmatch(tag) or not isinstance(text, str):
                raise RenderError(
                    f"{path}: label {key!r}: {tag!r} is not a language tag with words.",
                    remedy="Each line is a language tag and the words in quotes.",
                )
        labels[key] = Label(status=entry["status"], words=words)
    return labels


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_read(path))
    except tomllib.TOMLDecodeError as error:
        raise RenderError(f"{path} is not valid TOML: {error}.", remedy="Correct it there.") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RenderError(
            f"template file {path} is missing.", remedy="A template needs template.toml, layout.typ, labels.toml."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RenderError(f"template file {path} cannot be read: {error}.", remedy="It must be UTF-8.") from error
