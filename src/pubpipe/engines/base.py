"""What a translation engine is: the Protocol, its limits, and the values that go in and come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from pubpipe.errors import EngineBusy, EngineError
from pubpipe.identity import Hash, digest, short
from pubpipe.languages import TARGETS, LanguageProfile, extra
from pubpipe.model import Content, TermHit, Value

TokenFormName = Literal["bracket", "letters", "mail", "at"]


class Limits(Value):
    """What a provider takes; the caller keeps to it, the engine need not."""

    max_chars: int | None = None
    """Longest text of one request, in characters; None: no limit is known."""
    requests_per_minute: float | None = None
    """None: as fast as answers come."""
    concurrency: int = 1
    """How many threads may be inside `translate` at once. 1 is right for an engine that is not
    thread-safe."""
    token_form: TokenFormName = "bracket"  # noqa: S105 - a shape of placeholder, not a password
    """Which shape of placeholder survives this engine best (`protect.FORMS`)."""


class Engine(Protocol):
    """A black box that translates one plain string; everything else is the caller's work.

    Making an engine reads nothing from the network. `translate` may be called from as many threads at once as
    `limits.concurrency` says.
    """

    @property
    def name(self) -> str:
        """What pubpipe.toml calls it."""

    @property
    def fingerprint(self) -> str:
        """Name, version and the settings that change what it answers; never a key."""

    @property
    def languages(self) -> frozenset[str] | None:
        """Tags of the target languages it can do; None: it takes any."""

    @property
    def limits(self) -> Limits:
        """What one request may be, and how many a minute."""

    def translate(self, text: str, source: LanguageProfile, target: LanguageProfile) -> str:
        """The translation of `text`, in which placeholders such as `[X7X]` stand and must come back.

        Raises EngineBusy where another try may help, EngineDown where nothing answers, EngineRefused where no
        segment will be translated (key, quota), EngineError where this text will not be.
        """


@runtime_checkable
class UsesTerms(Protocol):
    """An engine that can be told the terms of a segment (a prompt, a dictionary)."""

    def translate_with_terms(
        self, text: str, source: LanguageProfile, target: LanguageProfile, terms: tuple[TermHit, ...]
    ) -> str:
        """As `Engine.translate`, with the terms that stand in `text`. Nobody trusts it: terms are verified
        after."""


class EngineDown(EngineBusy):
    """Nothing answers at the engine's address; a few of these in a row and the caller gives the engine up."""


class EngineRefused(EngineError):
    """The engine will not translate anything now: key refused, quota used up. The caller gives it up at
    once."""


class TranslationRequest(Value):
    """One segment to translate."""

    segment: str
    """`Segment.id`."""
    content: Content
    terms: tuple[TermHit, ...] = ()


class TranslationResult(Value):
    """What became of one segment; `target` is None where it stays open, and `problem` says why."""

    segment: str
    target: Content | None
    engine: str
    """The engine that made `target`; where it is None, the last one that was asked."""
    problem: str = ""
    cached: bool = False
    """No request was paid for it."""
    masked_terms: tuple[str, ...] = ()
    """`TermHit.term` of the terms that the engine missed, so that the preferred form was put in."""
    raw: str = ""
    """Text that could not be used as it is (its tags were lost), for a person to start from."""


class Cache(Protocol):
    """Answers that were paid for. Only the thread that called `translate_all` touches it."""

    def get(self, keys: Sequence[Hash]) -> Mapping[Hash, str]:
        """The answers that are known among `keys`."""

    def put(self, answers: Mapping[Hash, str]) -> None:
        """Keeps answers, at once and for good."""


class EngineSettings(BaseModel):
    """The base of every engine's table in pubpipe.toml: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class EngineFactory:
    """How an engine is made: the model of its settings and the function that takes them and the
    environment."""

    settings: type[EngineSettings]
    make: Callable[[Any, Mapping[str, str]], Engine]


def code(profile: LanguageProfile, engine: str) -> str | None:
    """What `engine` calls a language: the profile's `engine_codes`, else its tag; None where that table
    says ""."""
    return profile.engine_codes.get(engine, profile.tag) or None


def languages_with_codes(engine: str, known: frozenset[str] | None = None) -> frozenset[str]:
    """Tags of all target languages, those of other packages too, that have a code at `engine`, and one among `known`
    where that is given."""
    codes = {p.tag: code(p, engine) for p in (*TARGETS.values(), *extra().values())}
    return frozenset(tag for tag, c in codes.items() if c is not None and (known is None or c in known))


def fingerprint(name: str, version: str, settings: Mapping[str, Any]) -> str:
    """A component fingerprint "name/version/digits" from the settings that change the output."""
    return f"{name}/{version}/{short(digest('engine', name, version, dict(settings)))}"


def supports(engine: Engine, target: LanguageProfile) -> bool:
    """Whether the engine says that it can translate into `target`."""
    return engine.languages is None or target.tag in engine.languages
