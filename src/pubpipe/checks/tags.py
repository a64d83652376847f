"""Inline tags of the target: each of the source's once, well nested, none besides."""

from __future__ import annotations

from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding
from pubpipe.model import Finding, tag_problems

ID = "tags"
FINDINGS = (
    Described(
        "tags",
        "error",
        "A formatting mark, link or note of the English is missing, repeated, unknown or badly nested.",
        "The <1>law</1> → law",
    ),
)


def check(context: CheckContext) -> Iterable[Finding]:
    """One error for each tag that is missing, repeated, unknown or badly nested: formatting or a footnote is
    lost."""
    for problem in tag_problems(context.source, context.target):
        yield finding(ID, "error", f"Formatting mark {problem}.")
