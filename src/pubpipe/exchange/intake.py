"""What a returned review file amounts to: proposals on the right segments, and questions wherever that is not certain.

Position counts for nothing: rows may be deleted, copied, sorted or merged. Each mark that a row still has is a
witness (`exchange.bilingual.ReturnedRow`); where witnesses disagree, a person is asked. Each text is compared three
ways: what the file was made with, what it says now, what the edition says now.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pubpipe.exchange.bilingual import (
    Decision,
    Returned,
    ReturnedRow,
    Sheet,
    SheetRow,
    row_code,
    short_base,
)
from pubpipe.exchange.office import writable
from pubpipe.identity import Hash
from pubpipe.languages import canonical, profile
from pubpipe.languages.normal import zawgyi
from pubpipe.model import Content, LanguageTag, MarkupError, Value, from_markup, tag_problems

ALIKE = 0.5
"""How much of an English text must be left (similarity of characters) to be an edited form of it."""
CARRIED = 0.9
"""From this similarity to another segment's translation on, a text is asked about as one that slipped there."""
LONGEST = 50_000
"""Characters of a text that is taken for a sentence; a longer one is asked about, and cut where it is shown."""
_NEWLINES = re.compile(r"[ \t]*[\r\n\u2028\u2029]+[ \t]*")


class Proposal(Value):
    """A changed translation that can be taken as it is."""

    segment: str
    number: int
    text: str
    """In short form."""
    was: str
    authors: tuple[str, ...] = ()
    """Who typed it, where the file says so."""
    base: Hash | None = None
    """Hash of the translation that it replaces."""


class Question(Value):
    """Something that only a person can decide; nothing of it was taken."""

    what: str
    segment: str | None = None
    number: int | None = None
    place: str = ""
    was: str | None = None
    """The translation in the file as it was sent out; None where that is not known."""
    theirs: str = ""
    now: str | None = None
    """The translation in the edition now; None where the segment is gone or unknown."""
    authors: tuple[str, ...] = ()


class Remark(Value):
    """What was said without changing a translation."""

    text: str
    segment: str | None = None
    number: int | None = None
    author: str = ""
    quoted: str = ""


class Intake(Value):
    """Everything that a file says, sorted; nothing of it is recorded yet."""

    publication: str
    language: LanguageTag
    current: bool
    """Whether the file shows the very round that waits now: only then can it approve or reject."""
    proposals: tuple[Proposal, ...] = ()
    questions: tuple[Question, ...] = ()
    remarks: tuple[Remark, ...] = ()
    unchanged: int = 0
    missing: tuple[int, ...] = ()
    """Numbers of segments that went out and did not come back: they stay as they are."""
    reworded: tuple[int, ...] = ()
    """Numbers of segments whose English in the file is not that of the edition: their reviewer read something else."""
    decision: Decision | None = None
    reviewer: str = ""

    @property
    def authors(self) -> tuple[str, ...]:
        """Everybody whose hand is in it, in order."""
        return tuple(
            dict.fromkeys(
                name
                for name in (
                    *(a for p in self.proposals for a in p.authors),
                    *(a for q in self.questions for a in q.authors),
                    *(r.author for r in self.remarks),
                )
                if name
            )
        )


def take_in(
    returned: Returned,
    present: Sheet,
    contents: Mapping[str, Content],
    *,
    base: Sheet | None = None,
    asked: Iterable[str] = (),
    history: Mapping[str, str] | None = None,
) -> Intake:
    """The file, sorted into proposals, questions and remarks.

    `present` is the round that waits now with all segments, `contents` the source of each segment. `base` is the
    table that went out, where that is on record, `asked` the segments that it certainly held; `history` maps short
    hashes to translations of this edition in short form, to show what a stale file was made with.
    """
    return _Desk(returned, present, contents, base, tuple(asked), dict(history or {})).intake()


@dataclass
class _Desk:
    returned: Returned
    present: Sheet
    contents: Mapping[str, Content]
    base: Sheet | None
    asked: tuple[str, ...]
    history: dict[str, str]
    questions: list[Question] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    placed: dict[str, list[ReturnedRow]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    """Text to its form for comparing: each is asked for many times."""
    named: set[str] = field(default_factory=set)
    """Segments that some row speaks of, even if it could not be taken."""

    reworded: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.spaced = profile(self.present.language).spaced
        given = self.returned.stamp.digest
        self.current = len(given) >= 12 and self.present.digest.startswith(given)
        self.now = {r.segment: r for r in self.present.rows}
        self.shown = {r.segment: r for r in self.base.rows} if self.base else self.now if self.current else {}
        self.known = {**self.now, **self.shown}
        self.by_code: dict[str, list[str]] = {}
        self.by_source: dict[str, list[str]] = {}
        for segment, row in self.known.items():
            self.by_code.setdefault(row_code(segment), []).append(segment)
            self.by_source.setdefault(self.settled(row.source), []).append(segment)
        for row in (*self.shown.values(), *self.now.values()):
            self.history.setdefault(short_base(row.base), row.target)

    def settled(self, text: str) -> str:
        """The text in the form in which two are compared and an answer is stored: canonical, on one line."""
        if text not in self.forms:
            line = _NEWLINES.sub(" " if self.spaced else "", writable(text).strip())
            self.forms[text] = canonical(line).strip()
        return self.forms[text]

    def intake(self) -> Intake:
        for row in self.returned.rows:
            self._place(row)
        for remark in self.returned.remarks:
            self.remarks.append(Remark(**remark.model_dump()))
        if self.returned.decision_text:
            self.questions.append(
                Question(
                    what="the decision in the file is none of approve, request changes, reject",
                    place="the decision line",
                    theirs=self.returned.decision_text,
                )
            )
        proposals: list[Proposal] = []
        unchanged = 0
        for segment, rows in self.placed.items():
            made = self._decide(segment, rows)
            if made is not None:
                proposals.append(made)
            elif not any(q.segment == segment for q in self.questions):
                unchanged += 1
        return Intake(
            publication=self.present.publication,
            language=self.present.language,
            current=self.current,
            proposals=tuple(sorted(proposals, key=lambda p: p.number)),
            questions=tuple(sorted(self.questions, key=lambda q: q.number or 0)),
            remarks=tuple(sorted(self.remarks, key=lambda r: r.number or 0)),
            unchanged=unchanged,
            missing=self._missing(),
            reworded=tuple(sorted(self.reworded)),
            decision=self.returned.decision,
            reviewer=self.returned.reviewer,
        )

    def _missing(self) -> tuple[int, ...]:
        codes = self.returned.stamp.bases
        if codes:
            sent = [s for s in self.known if row_code(s) in codes]
        elif self.asked and self.named <= set(self.asked):
            sent = [s for s in self.asked if s in self.known]
        else:
            sent = list(self.shown)
        return tuple(sorted(self.known[s].number for s in sent if s not in self.named))

    # --- which segment is it

    def _place(self, row: ReturnedRow) -> None:
        if max(len(row.target), len(row.source or "")) > LONGEST:
            cut = {"target": row.target[:LONGEST], "source": None, "broken": "its text is too long for a sentence"}
            row = row.model_copy(update={**cut, "others": (row.anchor, row.control, row.code)})
        if row.broken:
            self._broken(row)
            return
        segment, doubt = self._segment(row)
        if segment is not None:
            self.named.add(segment)
        number = self.known[segment].number if segment is not None else None
        for remark in row.remarks:
            self.remarks.append(Remark(segment=segment, number=number, **remark.model_dump()))
        if segment is not None and not doubt:
            self.placed.setdefault(segment, []).append(row)
            self._english(segment, row)
        elif row.target.strip() or segment is not None:
            self._ask(doubt, segment, row)

    def _broken(self, row: ReturnedRow) -> None:
        """A row that cannot be read as one segment: a question for each of those that it has marks of."""
        segments = dict.fromkeys(s for o in row.others for s in ([o] if o in self.known else self.by_code.get(o, ())))
        self.named |= segments.keys()
        only = next(iter(segments)) if len(segments) == 1 else None
        for remark in row.remarks:
            number = self.known[only].number if only else None
            self.remarks.append(Remark(segment=only, number=number, **remark.model_dump()))
        for segment in segments:
            self._ask(row.broken, segment, row)
        if not segments and row.target.strip():
            self._ask(row.broken, None, row)

    def _segment(self, row: ReturnedRow) -> tuple[str | None, str]:
        """(the segment that the witnesses name, why that is not certain)."""
        witnesses = {s for s in (self._coded(row), row.anchor) if s in self.known}
        english = set(self.by_source.get(self.settled(row.source or ""), ())) if row.source is not None else set()
        control = row.control if row.control in self.known else None
        if len(witnesses) > 1:
            both = witnesses & english
            if len(both) == 1:
                return both.pop(), ""
            return None, "its number and its hidden mark name different sentences"
        if witnesses:
            segment = witnesses.pop()
            if english and segment not in english:
                return None, "its number and its English belong to different sentences"
            if not english and row.source is not None and not self._alike(row.source, segment):
                return segment, "its English is no longer that of this sentence"
            return segment, ""
        if len(english) > 1:
            narrowed = {s for s in english if s == control or self.known[s].number == row.number}
            english = narrowed or english
        if len(english) == 1:
            segment = english.pop()
            if control not in (None, segment):
                return None, "its English and the frame around its translation belong to different sentences"
            return segment, ""
        if english:
            return None, "its English stands in several sentences, and its number is lost"
        if control is not None and (
            self.known[control].number == row.number or (row.source is not None and self._alike(row.source, control))
        ):
            return control, ""
        return None, "nothing in it says which sentence it is"

    def _coded(self, row: ReturnedRow) -> str | None:
        """The segment of the visible code, if the number beside it agrees: else one of them was damaged."""
        for segment in self.by_code.get(row.code, ()):
            numbers = {t[segment].number for t in (self.shown, self.now) if segment in t}
            if row.number in numbers:
                return segment
        return None

    def _alike(self, source: str, segment: str) -> bool:
        from rapidfuzz.distance import Levenshtein

        ours = self.settled(self.known[segment].source)
        return Levenshtein.normalized_similarity(self.settled(source), ours) >= ALIKE

    def _english(self, segment: str, row: ReturnedRow) -> None:
        if row.source is None:
            return
        typed = self.settled(row.source)
        if typed and typed != self.settled(self.known[segment].source):
            self.reworded.add(self.known[segment].number)
            self.remarks.append(
                Remark(
                    segment=segment,
                    number=self.known[segment].number,
                    author=", ".join(row.authors),
                    text="The English in the file was changed; it is mended in the source document, not here.",
                    quoted=typed,
                )
            )

    # --- what becomes of its text

    def _decide(self, segment: str, rows: list[ReturnedRow]) -> Proposal | None:
        """The proposal that a segment's rows make; None where nothing changed or a question was asked."""
        texts: dict[str, list[ReturnedRow]] = {}
        for row in rows:
            texts.setdefault(self.settled(row.target), []).append(row)
        shown = {self._was(segment, row) for row in rows}
        was = shown.pop() if len(shown) == 1 else None
        now_row = self.now.get(segment)
        now = None if now_row is None else self.settled(now_row.target)
        untouched = {t for t in (was, now) if t is not None}
        for row in rows:
            if row.strange and self.settled(row.target) in untouched:
                self.remarks.append(
                    Remark(
                        segment=segment,
                        number=self.known[segment].number,
                        author=", ".join(row.authors),
                        text=f"In the translation stands {', '.join(row.strange)}, which was not taken.",
                    )
                )
        changed = {text: rs for text, rs in texts.items() if text not in untouched}
        if not changed:
            return None
        if len(changed) > 1:
            for text, found in changed.items():
                self._ask("the row stands in the file several times with different words", segment, found[0], was, text)
            return None
        ((text, found),) = changed.items()
        row = found[0].model_copy(update={"authors": tuple(dict.fromkeys(a for r in found for a in r.authors))})
        doubt = self._doubt(segment, row, text, was, now_row)
        if doubt:
            self._ask(doubt, segment, row, was, text)
            return None
        assert now_row is not None
        return Proposal(
            segment=segment,
            number=now_row.number,
            text=text,
            was=now_row.target,
            authors=row.authors,
            base=now_row.base,
        )

    def _was(self, segment: str, row: ReturnedRow) -> str | None:
        """The translation that the row was made with, as far as the file and the record tell."""
        own = row.base if row.anchor == segment else row.control_base if row.control == segment else ""
        claimed = own or self.returned.stamp.bases.get(row_code(segment), "")
        shown = self.shown.get(segment)
        if shown is not None and claimed in ("", short_base(shown.base)):
            return self.settled(shown.target)
        if not claimed and row_code(segment) in self.returned.stamp.bases:
            return ""  # it went out without a translation
        found = self.history.get(claimed) if claimed else None
        return None if found is None else self.settled(found)

    def _doubt(self, segment: str, row: ReturnedRow, text: str, was: str | None, now: SheetRow | None) -> str:
        """Why a changed text cannot be taken, in words; empty if it can."""
        if now is None or self._source_moved(segment, now):
            return "the English sentence was changed or removed since the file was made"
        if was is None:
            return "the file does not say what it was made from, and the translation differs from the present one"
        if was != self.settled(now.target):
            return "somebody else changed the translation meanwhile"
        if row.strange:
            return f"in the translation stands {', '.join(row.strange)}"
        if not text:
            return "the translation was emptied"
        if other := self._carried(segment, row, text, was):
            return f"the text looks like that of sentence {other}, moved or slipped into this row"
        if strange := _unprintable(text):
            return f"the character {strange} cannot be printed"
        if zawgyi(text) == "yes":
            return "the text is typed in Zawgyi, not in Unicode; please convert it"
        try:
            wrong = tag_problems(self.contents[segment], from_markup(text, self.contents[segment]))
        except MarkupError as error:
            wrong = (str(error),)
        return f"its marks are damaged: {'; '.join(wrong)}" if wrong else ""

    def _source_moved(self, segment: str, now: SheetRow) -> bool:
        shown = self.shown.get(segment)
        return shown is not None and shown.source_hash != now.source_hash

    def _carried(self, segment: str, row: ReturnedRow, text: str, was: str) -> int | None:
        """The number of another segment whose translation seems to have slipped into this row."""
        from rapidfuzz.distance import Levenshtein

        if row.control in self.known and row.control != segment and not self._at_home(row.control):
            return self.known[row.control].number
        edited = Levenshtein.normalized_similarity(text, was) >= ALIKE
        for other, rows in ((s, self.placed.get(s, ())) for s in self.shown or self.now):
            theirs = self.settled(self.known[other].target)
            if other == segment or not theirs or theirs == was or len(theirs) < 4:
                continue
            if any(self.settled(r.target) == theirs for r in rows):
                continue  # the other row still has its own text: this is a copy, made on purpose
            if text == theirs or (not edited and Levenshtein.normalized_similarity(text, theirs) >= CARRIED):
                return self.known[other].number
        return None

    def _at_home(self, control: str) -> bool:
        """Whether the frame of a translation still stands in its own row: then the one elsewhere is a copy."""
        return any(row.control == control for row in self.placed.get(control, ()))

    def _ask(
        self, what: str, segment: str | None, row: ReturnedRow, was: str | None = None, text: str | None = None
    ) -> None:
        known = self.known.get(segment) if segment is not None else None
        now = self.now.get(segment) if segment is not None else None
        if was is None and segment is not None:
            was = self._was(segment, row)
        self.questions.append(
            Question(
                what=what,
                segment=segment,
                number=known.number if known else None,
                place=row.place,
                was=was,
                theirs=self.settled(row.target) if text is None else text,
                now=self.settled(now.target) if now else None,
                authors=row.authors,
            )
        )


def _unprintable(text: str) -> str:
    for character in text:
        if character != "\t" and unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn"):
            return f"U+{ord(character):04X}"
    return ""


__all__ = ["Intake", "Proposal", "Question", "Remark", "take_in"]
