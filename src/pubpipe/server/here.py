"""What a flow knows about the server that runs it: its address, its interface and whether it serves our files."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from pubpipe.errors import ServerError
from pubpipe.server.client import with_login

UI_VARIABLE = "PUBPIPE_SERVER_UI"
"""Set by `pubpipe up` for its worker: which interface reviewers see."""
FILES_VARIABLE = "PUBPIPE_SERVER_FILES"
"""Set by `pubpipe up` for its worker: the address under which the output folder is served."""
FILES_PATH = "/pubpipe/files"
SHARED = frozenset({".pdf", ".docx", ".srt", ".vtt", ".png", ".json"})
"""What is served of the output folder; nothing that a browser would run on this origin, hence no web pages."""
REVIEW_PATH = "/pubpipe/review"
"""Under it: the list of reviews, and a page for each edition."""


def own_address() -> str:
    """The address of the Prefect server that this process works for, with its password where one is set."""
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    if not settings.api.url:
        raise ServerError(
            "this flow runs without a Prefect server.", remedy="Start one with 'pubpipe up'.", retryable=False
        )
    address = settings.api.url.rstrip("/").removesuffix("/api")
    if settings.api.auth_string is not None:
        address = with_login(address, settings.api.auth_string.get_secret_value())
    return address


def interface() -> str:
    """ "v1" or "v2"."""
    return os.environ.get(UI_VARIABLE, "v2")


def public_base() -> str:
    """The address that people use, as `pubpipe up` told its worker ("https://reviews.example.org"); empty elsewhere."""
    return os.environ.get(FILES_VARIABLE, "").removesuffix(FILES_PATH)


def review_address(base: str, publication: str, language: str) -> str:
    """Where a person reviews this edition. `base`: the address that people use; empty gives a path of that server."""
    return f"{base.rstrip('/')}{REVIEW_PATH}/{quote(publication)}/{quote(language)}"


def files_url(output: Path, path: Path) -> str:
    """Where a browser finds this file of the output folder; empty where the server does not serve it."""
    base = os.environ.get(FILES_VARIABLE, "")
    if not base or path.suffix not in SHARED or not path.resolve().is_relative_to(output.resolve()):
        return ""
    return f"{base}/{quote(path.resolve().relative_to(output.resolve()).as_posix())}"
