"""The seal on an answer: proof that it came in by a login of this server, for this run, with exactly these words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pubpipe.identity import same, seal
from pubpipe.server import people, rights

FIELD = "signature"
"""The field of an answer that holds "time seal". The form does not show it; the layer around Prefect adds it."""


@dataclass(frozen=True)
class Verdict:
    """What an answer's seal is worth."""

    problem: str
    """Why the answer cannot be taken, in words; empty where it can."""
    at: dt.datetime | None = None
    """When it was sealed."""


def signed(secret: bytes, run: str, values: Mapping[str, str], reviewer: str, at: dt.datetime) -> dict[str, str]:
    """The values as they go to Prefect: the reviewer's name stamped over whatever was typed, and the seal.

    The seal covers the run, the name, the time and every value, among them the digest of the text that was shown.
    """
    said = {k: v for k, v in values.items() if k != FIELD} | {"reviewer": reviewer}
    stamp = at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return said | {FIELD: f"{stamp} {seal(secret, 'answer', 1, run, stamp, said)}"}


def sealed_at(secret: bytes, run: str, values: Mapping[str, Any]) -> dt.datetime | None:
    """When the answer to this run was sealed; None where its seal is missing or is not ours for these values."""
    stamp, _, found = str(values.get(FIELD) or "").partition(" ")
    said = {k: v for k, v in values.items() if k != FIELD}
    if not same(found, seal(secret, "answer", 1, run, stamp, said)):
        return None
    return dt.datetime.fromisoformat(stamp)


def judge(
    state: Path, run: str, values: Mapping[str, Any], *, language: str, stage: str, publication: str = ""
) -> Verdict:
    """What the answer that Prefect holds for `run` is worth to the workspace whose `.pubpipe` folder is `state`.

    Without accounts everything passes: the name is a claim. With accounts it has to be sealed, and the person
    has to have the right: the account's as it is now, a delegate's as it was when the answer was sealed. StoreError
    where the accounts or the secret cannot be read.
    """
    accounts = people.load(state)
    if not accounts.people:
        return Verdict("")
    at = sealed_at(people.secret(state), run, values)
    if at is None:
        why = "carries a seal that does not fit" if values.get(FIELD) else "carries no seal"
        return Verdict(
            f"An answer came in around the login (it {why}) and was not taken. It was in the name of "
            f"“{str(values.get('reviewer') or 'nobody')[:80]}”. Log in and answer again; if it was not you, tell "
            "who runs the server."
        )
    account = accounts.find(str(values.get("reviewer") or ""))
    if account is None:
        return Verdict("The account that gave the last answer is not there any more.", at)
    return Verdict(rights.refusal(state, account, publication, language, stage, at), at)
