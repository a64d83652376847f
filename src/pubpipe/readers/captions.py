"""Captions: which paragraph is one, and its typed label ("Table 1.") taken off, since templates print their own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from pubpipe.model import (
    Block,
    Cell,
    Content,
    Figure,
    Finding,
    Inline,
    Item,
    ListBlock,
    Note,
    Paragraph,
    Placeholder,
    Quote,
    Row,
    Severity,
    Table,
    TagClose,
    TagOpen,
    Text,
    Unit,
    plain,
    tidy,
)

_TABLE = r"table|tab\."
_FIGURE = r"figure|fig\.?"
_OTHER = r"chart|graph|map|box|photo(?:graph)?|picture|image|illustration|diagram|infographic"
_NUMBER = r"(?:[A-Z][.-]?)?\d{1,3}(?:[.–-]\d{1,3})*(?:-?[A-Za-z])?|[IVX]{1,6}"
_LABEL = re.compile(
    rf"\s*(?P<word>{_TABLE}|{_FIGURE}|{_OTHER})\s{{0,3}}(?P<number>(?-i:{_NUMBER}))(?![\w%])"
    r"(?P<end>[ \u00a0]*[.:|)–—-]+(?!\d)|(?=\s*[\n\t]|\s*$)|(?=\s+[(“\"'‘]?(?-i:[A-Z0-9])))\s*",
    re.IGNORECASE,
)
"""What follows the number tells a caption from a sentence: "Figure 1. Fees", "Figure 1 Fees", not "Figure 1 shows"."""

_LONGEST = 400
"""Characters; a longer paragraph that begins with a label is a text."""


@dataclass(frozen=True)
class Label:
    """A label as typed."""

    word: str
    number: str
    length: int
    """Characters of the caption that it takes, with the space behind it."""

    @property
    def kind(self) -> str:
        """ "table", "figure", or "" for words that a template has no label for ("Chart")."""
        word = self.word.lower()
        return "table" if re.fullmatch(_TABLE, word) else "figure" if re.fullmatch(_FIGURE, word) else ""

    @property
    def name(self) -> str:
        """As it is shown to people: "Fig. 3"."""
        return f"{self.word} {self.number}"


def label(text: str) -> Label | None:
    """The label at the start of a caption; None where there is none or where it is a sentence's own words."""
    match = _LABEL.match(text)
    if match is None or (re.fullmatch("[IVX]+", match["number"]) and not re.search(r"\S", match["end"] or "")):
        # "Figure I drew": a Roman number needs its stop
        return None
    return Label(word=match["word"], number=match["number"], length=match.end())


def _short(paragraph: Paragraph) -> str:
    """The paragraph's text where it may be a caption by its length, else nothing."""
    text = plain(paragraph.unit.content).strip()
    return text if len(text) < _LONGEST else ""


# -- which paragraph belongs to which table or figure -------------------------------------------------------------


def attach(blocks: Sequence[Block], styled: Collection[str] = ()) -> tuple[Block, ...]:
    """The blocks with each paragraph that is the caption of the table or figure beside it made its caption.

    `styled` are texts of paragraphs that the file itself calls captions, with or without label (their white space
    as one space). Where captions and figures take turns, whatever comes first tells whether they stand above or
    below; in doubt a table's stands above it, a figure's below.
    """
    blocks = _with_titles(blocks)
    out: list[Block] = []
    place = 0
    while place < len(blocks):
        end = max(_turn(blocks, place, kind, styled) for kind in (Table, Figure))
        out += _married(blocks[place:end]) if end > place + 1 else [blocks[place]]
        place = max(end, place + 1)
    return tuple(out)


def _turn(blocks: Sequence[Block], start: int, kind: type[Table] | type[Figure], styled: Collection[str]) -> int:
    """Where the blocks from `start` stop taking turns between bare tables (or figures) and captions."""
    place, last = start, None
    while place < len(blocks):
        block = blocks[place]
        bare = isinstance(block, kind) and block.caption is None
        said = isinstance(block, Paragraph) and _is_caption(block, kind, styled)
        if not (bare or said) or bare == last:
            break
        last = bare
        place += 1
    return place


def _married(turn: Sequence[Block]) -> list[Block]:
    """The blocks of one turn, each caption with its table or figure."""
    left_over = isinstance(turn[0], Table) and isinstance(turn[-1], Table)
    out, waiting = list(turn[:left_over]), list(turn[left_over:])
    while waiting:
        pair, waiting = waiting[:2], waiting[2:]
        owner = next((b for b in pair if isinstance(b, Table | Figure)), None)
        said = next((b for b in pair if isinstance(b, Paragraph)), None)
        if owner is not None and said is not None:
            out.append(owner.model_copy(update={"caption": said.unit.model_copy(update={"role": "caption"})}))
        else:
            out += pair
    return out


def _with_titles(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks with "Table 1" on a line of its own above a title, and the table, made that table with a caption."""
    out: list[Block] = []
    for block in blocks:
        out.append(block)
        if not isinstance(block, Table | Figure):
            continue
        # label, title, table; where the title is known for a caption already: label, table
        lines = 1 if block.caption else 2
        before = out[-1 - lines : -1]
        if len(before) < lines or not isinstance(before[0], Paragraph) or not _is_label_alone(before[0], block):
            continue
        unit = block.caption
        if unit is None and isinstance(before[1], Paragraph) and _is_title(before[1]):
            unit = before[1].unit
        if unit is None:
            continue
        words = plain(before[0].unit.content).strip().rstrip(".:")
        content = _renumbered([Text(text=f"{words}. "), *unit.content])
        out[-1 - lines :] = [block.model_copy(update={"caption": Unit(id="", role="caption", content=content)})]
    return out


def _is_caption(paragraph: Paragraph, kind: type[Table] | type[Figure], styled: Collection[str]) -> bool:
    text = _short(paragraph)
    found = label(text)
    if found is None:
        return " ".join(text.split()) in styled if text else False
    return found.kind == "table" if kind is Table else found.kind != "table"


def _is_label_alone(paragraph: Paragraph, owner: Table | Figure) -> bool:
    text = plain(paragraph.unit.content).strip()
    found = label(text)
    if found is None or found.length < len(text) or (owner.caption and label(plain(owner.caption.content))):
        return False
    return (found.kind == "table") == isinstance(owner, Table)


def _is_title(paragraph: Paragraph) -> bool:
    text = _short(paragraph)
    return 0 < len(text) <= 200 and label(text) is None and not re.search(r"[.!?](\s|$)", text)


# -- labels taken off -----------------------------------------------------------------------------------------------


@dataclass
class _Count:
    """What the pages will number, in the order in which they number it."""

    printed: dict[str, int] = field(default_factory=lambda: {"table": 0, "figure": 0})
    moved: list[tuple[str, str]] = field(default_factory=list)
    """Labels as typed and as printed, where the number or the word differs."""
    renamed: list[tuple[str, str]] = field(default_factory=list)
    wordless: list[str] = field(default_factory=list)
    """Labels of captions that say nothing else."""


def without_labels(blocks: Sequence[Block], notes: Sequence[Note]) -> tuple[tuple[Block, ...], list[Finding]]:
    """The blocks with captions that do not say their label, and what to know about the labels that will be printed.

    Every table and figure with a caption gets "Table n" or "Figure n" in the language of the edition, counted by the
    template in reading order; where that is not what the source says, a reference to it in the text goes wrong.
    """
    count = _Count()
    changed = tuple(_block(b, count) for b in blocks)
    texts = "\n".join(_texts([*changed, *(b for n in notes for b in n.blocks)]))
    findings: list[Finding] = []

    def find(severity: Severity, message: str) -> None:
        findings.append(Finding(check="reader.caption", severity=severity, message=message))

    if count.moved:
        shown = ", ".join(f"“{typed}” is printed as {new}" for typed, new in count.moved)
        find("warning", f"captions are numbered anew in reading order: {shown}; check references to them in the text")
    for typed in count.wordless:
        find("warning", f"the caption “{typed}” has no words and is not printed; give it a title in the source")
    for typed, new in count.renamed:
        named = re.search(rf"\b{re.escape(typed)}\b(?![.\d]\d)", texts)
        find(
            "warning" if named else "info",
            f"the caption “{typed}” is printed as {new}" + ("; the text refers to it by its old name" if named else ""),
        )
    return changed, findings


def _texts(blocks: Sequence[Block]) -> Iterator[str]:
    """Text outside captions."""
    for block in blocks:
        match block:
            case ListBlock():
                for item in block.items:
                    yield from _texts(item.blocks)
            case Quote():
                yield from _texts(block.blocks)
            case Table():
                for row in (*block.head, *block.body, *block.foot):
                    for cell in row.cells:
                        yield from _texts(cell.blocks)
            case _:
                unit = getattr(block, "unit", None)
                if unit is not None:
                    yield plain(unit.content)


def _block(block: Block, count: _Count) -> Block:
    match block:
        case ListBlock():
            items = tuple(Item(blocks=tuple(_block(b, count) for b in i.blocks)) for i in block.items)
            return block.model_copy(update={"items": items})
        case Quote():
            return block.model_copy(update={"blocks": tuple(_block(b, count) for b in block.blocks)})
        case Table():
            caption = _caption(block.caption, "table", count)
            parts = {name: tuple(_row(r, count) for r in getattr(block, name)) for name in ("head", "body", "foot")}
            return block.model_copy(update={"caption": caption, **parts})
        case Figure():
            return block.model_copy(update={"caption": _caption(block.caption, "figure", count)})
    return block


def _row(row: Row, count: _Count) -> Row:
    def cell(old: Cell) -> Cell:
        return old.model_copy(update={"blocks": tuple(_block(b, count) for b in old.blocks)})

    return Row(cells=tuple(cell(c) for c in row.cells))


def _caption(caption: Unit | None, kind: str, count: _Count) -> Unit | None:
    if caption is None:
        return None
    found = label(plain(caption.content))
    content = _cut(caption.content, found.length) if found else caption.content
    if found and not content:
        # a label alone is no caption: pages would number it and have nothing to say
        count.wordless.append(found.name)
        return None
    count.printed[kind] += 1
    if found is None:
        return caption
    printed = f"{kind.capitalize()} {count.printed[kind]}"
    if found.kind != kind:
        count.renamed.append((found.name, printed))
    elif found.number != str(count.printed[kind]):
        count.moved.append((found.name, printed))
    return caption.model_copy(update={"content": content})


def _cut(content: Content, length: int) -> Content:
    """The content without its first `length` characters, and without tags that are left around nothing."""
    out: list[Inline] = []
    for item in content:
        if isinstance(item, Text):
            kept = item.text[length:]
            length = max(0, length - len(item.text))
            if kept:
                out.append(Text(text=kept))
        elif isinstance(item, Placeholder) and item.kind == "break" and length:
            length -= 1
        elif isinstance(item, TagClose) and out and isinstance(out[-1], TagOpen) and out[-1].id == item.id:
            out.pop()
        else:
            out.append(item)
    return _renumbered(out)


def _renumbered(items: Sequence[Inline]) -> Content:
    numbers: dict[int, int] = {}
    return tidy(
        i if isinstance(i, Text) else i.model_copy(update={"id": numbers.setdefault(i.id, len(numbers) + 1)})
        for i in items
    )


__all__ = ["Label", "attach", "label", "without_labels"]
