"""The only place where a hash is made.

What goes into a hash is a contract: approvals, memory and rebuilds hang on it. Each function names its
ingredients; tests/unit/test_identity.py pins their values. To change one is a decision record and a migration.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
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


def seal(secret: bytes, *parts: Any) -> Hash:
    """The same for JSON-like values, under a key (HMAC-SHA256): only who holds `secret` can make it."""
    data = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Hash(hmac.new(secret, data.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest())


def seal_bytes(secret: bytes, data: bytes) -> Hash:
    """The same for a body as it is sent: the receiver of a webhook makes it again over the bytes that arrived."""
    return Hash(hmac.new(secret, data, hashlib.sha256).hexdigest())


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


SCRYPT = (15, 8, 3)
"""log2 of N, r, p: 32 MB and about a third of a second (OWASP Password Storage Cheat Sheet, scrypt)."""


def password_hash(password: str, salt: bytes, cost: tuple[int, int, int] = SCRYPT) -> str:
    """What is stored instead of a password: slow to make (scrypt), with its cost and `salt` in front.

    The password is taken in Unicode's form C (RFC 8265, 4.2), so that it does not matter which keyboard typed it.
    """
    log_n, r, p = cost
    said = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    made = hashlib.scrypt(said, salt=salt, n=2**log_n, r=r, p=p, maxmem=256 * 2**log_n * r, dklen=32)
    return f"scrypt${log_n}${r}${p}${salt.hex()}${made.hex()}"


def password_matches(password: str, stored: str) -> bool:
    """Whether this is the password that `stored` was made of; False also for what is no such hash."""
    try:
        name, log_n, r, p, salt, _ = stored.split("$")
        made = password_hash(password, bytes.fromhex(salt), (int(log_n), int(r), int(p)))
    except ValueError:
        return False
    return name == "scrypt" and same(made, stored)


def short(value: Hash) -> str:
    """The first twelve digits, for people and file names."""
    return value[:12]
