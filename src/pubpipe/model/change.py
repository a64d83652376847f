"""What differs between an English text that was approved (or remembered) and the one that stands there now."""

from __future__ import annotations

from typing import Literal

from pubpipe.model.values import Value

ChangeClass = Literal["negation", "modal", "number", "name", "term", "meaning", "typo", "format"]
"""What an edit of the English does, riskiest first.

negation: not, no, never, without, except, only, un- …; modal: may, must, should, can, need …; number: an amount, date,
unit, currency, share or place in an order; name: a proper name, an acronym, capital letters; term: a glossary term
added, removed or replaced; meaning: all that is none of the others; typo: the spelling of a word only; format: tags,
white space and the style of quotation marks and dashes only.
"""

RISK: tuple[ChangeClass, ...] = ("negation", "modal", "number", "name", "term", "meaning", "typo", "format")
"""The classes in their order: the first that holds is what people call the change."""

SAFE: frozenset[ChangeClass] = frozenset(("typo", "format"))
"""The classes over which a project may carry an approval (`[review] carry_over`). Never any other."""

_NOUNS: dict[ChangeClass, str] = {"name": "name", "term": "term", "typo": "spelling"}


class Difference(Value):
    """One thing that changed."""

    kind: ChangeClass
    before: str = ""
    """As it stood in the earlier text; empty where something was added."""
    after: str = ""
    """As it stands now; empty where something was removed."""
    note: str = ""
    """Instead of the two, where words say it better ("white space", "the place of <1>")."""

    @property
    def words(self) -> str:
        """In words for a reviewer: "number 3 → 4", "‘not’ removed", "term ‘domestic worker’ added"."""
        if self.note:
            return self.note
        noun = _NOUNS.get(self.kind, "")
        digits = any(c.isdigit() for c in self.before + self.after)
        if self.kind == "number" and digits:
            return f"number {self.before} → {self.after}" if self.before and self.after else f"number {self._one}"
        if self.before and self.after:
            return f"{noun} ‘{self.before}’ → ‘{self.after}’".strip()
        return f"{noun} {self._one}".strip()

    @property
    def _one(self) -> str:
        """What came or went: "3 removed", "‘not’ added"."""
        said = self.before or self.after
        shown = said if any(c.isdigit() for c in said) and self.kind == "number" else f"‘{said}’"
        return f"{shown} {'removed' if self.before else 'added'}"


class DiffPart(Value):
    """A stretch of the word-level comparison. The parts that are not "added" rejoin to the earlier text, those that
    are not "removed" to the present one. Plain text: who shows it escapes it."""

    op: Literal["same", "removed", "added"]
    text: str


class SourceChange(Value):
    """How an English text differs from the one before it: for the reviewer to see, and to decide what an approval is
    still worth. It is worked out from the two texts each time it is needed, and never stored as a permission."""

    classes: tuple[ChangeClass, ...]
    """All that hold, riskiest first, in the order of `RISK`; at least one."""
    differences: tuple[Difference, ...] = ()
    """What changed, one by one, riskiest first."""
    diff: tuple[DiffPart, ...] = ()
    """The two plain texts compared word by word."""
    relation: Literal["revised", "split", "merged"] = "revised"
    """split: the earlier text is now several segments; merged: it was several. Neither is ever carried over."""

    @property
    def risk(self) -> ChangeClass:
        """The riskiest class: what people call the change."""
        return self.classes[0]

    @property
    def safe(self) -> bool:
        """Whether every class is one over which an approval may be carried at all."""
        return self.relation == "revised" and bool(self.classes) and SAFE.issuperset(self.classes)

    @property
    def words(self) -> tuple[str, ...]:
        """The differences in words, each once: "number 3 → 4", "‘not’ removed"."""
        return tuple(dict.fromkeys(d.words for d in self.differences))

    @property
    def marked(self) -> str:
        """The present text in one line with what changed in brackets: "Fees of [300 → 500] baht", "[− not]", "[+ now]".

        Plain text, however it is shown: nothing in it is meant as markup.
        """
        out: list[str] = []
        parts = list(self.diff)
        while parts:
            part = parts.pop(0)
            if part.op == "same":
                out.append(part.text)
            elif part.op == "removed" and parts and parts[0].op == "added":
                out.append(_bracket(part.text, " → ", parts.pop(0).text))
            else:
                out.append(_bracket("", "− " if part.op == "removed" else "+ ", part.text))
        return " ".join("".join(out).split())


def _bracket(before: str, sign: str, after: str) -> str:
    """A change in brackets, the white space that both sides have outside."""
    sides = [side for side in (before, after) if side]
    lead = " " if all(side[:1].isspace() for side in sides) else ""
    tail = " " if all(side[-1:].isspace() for side in sides) else ""
    return f"{lead}[{' '.join(before.split())}{sign}{' '.join(after.split())}]{tail}"
