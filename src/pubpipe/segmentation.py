"""Blocks to segments: sentences as NGO reports write them, cut with their inline markup, and put together again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import regex

from pubpipe.identity import Hash, content_hash, context_hash, short
from pubpipe.languages import SOURCE, LanguageProfile
from pubpipe.model import (
    Content,
    Inline,
    LocalizedDocument,
    Placeholder,
    Segment,
    SourceDocument,
    TagClose,
    TagOpen,
    Text,
    Unit,
    plain,
    tidy,
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Abbreviations, lower case, without the last full stop. The lists are the project's own: collected from summaries,
# court notes and agendas of the kind this is for. What follows an abbreviation decides whether a sentence ends.

BEFORE_NUMBER = _set(
    """
    no nos art arts para paras sub-para subpara fig figs sec secs ch chap chaps vol vols p pp ref refs tel
    ext reg regs nr cap cl app ser doc docs res annex tab col lot box
    """
)
"""Stand before a number or a label: "No. 249/13", "Art. 5", "Sec. IV", "Ref. ABC/12". A word after them ends it."""

BEFORE_NAME = _set(
    """
    dr mr mrs ms messrs prof h.e hon ven rev st gen lt maj capt col sgt gov sen rep pres min amb adm fr
    sr.lt ph rt.hon mme mlle dra assoc asst
    """
)
"""Stand before a name: no sentence ends with them."""

INSIDE = _set(
    """
    approx cf e.g eg i.e ie vs v viz est incl excl ca esp resp avg max gov't govt n.b nb
    """
)
"""Stand inside a sentence: what follows belongs to them."""

EITHER = _set(
    """
    etc al u.s u.n u.k e.u u.s.a d.c ltd co inc corp bros dept jr sr ed eds ph.d b.a m.a ll.b ll.m a.m p.m
    b.e b.c a.d jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    ave blvd rd pty plc univ int'l nat'l est'd a.k.a
    """
)
"""May end a sentence: "… of the U.S. The law …", but "U.S. Government", "Jan. 2024"."""

_STARTERS = _set(
    """
    the a an in on at it its this that these those they their there he she his her we our i you your but and
    or however for from many most some all both each every when while where if as after before since until
    although because by to of with without under between among during despite according only such another
    other several few more no not nobody none who what why how which one two three moreover furthermore also
    thus therefore then workers women men employers migrants governments
    """
)
"""Words with which a sentence begins more often than a name goes on."""

_DAYS_AND_MONTHS = _set(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december
    """
)
_TIME_FIRST = regex.compile(r"[(\[“‘\"']*(?:At|By|From|Until|Till|Before|After|Around|About|On|Between|Since|Every)\b")
"""A sentence that begins so goes on after its time: "At 9 a.m. Thailand closed the border."."""
_NEW_AFTER_TIME = regex.compile(r"[“‘\"'«]?(\p{Lu}\p{Ll}[\p{L}’'-]*|A),?\s(?!time\b)\p{Ll}")
"""A capital word and then a small one: "Countries of", not "ICT", "Bangkok time", "Aung San"."""
_OPENED = regex.compile(r"[(\[]?(?:\d{1,3}|\p{Ll}|[ivx]{1,5})[.)\]]+\s")
"""The number of an item: "(1) ", "2) ", "b. "."""
_BRACKETED = regex.compile(r"(?<!\S)\((?:\d{1,3}|\p{Ll}|[ivx]{1,5})\)(?=[\s.,;:])")
_STOPPED = regex.compile(r"[.!?…][)\]”’»\"']*$")

_LAST_TOKEN = regex.compile(r"([\p{L}\p{N}.'’/-]+)\.[)\]”’\"']*$")
_ENUMERATOR = regex.compile(r"[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|\p{L}|[ivxlc]{1,6}|[IVXLC]{1,6})[.)\]]+")
_ITEM = regex.compile(r"(?:\p{Ll}|[ivx]{1,4})[.)]\s")
_NUMBER_LIKE = regex.compile(r"[(\[“\"'#§]*(?:[+±~]?\d|[IVXLC]+\b|\p{L}\b|[\p{L}\p{N}/-]*\d)")
_WORD = regex.compile(r"[(\[“‘\"'«]*([\p{L}'’-]+)")
_LETTER = regex.compile(r"\p{L}")
_LETTER_OR_DIGIT = regex.compile(r"[\p{L}\p{N}]")
_INITIAL = regex.compile(r"(?<![\p{L}\p{N}])(\p{Lu})\.$")
_MISSED = regex.compile(r"(?<=[\p{L}.]\.[)\]”’\"']?)\s+(?=[“‘\"'«]?\p{Lu})")


def segment(document: SourceDocument, abbreviations: tuple[str, ...] = ()) -> tuple[Segment, ...]:
    """The document's segments in reading order, what people translate and decide on.

    `abbreviations` are a project's own ("Prov.", "Sgn"): no sentence ends with them. A unit is never joined with
    another one; a unit without text (an image, a formula) is one segment that is not translatable.
    """
    own = frozenset(a.strip().rstrip(".").lower() for a in abbreviations if a.strip())
    pieces: list[tuple[Unit, Content, str, str]] = []
    for unit in document.units():
        pieces += [(unit, content, before, after) for content, before, after in _cut(unit.content, own)]
    hashes = [content_hash(content) for _, content, _, _ in pieces]
    seen: dict[str, int] = {}
    out: list[Segment] = []
    for place, (unit, content, before, after) in enumerate(pieces):
        name = short(hashes[place])
        seen[name] = seen.get(name, 0) + 1
        out.append(
            Segment(
                id=f"{name}-{seen[name]}",
                number=place + 1,
                unit=unit.id,
                role=unit.role,
                content=content,
                before=before,
                after=after,
                translatable=bool(_LETTER.search(plain(content))),
                source_hash=hashes[place],
                context_hash=context_hash(_at(hashes, place - 1), _at(hashes, place + 1)),
            )
        )
    return tuple(out)


def sentences(text: str, abbreviations: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The sentences of a plain paragraph, without the white space around them."""
    own = frozenset(a.strip().rstrip(".").lower() for a in abbreviations if a.strip())
    cuts = [0, *_boundaries(text, own), len(text)]
    return tuple(s for s in (text[a:b].strip() for a, b in pairwise(cuts)) if s)


def rejoin(segments_of_unit: Sequence[Segment], targets: Mapping[str, Content], joint: str) -> Content:
    """The content of a whole unit from its segments, tag ids unique again.

    `targets` by segment id; a segment without one keeps its source text. Between two segments stands `joint` (a
    language's `sentence_joint`) if one of them is translated, else the source's own white space, so that no targets
    at all give the unit's content back. Line breaks between sentences always stay.
    """
    out: list[Inline] = []
    number = 0
    for place, item in enumerate(segments_of_unit):
        target = targets.get(item.id)
        translated = target is not None or (place > 0 and segments_of_unit[place - 1].id in targets)
        gap = item.before
        if place and translated and "\n" not in gap:
            gap = joint if gap else ""
        gap_items, number = _space(gap, number)
        content, number = _renumbered(item.content if target is None else target, number)
        out = _joined([*out, *gap_items] if not place else out, gap_items if place else [], content)
    if segments_of_unit and segments_of_unit[-1].after:
        after, number = _space(segments_of_unit[-1].after, number)
        out += after
    return _in_order(out)


def localize(
    document: SourceDocument,
    segments: Sequence[Segment],
    targets: Mapping[str, Content],
    profile: LanguageProfile,
) -> LocalizedDocument:
    """The document with its units in the target language.

    A segment that `targets` has not (it is open) keeps its source text: callers know which and mark it.
    """
    by_unit: dict[str, list[Segment]] = {}
    for item in segments:
        by_unit.setdefault(item.unit, []).append(item)

    def change(unit: Unit) -> Unit:
        mine = by_unit.get(unit.id)
        if not mine:
            return unit
        return unit.model_copy(update={"content": rejoin(mine, targets, profile.sentence_joint)})

    return LocalizedDocument(language=profile.tag, document=document.map_units(change))


# -- where sentences end ------------------------------------------------------------------------------------------


def _boundaries(text: str, own: frozenset[str]) -> list[int]:
    """Offsets at which a new sentence begins, the first one left out."""
    import sentencex

    # a line break inside a paragraph is layout, not an end
    flat = text.replace("\n", " ")
    cuts: list[int] = []
    position = 0
    # sentencex sees no end after "(2)" up to the end of the line: a word of that length stands for it
    masked = _BRACKETED.sub(lambda m: "X" + "x" * (len(m[0]) - 1), flat)
    for piece in sentencex.segment(SOURCE.tag, masked):
        if position:
            cuts.append(position)
        position += len(piece)
    if position != len(flat):
        # sentencex is lossless; were it ever not, offsets would lie and one segment is the safe answer
        return []
    cuts = sorted({*cuts, *(m.end() for m in _MISSED.finditer(flat) if _missed(flat, m.start(), m.end(), own))})
    kept: list[int] = []
    start = 0
    for place, cut in enumerate(cuts):
        end = cuts[place + 1] if place + 1 < len(cuts) else len(flat)
        if _is_end(flat[start:cut], flat[cut : min(end, cut + 200)], own):
            kept.append(cut)
            start = cut
    return kept


def _missed(text: str, end: int, start: int, own: frozenset[str]) -> bool:
    """Whether an abbreviation that may end a sentence does so here: the next word begins one."""
    token = _LAST_TOKEN.search(text[max(0, end - 40) : end])
    word = _WORD.match(text, start)
    if token is None or word is None:
        return False
    name = _bare(token[1])
    if name in own:
        return False
    if name in ("a.m", "p.m"):
        # whether the sentence began with the time is for `_is_end` to see
        return _starts_after_time(text[start : start + 200])
    return (name in EITHER or name in ("no", "nos")) and word[1].lower() in _STARTERS


def _starts_after_time(following: str) -> bool:
    word = _NEW_AFTER_TIME.match(following)
    name = word[1].lower() if word else ""
    return word is not None and name not in _DAYS_AND_MONTHS and name not in BEFORE_NAME


def _bare(token: str) -> str:
    return token.lower().replace("’", "'").lstrip("-/'.")


def _is_end(before: str, after: str, own: frozenset[str]) -> bool:
    """Whether a sentence ends between the two texts."""
    said, following = before.rstrip(), after.lstrip()
    if not _LETTER_OR_DIGIT.search(after) or not _LETTER_OR_DIGIT.search(before):
        return False
    if _ENUMERATOR.fullmatch(said):
        return False
    if _OPENED.match(following) and not _STOPPED.search(said):
        # "… in US dollars: (1) Lao PDR, (2) Cambodia": items of one sentence
        return False
    if following[:1].islower() and not _ITEM.match(following):
        return False
    token = _LAST_TOKEN.search(said[-60:])
    if token is None:
        return True
    name = _bare(token[1])
    word = _WORD.match(following)
    starts = word is not None and word[1].lower() in _STARTERS and not regex.match(r"A\b", following)
    if name in own or name in BEFORE_NAME or name in INSIDE:
        return False
    if name in BEFORE_NUMBER:
        return not _NUMBER_LIKE.match(following)
    if name == "etc":
        return word is not None and word[1][:1].isupper()
    if name in ("a.m", "p.m") and _starts_after_time(following):
        return starts or not _TIME_FIRST.match(said)
    if name in EITHER:
        return starts or regex.match(r"A\s", following) is not None
    if _INITIAL.search(said):
        return starts
    return True


# -- cutting and joining inline values ------------------------------------------------------------------------------


def _at(hashes: Sequence[Hash], place: int) -> Hash | None:
    return hashes[place] if 0 <= place < len(hashes) else None


def _cut(content: Content, own: frozenset[str]) -> list[tuple[Content, str, str]]:
    """(content, white space before, white space after) of each segment of a unit."""
    content = tidy(content)
    if not content:
        return []
    cuts = _boundaries(plain(content), own)
    groups = _split(content, cuts)
    out: list[tuple[Content, str, str]] = []
    space = ""
    for group in groups:
        before, inner, after = _strip(group)
        if not inner:
            space += before + after
            continue
        out.append((_in_order(inner), space + before, ""))
        space = after
    if out:
        last, before, _ = out[-1]
        out[-1] = (last, before, space)
    return out


def _split(content: Content, cuts: Sequence[int]) -> list[list[Inline]]:
    """The inline sequence cut at offsets of its plain text; tags that are open there are closed and opened again."""
    pieces: list[list[Inline]] = [[]]
    offset = 0
    waiting = list(reversed(cuts))
    open_: list[TagOpen] = []
    open_before: list[TagOpen] = []
    """What was open before the items that are held back."""
    held: list[Inline] = []

    def cut() -> None:
        """Close what is open and begin the next piece; what was held back belongs to it."""
        inside = [*(open_ if not held else open_before)]
        pieces[-1] += [TagClose(id=o.id) for o in reversed(inside)]
        pieces.append([*inside, *held])
        held.clear()

    for item in content:
        width = (
            len(item.text) if isinstance(item, Text) else int(isinstance(item, Placeholder) and item.kind == "break")
        )
        if not width:
            if (
                waiting
                and offset == waiting[-1]
                and not held
                and (isinstance(item, TagClose) or (isinstance(item, Placeholder) and item.kind == "note"))
            ):
                # exactly at the cut: what ends there, and a note mark, belong to the sentence before
                pieces[-1].append(item)
            elif waiting and offset == waiting[-1]:
                if not held:
                    open_before[:] = open_
                held.append(item)
            else:
                pieces[-1].append(item)
            if isinstance(item, TagOpen):
                open_.append(item)
            elif isinstance(item, TagClose):
                open_ = [o for o in open_ if o.id != item.id]
            continue
        if waiting and offset == waiting[-1]:
            waiting.pop()
            cut()
        if isinstance(item, Text):
            rest = item.text
            while waiting and waiting[-1] < offset + len(rest):
                at = waiting.pop() - offset
                pieces[-1].append(Text(text=rest[:at]))
                offset += at
                rest = rest[at:]
                cut()
            pieces[-1].append(Text(text=rest))
            offset += len(rest)
        else:
            pieces[-1].append(item)
            offset += 1
    if held:
        pieces[-1] += held
    return pieces


def _strip(items: Iterable[Inline]) -> tuple[str, list[Inline], str]:
    """White space and breaks at the edges apart, also where they stand inside tags; empty tag pairs gone."""
    rest = _without_empty(items)

    def edge(sequence: list[Inline], *, end: bool) -> str:
        space = ""
        place = len(sequence) - 1 if end else 0
        while 0 <= place < len(sequence):
            item = sequence[place]
            if isinstance(item, Text):
                kept = item.text.rstrip() if end else item.text.lstrip()
                gone = item.text[len(kept) :] if end else item.text[: len(item.text) - len(kept)]
                space = gone + space if end else space + gone
                if kept:
                    sequence[place] = Text(text=kept)
                    return space
                del sequence[place]
            elif isinstance(item, Placeholder):
                if item.kind != "break":
                    return space
                space = "\n" + space if end else space + "\n"
                del sequence[place]
            else:
                place += -1 if end else 1
                continue
            if end:
                place = min(place, len(sequence)) - 1
        return space

    before = edge(rest, end=False)
    after = edge(rest, end=True)
    return before, _without_empty(rest), after


def _without_empty(items: Iterable[Inline]) -> list[Inline]:
    """Without tags that have nothing between them."""
    out: list[Inline] = []
    for item in tidy(items):
        if isinstance(item, TagClose) and out and isinstance(out[-1], TagOpen) and out[-1].id == item.id:
            out.pop()
        else:
            out.append(item)
    return list(tidy(out))


def _in_order(items: Iterable[Inline]) -> Content:
    """The same with tags and placeholders numbered from 1 in the order in which they appear."""
    numbers: dict[int, int] = {}
    out: list[Inline] = []
    for item in items:
        if isinstance(item, Text):
            out.append(item)
        else:
            out.append(item.model_copy(update={"id": numbers.setdefault(item.id, len(numbers) + 1)}))
    return tidy(out)


def _renumbered(content: Content, number: int) -> tuple[list[Inline], int]:
    """The content with ids from `number` + 1 on that nothing else in the unit has."""
    numbers: dict[int, int] = {}
    out: list[Inline] = []
    for item in content:
        if isinstance(item, Text):
            out.append(item)
        else:
            new = numbers.setdefault(item.id, number + len(numbers) + 1)
            out.append(item.model_copy(update={"id": new}))
    return out, number + len(numbers)


def _space(text: str, number: int) -> tuple[list[Inline], int]:
    """White space as inline values: a newline is a line break."""
    out: list[Inline] = []
    for part in regex.split(r"(\n)", text):
        if part == "\n":
            number += 1
            out.append(Placeholder(id=number, kind="break"))
        elif part:
            out.append(Text(text=part))
    return out, number


def _joined(left: list[Inline], gap: list[Inline], right: list[Inline]) -> list[Inline]:
    """Two runs with a gap between; tags that close before it and open alike after it go on over it."""
    ends: list[TagClose] = []
    for item in reversed(left):
        if not isinstance(item, TagClose):
            break
        ends.append(item)
    opened = {i.id: i for i in left if isinstance(i, TagOpen)}
    # outermost first: the last to close is the first to open again
    shared = 0
    for closing, opening in zip(ends, right, strict=False):
        before = opened.get(closing.id)
        if (
            before is None
            or not isinstance(opening, TagOpen)
            or (before.kind, before.href, before.title) != (opening.kind, opening.href, opening.title)
        ):
            break
        shared += 1
    if not shared:
        return [*left, *gap, *right]
    same = {right[n].id: ends[n].id for n in range(shared) if isinstance(right[n], TagOpen)}  # type: ignore[union-attr]
    tail = [TagClose(id=same.get(i.id, i.id)) if isinstance(i, TagClose) else i for i in right[shared:]]
    return [*left[: len(left) - shared], *gap, *tail]


__all__ = ["localize", "rejoin", "segment", "sentences"]
