"""Where the present wording of a sentence came from: what machine or memory gave first, and who changed it."""

from __future__ import annotations

from collections.abc import Mapping

from pubpipe.identity import content_hash
from pubpipe.model import Draft


def first_draft(draft: Draft | None, began: Mapping[str, Draft]) -> Draft | None:
    """What machine or memory gave for this very sentence before people changed it; None where a person began.

    `began` is `store.beginnings.latest`. Where the translation was carried over a revision of the English, what was
    given for the English that it was approved for.
    """
    if draft is None:
        return None
    source = draft.source_hash
    found = began.get(draft.segment) or began.get(source)
    if draft.approved_source is not None and (found is None or draft.origin == "human"):
        source = content_hash(draft.approved_source)
        found = began.get(source)
    return found if found is not None and found.source_hash == source else None


def origin_words(draft: Draft, first: Draft | None) -> str:
    """Who and what made a wording, for the memory: "google", "Sokha Chan", "google, corrected by Sokha Chan"."""
    if draft.origin != "human" or first is None:
        return draft.detail or draft.origin
    given = first.detail if first.origin == "engine" else "memory"
    return f"{given}, corrected by {draft.detail}"
