"""Review requests to show and answer, without a document behind them."""

from __future__ import annotations

from typing import Any

from pubpipe.identity import digest
from pubpipe.model import ReviewItem, ReviewRequest


def item(number: int = 1, **more: Any) -> ReviewItem:
    values: dict[str, Any] = {
        "segment": f"{number:012x}-1",
        "number": number,
        "role": "paragraph",
        "source": f"Sentence {number}.",
        "target": f"ប្រយោគ {number}។",
        "origin": "engine",
        "detail": "pseudo/1",
        "reason": "new",
    }
    return ReviewItem(**{**values, **more})


def request(*items: ReviewItem, **more: Any) -> ReviewRequest:
    values: dict[str, Any] = {
        "publication": "water",
        "title": "Water",
        "language": "km",
        "language_name": "Khmer",
        "stage": "language review",
        "kind": "segments",
        "round": 1,
        "digest": digest("test", [i.segment for i in items]),
        "items": items or (item(),),
    }
    return ReviewRequest(**{**values, **more})
