"""The exception tree: one type for each thing that a caller can do about it.

    PubpipeError
    ├── ConfigError        mend pubpipe.toml, an option or the environment   exit 2
    ├── SourceError        mend the source document                          exit 3
    ├── GlossaryError      mend the glossary table (or a memory file)        exit 4
    ├── EngineError        another engine, another key                       exit 5
    │   └── EngineBusy     wait and retry (retryable)                        exit 5
    ├── ReviewError        ask a reviewer; what was answered does not fit    exit 6
    │   └── NotApproved    the edition has open, stale or rejected segments  exit 6
    ├── RenderError        mend the template, the fonts or the image         exit 7
    ├── OutputError        the output folder cannot be written               exit 8
    ├── StoreError         the database cannot be used (maybe retryable)     exit 9
    ├── ServerError        the Prefect server is gone or refuses (retryable) exit 10
    └── MissingExtra       install something                                 exit 11

Wrong *text* is a `Finding`, a broken *world* is an exception. `message` says what and where, `remedy`
what to do. No message may contain a secret or the text of a publication.
"""

from __future__ import annotations

from typing import ClassVar


class PubpipeError(Exception):
    """What went wrong and where (`message`), what to do (`remedy`), and what a program should do with it."""

    exit_code: ClassVar[int] = 1
    retryable: bool = False

    def __init__(self, message: str, *, remedy: str = "", retryable: bool | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        if retryable is not None:
            self.retryable = retryable

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Fault(PubpipeError):
    """A bug of ours: it ends what it happened in, an edition or a command, and nothing beside that."""


def fault(error: Exception) -> Fault:
    """What nobody expected, as one clear line; where it happened is in its cause."""
    made = Fault(
        f"a fault in pubpipe itself: {type(error).__name__}: {error}",
        remedy="Nothing that was done is lost. Set PUBPIPE_DEBUG=1 to see where it happened.",
    )
    made.__cause__ = error
    return made


class ConfigError(PubpipeError):
    """pubpipe.toml, a command-line option or an environment variable is wrong."""

    exit_code = 2


class SourceError(PubpipeError):
    """The source document cannot be read as what it claims to be."""

    exit_code = 3


class GlossaryError(PubpipeError):
    """A glossary or memory table is wrong; `problems` names file, row and column, one line each."""

    exit_code = 4

    def __init__(self, message: str, *, remedy: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.problems = problems


class EngineError(PubpipeError):
    """A translation engine refuses for good: key, language pair, quota of the month."""

    exit_code = 5


class EngineBusy(EngineError):
    """A translation engine failed in a way that another try may cure: 429, 5xx, time-out, mangled answer.

    `retry_after` is the number of seconds that the engine asked to be left alone, where it said so.
    """

    retryable = True

    def __init__(self, message: str, *, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class ReviewError(PubpipeError):
    """A review answer does not fit what is under review."""

    exit_code = 6


class NotApproved(ReviewError):
    """The edition may not be published yet; `reasons` lists why, one line each."""

    def __init__(self, message: str, *, remedy: str = "", reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.reasons = reasons


class RenderError(PubpipeError):
    """A template, font or image keeps the page from being made, or a made page failed its inspection."""

    exit_code = 7


class OutputError(PubpipeError):
    """The output folder cannot be written."""

    exit_code = 8


class StoreError(PubpipeError):
    """The database cannot be opened, is of another version, or is busy."""

    exit_code = 9


class ServerError(PubpipeError):
    """The Prefect server does not answer or refuses."""

    exit_code = 10
    retryable = True


class MissingExtra(PubpipeError):
    """Something optional is needed now and is not installed."""

    exit_code = 11
