"""A term, and the glossary that it stands in."""

from __future__ import annotations

from typing import Literal

from pubpipe.model import Finding, LanguageTag, Value

Kind = Literal["term", "preferred", "name"]
Case = Literal["fold", "exact"]


class Rendering(Value):
    """What one language says for a term."""

    preferred: str | None = None
    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


class Term(Value):
    """One row of the table."""

    id: str
    source: str
    variants: tuple[str, ...] = ()
    """Other source forms: what plural, spelling and hyphen rules do not reach ("seafarer" for "fisher")."""
    kind: Kind = "term"
    """term: one of its forms is required in the target; preferred: it is expected, its absence only a
    warning; name: kept as in the source, unless a language has a form for it."""
    case: Case = "fold"
    """exact: capitals must be as written, so that WHO is not "who"."""
    note: str = ""
    status: Literal["draft", "reviewed"] = "draft"
    renderings: dict[LanguageTag, Rendering] = {}


class Glossary(Value):
    """All terms, in the order of the table."""

    terms: tuple[Term, ...] = ()
    fingerprint: str = "glossary/empty"
    """Changes when any term changes."""
    warnings: tuple[Finding, ...] = ()
    """What is doubtful in the table, though it can be used."""
