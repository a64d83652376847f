"""pubpipe.toml, read once: what a workspace is called, where things lie, who reviews, which engines draft."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator

from pubpipe.errors import ConfigError
from pubpipe.languages import SOURCE, TARGETS, LanguageProfile, profile
from pubpipe.model import Format, Layout, Severity, Value
from pubpipe.root import FILE_NAME, STATE_FOLDER

STORE_VARIABLE = "PUBPIPE_STORE"


_UNITS = {"hour": 1, "hours": 1, "day": 24, "days": 24, "week": 168, "weeks": 168}


def _duration(value: object) -> object:
    """A number of days, or "36 hours", "10 days", "2 weeks"; ValueError for anything else."""
    if isinstance(value, dt.timedelta):
        return value
    number, _, unit = str(value).strip().partition(" ")
    unit = unit.strip() or "days"
    if isinstance(value, bool) or not number.isdigit() or unit not in _UNITS or not 0 < int(number) < 10_000:
        raise ValueError('a duration is a number of days, or "36 hours", "10 days", "2 weeks"')
    return dt.timedelta(hours=int(number) * _UNITS[unit])


Duration = Annotated[dt.timedelta, BeforeValidator(_duration)]


class DelegateSettings(Value):
    """Who stands in for a person, and when."""

    name: str = Field(min_length=1)
    since: dt.date | None = Field(default=None, alias="from")
    """First day."""
    until: dt.date | None = None
    """Last day."""


Delegates = dict[str, str | DelegateSettings]
"""Name of the absent person to their delegate: from the stage's deadline on, or in the days that are given."""


class StageSettings(Value):
    """One step of the review."""

    name: str = Field(min_length=1, max_length=60)
    """What people see in forms, on pages and in messages."""
    decides: Literal["segments", "edition"] = "segments"
    """segments: each sentence is approved; edition: the whole text is signed off."""
    approvals: int = Field(default=1, ge=1, le=10)
    """How many different people have to approve."""
    people: dict[str, tuple[str, ...]] = {}
    """Language to the names of those who may decide; a language that is missing is open to anybody."""
    deadline: Duration | None = None
    """When the answer is due, counted from the opening of the stage: a number of days, or "36 hours", "2 weeks"."""
    reminder: Duration | None = None
    """How long before the deadline people are reminded."""
    delegates: Delegates = {}
    """Who decides for somebody who is away: `{ "Sokha Chan" = "Dara Kim" }` from the deadline on, or
    `{ "Sokha Chan" = { name = "Dara Kim", from = 2026-12-01, until = 2026-12-20 } }`. The record says for whom."""
    self_approval: bool | None = None
    """Whether people may approve wording that they wrote themselves at this stage; without it the project's word."""

    @model_validator(mode="after")
    def _times_fit(self) -> StageSettings:
        if self.reminder is not None and (self.deadline is None or self.reminder >= self.deadline):
            raise ValueError("a reminder needs a deadline that is later")
        _check_delegates(self.delegates)
        return self


def _check_delegates(delegates: Delegates) -> None:
    for absent, given in delegates.items():
        name = given if isinstance(given, str) else given.name
        if not name.strip() or not absent.strip() or name.strip().casefold() == absent.strip().casefold():
            raise ValueError(f"{absent!r} needs a delegate who is somebody else")
        if not isinstance(given, str) and given.since and given.until and given.until < given.since:
            raise ValueError(f"the days in which {name!r} stands in for {absent!r} end before they begin")


class ReviewSettings(Value):
    stages: tuple[StageSettings, ...] = (
        StageSettings(name="language review", decides="segments"),
        StageSettings(name="sign-off", decides="edition"),
    )
    form_size: int = Field(default=40, ge=1, le=300)
    """How many segments one form asks for at most; the rest follow in further rounds."""
    pass_context_matches: bool = False
    """Let a segment pass whose text and neighbours are in the memory as approved, under the same term entries. The
    manifest names them."""
    carry_over: tuple[Literal["format", "typo"], ...] = ("format",)
    """Edits of the English over which an approval of its translation still counts. format: white space, the style of
    quotation marks and dashes; typo: the spelling of a word that was none; never anything else. Empty: every edit is
    reviewed. Form and manifest name each sentence that came that way; sign-off is asked for anew in any case."""
    self_approval: bool = False
    """Let people approve wording that they wrote themselves. Without it a correction needs a second pair of eyes."""
    delegates: Delegates = {}
    """Who decides for somebody who is away, at every stage; a stage's own `delegates` come first."""

    @model_validator(mode="after")
    def _stages_differ(self) -> ReviewSettings:
        _check_delegates(self.delegates)
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
    """The address that `pubpipe up` answers on; beyond this machine only with accounts and TLS in front."""
    port: int = Field(default=4200, ge=1, le=65535)
    """One port for Prefect, the review page and the files."""
    ui: Literal["v1", "v2"] = "v1"
    """Which of Prefect's two interfaces is shown first; v1 keeps what was typed when an answer is refused."""
    database_url: str | None = None
    """Prefect's own database; without it SQLite in the workspace."""
    trusted_proxy: bool = False
    """A web server of yours stands in front, adds TLS and sets X-Forwarded-For; then accounts are required."""
    public_url: str | None = None
    """The address that people use, where it is not http://host:port ("https://reviews.example.org")."""


class RebuildSettings(Value):
    cron: str = "0 5 * * *"
    """When stale editions are rebuilt, as five fields: minute, hour, day, month, weekday."""
    timezone: str = "Asia/Bangkok"
    """The time zone of all schedules, and of deadlines in words."""


class SmtpSettings(Value):
    """The mail server; the password is read from PUBPIPE_SMTP_PASSWORD."""

    host: str = Field(min_length=1)
    """The mail server's name."""
    port: int = Field(default=587, ge=1, le=65535)
    """587 for starttls, 465 for tls."""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """starttls: port 587; tls: from the first byte, port 465; none: in clear text, without a login."""
    user: str = ""
    """Empty: the server asks for no login."""
    sender: str = Field(alias="from")
    """The address that messages come from: "Publications <publications@example.org>"."""
    timeout: int = Field(default=20, ge=1, le=300)
    """Seconds to wait for the server."""

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> SmtpSettings:
        from email.utils import parseaddr

        if self.tls == "none" and self.user and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError('with tls = "none" the password would cross the network in clear text')
        if _UNPRINTABLE.search(self.sender) or not is_address(parseaddr(self.sender)[1]):
            raise ValueError("from is no e-mail address")
        return self


Event = Literal["opened", "due", "overdue", "answered", "blocked"]


class WebhookSettings(Value):
    """An address that is told by HTTP POST, one request an event."""

    name: str = Field(min_length=1, max_length=60)
    """What `status` and `doctor` call it."""
    url: str = ""
    """Where to post; or `url_variable`."""
    url_variable: str = ""
    """Environment variable that holds the address, where the address itself is a secret (chat programs)."""
    signed: bool = False
    """Sign with HMAC-SHA256 under PUBPIPE_WEBHOOK_SECRET, in the header X-Pubpipe-Signature."""
    events: tuple[Event, ...] = ("opened", "due", "overdue", "answered", "blocked")
    """What it is told of."""
    template: str = Field(default="webhook.json", pattern=r"^[\w.-]+\.json$")
    """The file under templates/messages that says what is sent."""

    @model_validator(mode="after")
    def _has_an_address(self) -> WebhookSettings:
        if bool(self.url) == bool(self.url_variable):
            raise ValueError("a webhook needs url or url_variable, and not both")
        if self.url and not re.match(r"https?://[^\s/@]+(/|$)", self.url):
            raise ValueError("the url of a webhook begins with https:// and holds no login")
        return self


class NotifySettings(Value):
    """Who is told, and how; without `smtp` and `webhooks` nobody is."""

    smtp: SmtpSettings | None = None
    webhooks: tuple[WebhookSettings, ...] = ()
    digest: Literal["off", "hourly", "daily"] = "hourly"
    """How often one person gets a message at most; what happens in between is in the next. off: one for each event."""
    include_text: bool = False
    """Put the comments of reviewers into messages. They may quote the text; by default no word of a text is sent."""
    watchers: tuple[str, ...] = ()
    """Names of those who hear of answers, of what is overdue and of what blocks a release."""
    addresses: dict[str, str] = {}
    """Name to e-mail address; comes before the address of the account."""
    cron: str = "*/10 * * * *"
    """When the server sends what waits and looks for what is due; in the time zone of [rebuild]."""

    @model_validator(mode="after")
    def _addresses_are_addresses(self) -> NotifySettings:
        for name, address in self.addresses.items():
            if not is_address(address):
                raise ValueError(f"{address!r} is no e-mail address (of {name!r})")
        names = [hook.name for hook in self.webhooks]
        if len(set(names)) != len(names):
            raise ValueError("each webhook needs a name of its own")
        return self

    @property
    def wanted(self) -> bool:
        """Whether anybody is told at all."""
        return self.smtp is not None or bool(self.webhooks)


_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def is_address(text: str) -> bool:
    """Whether this is one bare e-mail address: no name beside it, nothing that could begin another header."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None and not _UNPRINTABLE.search(text)


class ImprintSettings(Value):
    place: str = ""
    """Where it is published."""
    contact: str = ""
    """An address for readers, a mailbox rather than a person."""
    url: str = ""
    """The publisher's page."""
    licence: str = ""
    """Under which the text may be used, in a few words ("CC BY 4.0")."""
    notice: str = ""
    """A sentence that every document must carry."""


def _once(formats: tuple[str, ...]) -> tuple[str, ...]:
    if not formats or len(set(formats)) != len(formats):
        raise ValueError("name at least one of docx, pdf and html, and each once")
    return formats


Formats = Annotated[tuple[Literal["docx", "pdf", "html"], ...], AfterValidator(_once)]


Digits = Literal["latin", "native"]
Calendar = Literal["gregorian", "buddhist", "japanese"]


def _chosen_for_languages(value: object) -> object:
    """The same choice of digits or calendars; ValueError where a language does not have what was chosen for it."""
    for tag, chosen in value.items() if isinstance(value, dict) else ():
        known = profile(tag)
        if chosen == "native" and known.native_digits is None:
            raise ValueError(f"{known.english_name} has no digits of its own")
        if chosen not in ("latin", "native", *known.calendars):
            raise ValueError(f"the calendars of {known.english_name} are {', '.join(known.calendars)}, not {chosen}")
    return value


class PublicationSettings(Value):
    """What one publication does differently; keys that are left out follow the project."""

    languages: tuple[str, ...] | None = None
    """Only these of the project's languages."""
    template: str | None = None
    """A design of its own."""
    layout: Layout | None = None
    """As in [project]."""
    embed_fonts: bool | None = None
    """As in [project]."""
    formats: Formats | None = None
    """As in [project]."""
    date: dt.date | None = None
    """The date in the imprint; without it that of the source."""
    notice: str | None = None
    """Instead of the project's notice."""
    engines: tuple[str, ...] | None = None
    """A chain of engines of its own, for all its languages."""
    digits: Digits | dict[str, Digits] | None = None
    """As in [project]; for single languages `[publications.ID.digits]`."""
    calendars: dict[str, Calendar] = {}
    """As in [project], for the languages that are named."""

    @field_validator("digits", "calendars")
    @classmethod
    def _in_use(cls, value: object) -> object:
        return _chosen_for_languages(value)


class Project(Value):
    """A workspace's settings; paths are relative to the folder of pubpipe.toml."""

    name: str = "Publications"
    """What the workspace is called."""
    publisher: str = ""
    """Who publishes: stands in the imprint and in the files' properties."""
    languages: tuple[str, ...] = tuple(TARGETS)
    """Languages that publications appear in, unless they or the command name others."""
    template: str = "report"
    """The design: `report`, `policy-brief`, or a folder under templates/."""
    layout: Layout = "template"
    """template: the text set anew in the project's design; source: the Word file itself, with its text replaced."""
    embed_fonts: bool = False
    """Word files carry their fonts, for readers who do not have them: about 200 kB more a file, 450 kB in Japanese."""
    formats: Formats = ("docx", "pdf")
    """What editions come out as: docx, pdf, html (one web page a language, and an index). A publication that came in
    as subtitles comes out as such."""
    web_address: str = Field(default="", pattern=r"^(https?://[^\s<>\"']+)?$")
    """Where the output folder is to be found on the web ("https://example.org/publications"): search engines want whole
    addresses in the links between languages. Empty: these links are relative."""
    soffice: str | None = None
    """LibreOffice's program, where it is not on the path: it makes the PDF of layout = "source"."""
    output: str = "outputs"
    """Folder of the published files."""
    store: str = f"sqlite:///{STATE_FOLDER}/pubpipe.db"
    """The program's own database: SQLite, or "postgresql://..."; PUBPIPE_STORE in the environment comes first."""
    glossary: str = "glossary"
    """Folder of terms.csv and of the candidates."""
    font_folder: str | None = None
    """Folder with the same font files, for machines without the font packages."""
    abbreviations: tuple[str, ...] = ()
    """Abbreviations of the house after which a sentence does not end."""
    digits: Digits | dict[str, Digits] | None = None
    """Digits of numbers, in the text and around it: `latin`, or `native` in languages whose script has its own; for
    single languages `[project.digits]` with `km = "native"`. Without it the program writes Latin ones and judges no
    text."""
    calendars: dict[str, Calendar] = {}
    """The calendar of dates around the text, by language: `lo = "buddhist"`, `ja = "japanese"`, `th = "gregorian"`."""
    imprint: ImprintSettings = ImprintSettings()
    engines: EngineSettings = EngineSettings()
    memory: MemorySettings = MemorySettings()
    review: ReviewSettings = ReviewSettings()
    checks: dict[str, Severity | Literal["off"]] = {}
    """Check id to the severity it has in this project."""
    server: ServerSettings = ServerSettings()
    rebuild: RebuildSettings = RebuildSettings()
    notify: NotifySettings = NotifySettings()
    publications: dict[str, PublicationSettings] = {}

    @field_validator("languages")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return known_languages(value)

    def languages_of(self, publication: str) -> tuple[str, ...]:
        own = self.publications.get(publication)
        return own.languages if own and own.languages else self.languages

    @field_validator("digits", "calendars")
    @classmethod
    def _in_use(cls, value: object) -> object:
        return _chosen_for_languages(value)

    def profile_of(self, publication: str, language: str) -> LanguageProfile:
        """The language's profile with what this publication, or else the project, chose: digits, calendar."""
        own, known = self.publications.get(publication), profile(language)
        digits: Digits | None = None
        for chosen in (own.digits if own else None, self.digits):
            digits = digits or (chosen.get(language) if isinstance(chosen, dict) else chosen)
        calendar = (own.calendars if own else {}).get(language) or self.calendars.get(language) or known.calendar
        if digits is None and calendar == known.calendar:
            return known
        return known.model_copy(update={"digits": digits, "calendar": calendar})

    def template_of(self, publication: str) -> str:
        own = self.publications.get(publication)
        return own.template if own and own.template else self.template

    def layout_of(self, publication: str) -> Layout:
        own = self.publications.get(publication)
        return own.layout if own and own.layout else self.layout

    def embeds_fonts(self, publication: str) -> bool:
        own = self.publications.get(publication)
        return self.embed_fonts if own is None or own.embed_fonts is None else own.embed_fonts

    def formats_of(self, publication: str) -> tuple[Format, ...]:
        own = self.publications.get(publication)
        return own.formats if own and own.formats else self.formats

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
