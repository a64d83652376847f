"""The rounds of one waiting run: what its forms asked and what was answered, read back from Prefect."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pubpipe.model import ReviewAnswer, ReviewRequest
from pubpipe.pipeline import Workspace
from pubpipe.server.client import call
from pubpipe.server.form import ABOUT

_KEY = re.compile(r"suspended-review-(\d+)-(schema|response)")


@dataclass(frozen=True)
class Round:
    """One form of one run."""

    number: int
    about: Mapping[str, Any]
    """Stage, digest and round that the form was made for."""
    shown: Mapping[str, Any]
    """Field to the text that it was filled in with."""
    values: Mapping[str, Any] | None
    """What was submitted; None while nobody answered."""
    at: dt.datetime
    """When it was submitted, else when the form was put up: the same on every reading."""


def pause_key(number: int) -> str:
    """The name under which the run suspends for its n-th form; Prefect lets each fire once."""
    return f"review-{number}"


def rounds_of(address: str, run_id: str) -> tuple[Round, ...]:
    """All forms of the run in order. A resumed flow starts from the top: here it finds what it was told before."""
    found: dict[int, dict[str, Any]] = {}
    body = {"prefix": "suspended-review-", "limit": 200}
    for entry in call(address, "POST", f"/flow_runs/{run_id}/input/filter", body):
        if match := _KEY.fullmatch(entry["key"]):
            found.setdefault(int(match[1]), {})[match[2]] = entry
    rounds = []
    for number, parts in sorted(found.items()):
        schema = json.loads(parts["schema"]["value"]) if "schema" in parts else {}
        answered = parts.get("response")
        stamp = (answered or parts["schema"])["created"]
        rounds.append(
            Round(
                number=number,
                about=schema.get(ABOUT, {}),
                shown={name: f["default"] for name, f in schema.get("properties", {}).items() if "default" in f},
                values=json.loads(answered["value"]) if answered else None,
                at=dt.datetime.fromisoformat(stamp),
            )
        )
    return tuple(rounds)


def refuse(ws: Workspace, request: ReviewRequest, answer: ReviewAnswer, problem: str) -> None:
    """Put an answer that nobody may have given on record, with the reason, so that the next round shows it.

    Unlike an answer that a reviewer has to mend, nothing that it says becomes anybody's wording. Twice is once.
    """
    said = answer.model_dump(mode="json", exclude={"at"})
    if any(earlier.answer == said for earlier in ws.store.rounds.all(answer.publication, answer.language)):
        return
    ws.store.rounds.record(
        request.publication,
        request.language,
        round=request.round,
        digest=request.digest,
        stage=request.stage,
        answer=said,
        problems=(problem,),
        at=answer.at,
    )
