"""A template folder becomes one frozen value: design, Typst layout and the reviewed words of each language."""

from __future__ import annotations

import difflib
import io
import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError, field_validator, model_validator

from pubpipe.errors import RenderError
from pubpipe.identity import digest, short
from pubpipe.languages import LanguageProfile
from pubpipe.model import LanguageTag, Resource, Value
from pubpipe.renderers.fonts import FAMILIES
from pubpipe.renderers.pictures import Picture, picture
from pubpipe.renderers.word_base import WordBase, read_base

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
    "by_engine_corrected",
    "by_memory",
    "by_people",
    "reviewed_by",
    "carried_over",
    "machine_drafted",
    "produced_with",
)
"""The words that the renderers print; a language in which one is missing is not rendered."""

_FILE_NAME = r"^[^/\\]+\.(png|jpe?g|svg)$"
"""A file in the template's own folder: nothing outside of it becomes part of a page."""

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Colours(Value):
    text: Colour = "#1f2933"
    accent: Colour = "#1b4d6b"
    soft: Colour = "#52606d"
    rule: Colour = "#c5d0d8"
    tint: Colour = "#eef3f6"
    link: Colour = "#0b5c8a"
    on_accent: Colour = "#ffffff"
    """Of the title in a band of the accent colour."""
    emphasis: Colour = "#7a2e0e"
    """Of emphasised words in scripts that have no italics."""
    watermark: Colour = "#d9dde1"


class Page(Value):
    """Millimetres; A4 unless it says otherwise."""

    width: float = Field(default=210.0, ge=60, le=1000)
    height: float = Field(default=297.0, ge=60, le=1000)
    margin_top: float = Field(default=27.0, ge=8)
    margin_bottom: float = Field(default=25.0, ge=8)
    margin_side: float = Field(default=26.0, ge=5)

    @property
    def text_width(self) -> float:
        return self.width - 2 * self.margin_side

    @property
    def text_height(self) -> float:
        return self.height - self.margin_top - self.margin_bottom


class Columns(Value):
    count: Literal[1, 2] = 1
    gap: float = Field(default=8.0, ge=3, le=30)
    """Millimetres between two columns."""
    lead: bool = False
    """The paragraphs before the first heading stand over the full width, as an abstract."""
    balanced: bool = True
    """The columns of the last page end at the same height."""
    wide_table: int = Field(default=4, ge=2, le=20)
    """Tables with at least so many columns stand over the full width."""


class Sizes(Value):
    """Of headings and small print, as multiples of the language's text size."""

    text: float = Field(default=1.0, ge=0.7, le=1.5)
    """Of the running text itself: everything else follows it."""
    title: float = Field(default=2.3, ge=0.5, le=6)
    subtitle: float = Field(default=1.3, ge=0.5, le=6)
    heading: tuple[float, float, float, float] = (1.5, 1.22, 1.08, 1.0)
    """Levels 1, 2, 3, and all below."""
    small: float = Field(default=0.84, ge=0.5, le=1.5)


class Logo(Value):
    """An image of the publisher's above the title. `file` lies in the template's folder."""

    file: str = Field(pattern=_FILE_NAME)
    width: float = Field(default=34.0, ge=5, le=200)
    decorative: bool = False
    """It says nothing that the text does not say; otherwise the label `logo` has to describe it in each language."""


class Cover(Value):
    """An image over the whole width of the first page, cut to its height. `file` lies in the template's folder."""

    file: str = Field(pattern=_FILE_NAME)
    height: float = Field(default=60.0, ge=10, le=250)
    decorative: bool = False
    """It says nothing that the text does not say; otherwise the label `cover` has to describe it in each language."""


ImprintLine = Literal[
    "publisher",
    "place",
    "date",
    "contact",
    "url",
    "licence",
    "original_language",
    "translated_by",
    "reviewed_by",
    "produced_with",
]
_ALWAYS: tuple[ImprintLine, ...] = ("publisher", "translated_by", "reviewed_by")


class ImprintDesign(Value):
    """Where the imprint stands and what it says; the notices of the project follow it always."""

    position: Literal["end", "page"] = "end"
    """At the foot of the last page, or on a page of its own."""
    lines: tuple[ImprintLine, ...] = get_args(ImprintLine)
    """What it says, in this order. Who publishes, who translated and who reviewed cannot be left out."""
    texts: tuple[str, ...] = ()
    """Labels of `labels.toml` that stand below these lines: a disclaimer, an address."""

    @model_validator(mode="after")
    def _says_who(self) -> ImprintDesign:
        missing = [line for line in _ALWAYS if line not in self.lines]
        if missing:
            raise ValueError(f"{', '.join(missing)} cannot be left out")
        return self


Furniture = Literal["", "title", "publisher", "date", "page"]


class Running(Value):
    """What stands left and right in the head (from the second page on) and in the foot of every page."""

    head: tuple[Furniture, Furniture] = ("title", "publisher")
    foot: tuple[Furniture, Furniture] = ("", "page")


class Design(Value):
    """What `template.toml` may say; an unknown key is refused."""

    name: str
    title: str = ""
    description: str = ""
    """What it is for, in a line: `pubpipe template list` shows it."""
    colours: Colours = Colours()
    page: Page = Page()
    columns: Columns = Columns()
    sizes: Sizes = Sizes()
    fonts: dict[LanguageTag, tuple[str, ...]] = {}
    """Families by language, in order, where the template wants others than the language's own."""
    logo: Logo | None = None
    cover: Cover | None = None
    imprint: ImprintDesign = ImprintDesign()
    running: Running = Running()
    title_band: bool = False
    """The title stands in a band of the accent colour."""
    justified: bool = True
    """Both edges of the text are straight; false leaves the right one ragged."""
    contents_depth: int = Field(default=2, ge=0, le=6)
    """How many heading levels the table of contents shows; 0: no table of contents."""

    @field_validator("fonts")
    @classmethod
    def _ours(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for families in value.values():
            for family in families:
                if family not in FAMILIES:
                    near = difflib.get_close_matches(family, FAMILIES, n=1)
                    hint = f"did you mean {near[0]!r}?" if near else f"there is: {', '.join(FAMILIES)}"
                    raise ValueError(f"{family!r} is none of the fonts that pubpipe brings and embeds ({hint})")
            if not families:
                raise ValueError("a language without fonts cannot be printed")
        return value

    @property
    def column_width(self) -> float:
        """Millimetres that running text has."""
        return (self.page.text_width - self.columns.gap * (self.columns.count - 1)) / self.columns.count


class Label(Value):
    """One word or sentence in every language."""

    status: Literal["draft", "reviewed"]
    """reviewed: a native speaker has checked every language of it."""
    reviewed: frozenset[LanguageTag] = frozenset()
    """Languages that a native speaker has checked, while others are a draft."""
    words: dict[LanguageTag, str]

    def state(self, language: str) -> Literal["draft", "reviewed"]:
        return "reviewed" if language in self.reviewed else self.status


class Template(Value):
    """A page design that any edition can be set in."""

    design: Design
    layout: str
    """Typst source that defines `publication(..)` and the functions that the body calls."""
    labels: dict[str, Label]
    pictures: dict[Literal["logo", "cover"], Picture] = {}
    base: WordBase | None = None
    """The styles of `base.docx`, where the template has one: they win over those made from template.toml."""

    @property
    def name(self) -> str:
        return self.design.name

    @property
    def fingerprint(self) -> str:
        """Changes when the design, the layout, an image or any word of the labels changes.

        Not with what only the list of templates says of it: no page would be another.
        """
        printed = self.model_dump(mode="json", exclude={"design": {"title", "description"}})
        return f"{self.name}/{short(digest(printed))}"

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

    @property
    def needed_labels(self) -> tuple[str, ...]:
        """The labels that a page of this design prints or speaks, each in every language."""
        design = self.design
        images = (("logo", design.logo), ("cover", design.cover))
        spoken = [name for name, image in images if image is not None and not image.decorative]
        return tuple(dict.fromkeys([*REQUIRED_LABELS, *design.imprint.texts, *spoken]))

    def check_labels(self, language: str) -> None:
        """Raises RenderError for the first word that a page in this language would lack."""
        for key in self.needed_labels:
            self.label(key, language)

    def dressed(self, profile: LanguageProfile) -> LanguageProfile:
        """The profile with this design's fonts and text size: what a page of it is set in."""
        style = profile.typesetting
        return profile.model_copy(
            update={
                "fonts": self.design.fonts.get(profile.tag, profile.fonts),
                "typesetting": style.model_copy(update={"size": round(style.size * self.design.sizes.text, 2)}),
            }
        )


LABELS = "labels.toml"


def load_template(folder: Path, labels: Sequence[Path] | None = None) -> Template:
    """The template in a folder: `template.toml`, `layout.typ`, its images, its `labels.toml` and `base.docx` if any.

    `labels` are the tables that templates share, weakest first; None: the one beside the folder. The template's own
    words win over them, language by language. RenderError names the file and what is wrong in it: a missing file, bad
    TOML, an unknown key with the nearest one, a colour that is none, a font that is not ours, a label without words.
    """
    if not folder.is_dir():
        raise RenderError(f"there is no template folder {folder}.", remedy="Check `template` in pubpipe.toml.")
    path = folder / "template.toml"
    settings = _toml(path)
    if "name" in settings:
        raise RenderError(f"{path}: name is not a key.", remedy="The folder is the name of a template.")
    try:
        design = Design.model_validate({"name": folder.name, **settings})
    except ValidationError as error:
        raise RenderError(_explained(error, path), remedy="See docs/how-to/make-a-template.md.") from error
    tables = [p for p in ((folder.parent / LABELS,) if labels is None else labels) if p.is_file()]
    own = folder / LABELS
    return Template(
        design=design,
        layout=_read(folder / "layout.typ"),
        labels=_merged([_labels(p) for p in (*tables, *((own,) if own.is_file() else ()))]),
        pictures=_pictures(design, folder),
        base=_base(folder / "base.docx"),
    )


def _base(path: Path) -> WordBase | None:
    if not path.is_file():
        return None
    try:
        return read_base(path.read_bytes(), str(path))
    except OSError as error:
        raise RenderError(f"template file {path} cannot be read: {error.strerror}.") from error


def _explained(error: ValidationError, path: Path) -> str:
    """Every mistake in template.toml: for an unknown key, the nearest that there is."""
    lines = []
    for problem in error.errors():
        *parents, key = problem["loc"]
        where = ".".join(str(part) for part in problem["loc"])
        if problem["type"] != "extra_forbidden":
            lines.append(f"{where}: {problem['msg'].removeprefix('Value error, ')}")
            continue
        model: Any = Design
        for part in parents:
            field = getattr(model, "model_fields", {}).get(part)
            kinds = [field.annotation, *get_args(field.annotation)] if field else []
            model = next((kind for kind in kinds if hasattr(kind, "model_fields")), None)
        known = [name for name in getattr(model, "model_fields", {}) if name != "name"]
        near = difflib.get_close_matches(str(key), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there is: {', '.join(known)}"
        lines.append(f"{where} is not a key ({hint})")
    return f"{path}: {'; '.join(lines)}."


def _pictures(design: Design, folder: Path) -> dict[Literal["logo", "cover"], Picture]:
    pictures: dict[Literal["logo", "cover"], Picture] = {}
    images: tuple[tuple[Literal["logo", "cover"], Logo | Cover | None], ...]
    images = (("logo", design.logo), ("cover", design.cover))
    for name, image in images:
        if image is None:
            continue
        path = folder / image.file
        try:
            data = path.read_bytes()
        except OSError as error:
            raise RenderError(
                f"{folder / 'template.toml'}: {name}.file: there is no {path}.",
                remedy="Put the image into the template's folder.",
            ) from error
        shown = picture(Resource(name=image.file, data=data))
        if isinstance(image, Cover):
            shown = _cut(shown, design.page.width / image.height)
        pictures[name] = shown
    return pictures


@lru_cache(maxsize=4)
def _cut(shown: Picture, shape: float) -> Picture:
    """The middle of an image in the shape (width by height) of its place; drawings are cut where they are placed."""
    if shown.type not in ("png", "jpeg"):
        return shown
    from PIL import Image

    with Image.open(io.BytesIO(shown.data)) as image:
        width = min(image.width, round(image.height * shape))
        height = min(image.height, round(image.width / shape))
        left, top = (image.width - width) // 2, (image.height - height) // 2
        part = image.crop((left, top, left + width, top + height))
        out = io.BytesIO()
        if shown.type == "jpeg":
            part.save(out, "JPEG", quality=90)
        else:
            part.save(out, "PNG")
        across, down = width / image.width, height / image.height
    return shown.model_copy(
        update={"data": out.getvalue(), "width": shown.width * across, "height": shown.height * down}
    )


def _merged(tables: Sequence[dict[str, Label]]) -> dict[str, Label]:
    """One table: words of a later one win, and a label is reviewed where the words that won are."""
    out: dict[str, Label] = {}
    for table in tables:
        for key, label in table.items():
            before = out.get(key)
            if before is None:
                out[key] = label
                continue
            words = {**before.words, **label.words}
            states = {tag: (label if tag in label.words else before).state(tag) for tag in words}
            out[key] = Label(
                status="reviewed" if set(states.values()) == {"reviewed"} else "draft",
                reviewed=frozenset(tag for tag, state in states.items() if state == "reviewed"),
                words=words,
            )
    return out


def _labels(path: Path) -> dict[str, Label]:
    labels: dict[str, Label] = {}
    for key, entry in _toml(path).items():
        if not isinstance(entry, dict) or entry.get("status") not in ("draft", "reviewed"):
            raise RenderError(
                f'{path}: label {key!r} needs a table with status = "draft" or "reviewed".',
                remedy="See docs/how-to/make-a-template.md.",
            )
        words = {tag: text for tag, text in entry.items() if tag not in ("status", "reviewed")}
        for tag, text in words.items():
            if not _LABEL_TAG.fullmatch(tag) or not isinstance(text, str):
                raise RenderError(
                    f"{path}: label {key!r}: {tag!r} is not a language tag with words.",
                    remedy="Each line is a language tag and the words in quotes.",
                )
        reviewed = entry.get("reviewed", [])
        if not isinstance(reviewed, list) or not set(reviewed) <= set(words):
            raise RenderError(
                f"{path}: label {key!r}: reviewed is not a list of its languages.",
                remedy='Write reviewed = ["ja", "vi"].',
            )
        labels[key] = Label(status=entry["status"], reviewed=frozenset(reviewed), words=words)
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
            f"template file {path} is missing.", remedy="A template needs template.toml and layout.typ."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RenderError(f"template file {path} cannot be read: {error}.", remedy="It must be UTF-8.") from error
