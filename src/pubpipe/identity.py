"""The only place where a hash is made.

What goes into a hash is a contract: approvals, memory and rebuilds hang on it. Each function names its
ingredients; tests/unit/test_identity.py pins their values. To change one is a decision record and a migration.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NewType

Hash = NewType("Hash", str)
"""64 lower-case hexadecimal digits of SHA-256."""


def digest(*parts: Any) -> Hash:
    """The hash of JSON-like values: order of parts matters, order of mapping keys does not."""
    data = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Hash(hashlib.sha256(data.encode("utf-8", "surrogatepass")).hexdigest())


def digest_bytes(data: bytes) -> Hash:
    """The hash of a file's bytes."""
    return Hash(hashlib.sha256(data).hexdigest())


def content_hash(content: Iterable[Any]) -> Hash:
    """What a text says, inline tags included: the hash that decisions bind to.

    `content` is a sequence of inline values (`model.Content`). Adjacent texts count as one, so that the way
    in which a reader happened to cut runs does not matter.
    """
    parts: list[Any] = []
    for item in content:
        value = item.model_dump(mode="json")
        if value["type"] == "text" and parts and isinstance(parts[-1], str):
            parts[-1] += value["text"]
        elif value["type"] == "text":
            parts.append(value["text"])
        else:
            parts.append(value)
    return digest("content", 1, parts)


def context_hash(before: Hash | None, after: Hash | None) -> Hash:
    """Where a segment stands: the source hashes of its neighbours in the document."""
    return digest("context", 1, before, after)


def terms_hash(entries: Iterable[Mapping[str, Any]]) -> Hash:
    """The term entries (as plain mappings) that apply in one segment for one language."""
    return digest("terms", 1, sorted((dict(e) for e in entries), key=lambda e: json.dumps(e, sort_keys=True)))


def memory_key(content: Iterable[Any], fold: Callable[[str], str]) -> Hash:
    """What a source text is looked up by in the translation memory: its folded text and the shape of its tags.

    `content` is a sequence of inline values, `fold` is `languages.fold`. Tags count by kind and place; their
    numbers (counted anew from 1) and where links lead do not, so that a sentence that moved within its paragraph
    is still found.
    """
    parts: list[str] = []
    numbers: dict[int, int] = {}
    for item in content:
        if item.type == "text":
            parts.append(item.text)
        else:
            number = numbers.setdefault(item.id, len(numbers) + 1)
            parts.append(f"\ue000{item.type} {number} {getattr(item, 'kind', '')}\ue001")
    return digest("memory", 1, fold("".join(parts)))


def draft_key(source: Hash, language: str, engines: Iterable[str], terms: Hash, profile: str) -> Hash:
    """Everything that decides what a machine draft of a segment says."""
    return digest("draft", 1, source, language, list(engines), terms, profile)


def edition_hash(language: str, pairs: Iterable[tuple[Hash, Hash]], metadata: Mapping[str, Any]) -> Hash:
    """A whole edition: each (source, target) pair in document order, and what stands around the text."""
    return digest("edition", 1, language, [list(p) for p in pairs], dict(metadata))


def rendition_key(edition: Hash, format_: str, ingredients: Mapping[str, str]) -> Hash:
    """A published file: the edition, and every component that changes its bytes."""
    return digest("rendition", 1, edition, format_, dict(ingredients))


def decision_hash(previous: Hash | None, record: Mapping[str, Any]) -> Hash:
    """The link of the decision chain: the entry's own fields and the hash of the entry before it."""
    return digest("decision", 1, previous, dict(record))


def short(value: Hash) -> str:
    """The first twelve digits, for people and file names."""
    return value[:12]
