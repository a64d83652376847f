"""Running one thing for several languages: one language's failure never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import typer

from pubpipe.cli import report
from pubpipe.errors import PubpipeError


def each_language(languages: Iterable[str], one: Callable[[str], None]) -> None:
    """Call `one` for each language; afterwards exit with the first failure's code, if there was one."""
    code = 0
    for language in languages:
        try:
            one(language)
        except PubpipeError as error:
            report(error, f"{language}: ")
            code = code or error.exit_code
    if code:
        raise typer.Exit(code)
