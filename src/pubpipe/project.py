"""pubpipe.toml, read once: what a workspace is called, where things lie, who reviews, which engines draft."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from pubpipe.errors import ConfigError
from pubpipe.languages import SOURCE, TARGETS, profile
from pubpipe.model import Layout, Severity, Value
from pubpipe.root import FILE_NAME, STATE_FOLDER

STORE_VARIABLE = "PUBPIPE_STORE"


class StageSettings(Value):
    """One step of the review."""

    name: str = Field(min_length=1, max_length=60)
    decides: Literal["segments", "edition"] = "segments"
    """segments: each sentence is approved; edition: the whole text is signed off."""
    approvals: int = Field(default=1, ge=1, le=10)
    """How many different people have to approve."""
    people: dict[str, tuple[str, ...]] = {}
    """Language to the names of those who may decide; a language that is missing is open to anybody."""


class ReviewSettings(Value):
    stages: tuple[StageSettings, ...] = (
        StageSettings(name="language review", decides="segments"),
        StageSettings(name="sign-off", decides="edition"),
    )
    form_size: int = Field(default=40, ge=1, le=300)
    """How many segments one form asks for at most; the rest follow in further rounds."""
    pass_context_matches: bool = False
    """Let a segment pass whose text and neighbours are in the memory as approved. The manifest names them."""

    @model_validator(mode="after")
    def _stages_differ(self) -> ReviewSettings:
        names = [s.name for s in self.stages]
        if not names or len(set(names)) != len(names):
            raise ValueError("review needs at least one stage, and each stage a name of its own")
        if self.stages[0].decides != "segments":
            raise ValueError("the first stage has to decide on segments: every sentence is approved by somebody")
        return self


class EngineSettings(Value):
    chain: tuple[str, ...] = ("none",)
    """Engines in the order in which they are asked; "none": a person translates."""
    by_language: dict[str, tuple[str, ...]] = {}
    """A chain of its own for some languages."""
    settings: dict[str, dict[str, Any]] = {}
    """Engine name to its own settings (the tables [engines.<name>])."""


class MemorySettings(Value):
    fuzzy_threshold: int = Field(default=75, ge=50, le=99)
    """Per cent from which a similar sentence is shown to the reviewer."""


class ServerSettings(Value):
    host: str = "127.0.0.1"
    port: int = Field(default=4200, ge=1, le=65535)
    ui: Literal["v1", "v2"] = "v1"
    """Which of Prefect's two interfaces is shown first; v1 keeps what was typed when an answer is refused."""
    database_url: str | None = None
    """Prefect's own database; None: SQLite in the workspace."""
    trusted_proxy: bool = False
    """A web server of yours stands in front, adds TLS and sets X-Forwarded-For; then accounts are required."""
    public_url: str | None = None
    """The address that people use, where it is not http://host:port ("https://reviews.example.org")."""


class RebuildSettings(Value):
    cron: str = "0 5 * * *"
    timezone: str = "Asia/Bangkok"


class ImprintSettings(Value):
    place: str = ""
    contact: str = ""
    url: str = ""
    licence: str = ""
    notice: str = ""
    """A sentence that every document must carry."""


class PublicationSettings(Value):
    """What one publication does differently; keys that are left out follow the project."""

    languages: tuple[str, ...] | None = None
    template: str | None = None
    layout: Layout | None = None
    date: dt.date | None = None
    notice: str | None = None
    engines: tuple[str, ...] | None = None


class Project(Value):
    """A workspace's settings; paths are relative to the folder of pubpipe.toml."""

    name: str = "Publications"
    publisher: str = ""
    languages: tuple[str, ...] = tuple(TARGETS)
    template: str = "report"
    layout: Layout = "template"
    """template: the text set anew in the project's design; source: the Word file itself, with its text replaced."""
    output: str = "outputs"
    store: str = f"sqlite:///{STATE_FOLDER}/pubpipe.db"
    glossary: str = "glossary"
    font_folder: str | None = None
    abbreviations: tuple[str, ...] = ()
    """Abbreviations of the house after which a sentence does not end."""
    imprint: ImprintSettings = ImprintSettings()
    engines: EngineSettings = EngineSettings()
    memory: MemorySettings = MemorySettings()
    review: ReviewSettings = ReviewSettings()
    checks: dict[str, Severity | Literal["off"]] = {}
    """Check id to the severity it has in this project."""
    server: ServerSettings = ServerSettings()
    rebuild: RebuildSettings = RebuildSettings()
    publications: dict[str, PublicationSettings] = {}

    @field_validator("languages")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return known_languages(value)

    def languages_of(self, publication: str) -> tuple[str, ...]:
        own = self.publications.get(publication)
        return own.languages if own and own.languages else self.languages

    def template_of(self, publication: str) -> str:
        own = self.publications.get(publication)
        return own.template if own and own.template else self.template

    def layout_of(self, publication: str) -> Layout:
        own = self.publications.get(publication)
        return own.layout if own and own.layout else self.layout

    def engines_of(self, publication: str, language: str) -> tuple[str, ...]:
        own = self.publications.get(publication)
        if own and own.engines:
            return own.engines
        return self.engines.by_language.get(language, self.engines.chain)


def known_languages(tags: tuple[str, ...]) -> tuple[str, ...]:
    """The same tags, each known to be a target language and once only; ConfigError otherwise."""
    for tag in tags:
        if profile(tag).tag == SOURCE.tag:
            raise ConfigError(
                f"{tag!r} is the language of the sources, not one to translate into.",
                remedy=f"Languages: {', '.join(TARGETS)}.",
            )
    if not tags:
        raise ConfigError("no language is given.", remedy=f"Languages: {', '.join(TARGETS)}.")
    return tuple(dict.fromkeys(tags))


def load_project(root: Path, environ: Mapping[str, str]) -> Project:
    """The settings in `root`/pubpipe.toml, the store's address taken from PUBPIPE_STORE where that is set.

    Raises ConfigError that names the file, the key and, for an unknown key, the nearest valid one.
    """
    path = root / FILE_NAME
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist.", remedy="Make a workspace with 'pubpipe init'.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 (byte {error.start}).", remedy="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}", remedy="Mend the line; TOML is described at toml.io.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    values = _shape(data, path)
    if environ.get(STORE_VARIABLE):
        values["store"] = environ[STORE_VARIABLE]
    try:
        return Project.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(error, path), remedy="See docs/reference/pubpipe-toml.md.") from error


def _shape(data: dict[str, Any], path: Path) -> dict[str, Any]:
    """TOML tables to the fields of Project: [project] is the top level, [engines.<name>] are settings."""
    values = dict(data.get("project", {}))
    tables = {k: v for k, v in data.items() if k != "project"}
    known = set(Project.model_fields)
    for key, table in tables.items():
        if key not in known or not isinstance(table, dict):
            near = difflib.get_close_matches(key, ["project", *known], n=1)
            hint = f" Did you mean [{near[0]}]?" if near else ""
            raise ConfigError(f"{path}: there is no table or key {key!r}.{hint}", remedy="Mend or remove it.")
    engines = dict(tables.pop("engines", {}))
    if engines:
        own = {k: engines.pop(k) for k in ("chain", "by_language") if k in engines}
        values["engines"] = {**own, "settings": engines}
    values.update(tables)
    return values


def _explain(error: ValidationError, path: Path) -> str:
    lines = []
    for problem in error.errors():
        where = ".".join(str(p) for p in problem["loc"])
        if problem["type"] == "extra_forbidden":
            model: Any = Project
            for part in problem["loc"][:-1]:
                field = getattr(model, "model_fields", {}).get(part)
                model = field.annotation if field else None
            near = difflib.get_close_matches(str(problem["loc"][-1]), list(getattr(model, "model_fields", {})), n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            lines.append(f"{where} is not a key{hint}")
        else:
            lines.append(f"{where}: {problem['msg']}")
    return f"{path}: " + "; ".join(lines) + "."


_SLUG = re.compile(r"[^a-z0-9]+")


def publication_id(name: str) -> str:
    """The id of a publication from its file name: lower-case Latin letters, digits and dashes.

    ConfigError where nothing is left: the id becomes a folder, a tag and an address.
    """
    import unicodedata

    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = _SLUG.sub("-", ascii_name.lower()).strip("-")[:60].strip("-")
    if not slug:
        raise ConfigError(f"no publication id can be made of the file name {name!r}.", remedy="Give one with --id.")
    return slug
