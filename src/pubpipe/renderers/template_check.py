"""What is missing or wrong in a template, language by language, before anybody sets a publication in it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from pubpipe.errors import RenderError
from pubpipe.identity import digest_bytes
from pubpipe.languages import SOURCE, LanguageProfile
from pubpipe.model import (
    Block,
    Cell,
    Code,
    Content,
    Credits,
    DraftEdition,
    Heading,
    Item,
    ListBlock,
    LocalizedDocument,
    Note,
    Paragraph,
    Placeholder,
    Quote,
    Role,
    Row,
    Rule,
    SourceDocument,
    Table,
    TagClose,
    TagOpen,
    Text,
    Unit,
    Value,
)
from pubpipe.renderers.base import Imprint
from pubpipe.renderers.contrast import READABLE, contrast
from pubpipe.renderers.fonts import FAMILIES, NO_GLYPH, FontSet
from pubpipe.renderers.template import Template

_A4 = (210.0, 297.0)  # CLDR: the paper of all six languages
_NARROWEST = 45.0
"""Millimetres below which a column holds too few words of Burmese for even lines."""
_FUNCTIONS = ("publication", "emphasised", "strike-out", "quoted", "code-block", "head-cell", "divider")
_FOR_COLUMNS = ("wide", "wide-pages", "foot-room")
_FILLED = re.compile(r"\{\w+\}")


class TemplateProblem(Value):
    severity: Literal["error", "warning", "info"]
    """error: pages are not made, or cannot be read; warning: look at it; info: what a person still has to do."""
    language: str
    """Language tag; "" where it concerns all."""
    part: str
    """The file or the table that it is about."""
    message: str


def check_template(
    template: Template, profiles: Sequence[LanguageProfile], fonts: FontSet
) -> tuple[TemplateProblem, ...]:
    """Everything that is wrong with a template in these languages, errors first; a page of each language is set.

    Looked at are: labels and what is filled into them, their characters in the fonts, words for logo and cover,
    contrast of the colours (WCAG 2.2), paper and columns, the functions of the layout, digits that Word cannot count
    in, and whether a page with everything on it can be made. `load_template` has refused unknown keys before.
    """
    found = [*_colours(template), *_paper(template), *_layout(template), *_base(template)]
    broken = any(problem.severity == "error" for problem in found)
    for profile in profiles:
        own = list(_language(template, profile, fonts))
        if not broken and not any(problem.severity == "error" for problem in own):
            own += _page(template, profile, fonts)
        found += own
    order = {"error": 0, "warning": 1, "info": 2}
    return tuple(sorted(found, key=lambda problem: order[problem.severity]))


def _problem(severity: Literal["error", "warning", "info"], part: str, message: str, tag: str = "") -> TemplateProblem:
    return TemplateProblem(severity=severity, language=tag, part=part, message=message)


def _colours(template: Template) -> Iterator[TemplateProblem]:
    colours = template.design.colours
    ground = [("white paper", "#ffffff"), ("tint", colours.tint)]
    pairs = [(name, where, value) for name in ("text", "accent", "soft", "link", "emphasis") for where, value in ground]
    if template.design.title_band:
        pairs.append(("on_accent", "accent", colours.accent))
    for name, where, value in pairs:
        ratio = contrast(getattr(colours, name), value)
        if ratio < READABLE:
            yield _problem(
                "error",
                "template.toml",
                f"colours.{name} on {where} has a contrast of {ratio:.1f}:1; text needs {READABLE}:1 (WCAG 2.2, 1.4.3)",
            )


def _paper(template: Template) -> Iterator[TemplateProblem]:
    design = template.design
    if design.column_width < _NARROWEST:
        yield _problem(
            "error" if design.column_width < _NARROWEST / 2 else "warning",
            "template.toml",
            f"a column is {design.column_width:.0f} mm wide; below {_NARROWEST:.0f} mm lines hold too few words",
        )
    if design.page.text_height < _NARROWEST:
        yield _problem("error", "template.toml", "the margins leave no room for text on the page")
    if (design.page.width, design.page.height) != _A4:
        yield _problem("warning", "template.toml", "the page is not A4, the paper of these languages (210 by 297 mm)")


def _layout(template: Template) -> Iterator[TemplateProblem]:
    wanted = _FUNCTIONS + (_FOR_COLUMNS if template.design.columns.count > 1 else ())
    for name in wanted:
        if not re.search(rf"#let\s+{re.escape(name)}\s*(\(|=)", template.layout):
            yield _problem("error", "layout.typ", f"there is no function {name!r}, which the pages are made with")
    if "matter.watermark" not in template.layout:
        yield _problem("error", "layout.typ", "matter.watermark is nowhere used: a draft would look like a publication")


def _base(template: Template) -> Iterator[TemplateProblem]:
    """What of base.docx is missing or not used."""
    if template.base is None:
        return
    missing = [name for name in style_names(template) if template.base.style(name) is None]
    if missing:
        shown = ", ".join(missing)
        yield _problem("info", "base.docx", f"it lacks the styles {shown}: they are made from template.toml")
    strange = [family for family in template.base.fonts if family not in FAMILIES]
    if strange:
        yield _problem(
            "info", "base.docx", f"its fonts ({', '.join(strange)}) are not used: each language has its own, embedded"
        )


def style_names(template: Template) -> tuple[str, ...]:
    """The names of the paragraph styles that a Word document of this template has."""
    from pubpipe.renderers.word_styles import Look, styles

    made = styles(Look(SOURCE, template.model_copy(update={"base": None})))
    return tuple(re.findall(r'w:type="paragraph"[^>]*><w:name w:val="([^"]+)"', made))


def _language(template: Template, profile: LanguageProfile, fonts: FontSet) -> Iterator[TemplateProblem]:
    tag, dressed = profile.tag, template.dressed(profile)
    drafts = []
    try:
        own = fonts.covers(file.family for file in fonts.of(dressed))
    except RenderError as error:
        yield _problem("error", "template.toml", error.message.rstrip("."), tag)
        own = frozenset()
    for key in template.needed_labels:
        label = template.labels.get(key)
        words = label.words.get(tag, "") if label else ""
        if not label or not words:
            what = f"the {key} has no words for those who hear it" if key in ("logo", "cover") else "there are no words"
            remedy = "; give them, or say decorative = true" if key in ("logo", "cover") else ""
            yield _problem("error", "labels.toml", f"label {key!r}: {what}{remedy}", tag)
            continue
        if label.state(tag) == "draft":
            drafts.append(key)
        wanted = set(_FILLED.findall(label.words.get(SOURCE.tag, words)))
        if missing := sorted(wanted - set(_FILLED.findall(words))):
            yield _problem("error", "labels.toml", f"label {key!r} lacks {', '.join(missing)}", tag)
        lacking = {c for c in _FILLED.sub("", words) if ord(c) not in own and ord(c) not in NO_GLYPH} if own else set()
        for character in sorted(lacking):
            spare = [f for f in fonts.spare(dressed) if ord(character) in fonts.covers((f,))]
            sign = f"label {key!r}: U+{ord(character):04X} “{character}” is in none of its fonts"
            if spare:
                yield _problem("warning", "labels.toml", f"{sign}; {spare[0]} steps in", tag)
            else:
                yield _problem("error", "labels.toml", sign, tag)
    if drafts:
        count = len(template.needed_labels)
        yield _problem(
            "info", "labels.toml", f"{len(drafts)} of {count} labels wait for a native speaker to check them", tag
        )
    if profile.native and not profile.word_numbers:
        yield _problem(
            "warning",
            "docx",
            f"Word cannot count in {profile.english_name} digits (ECMA-376 part 1, 17.18.59 has no such format): page "
            "and note numbers stay 1, 2, 3; list and caption numbers are written out and do not move with the text",
            tag,
        )


def _page(template: Template, profile: LanguageProfile, fonts: FontSet) -> Iterator[TemplateProblem]:
    """A page with everything on it, set and inspected in both formats."""
    from pubpipe.renderers.inspection import inspect_docx, inspect_pdf
    from pubpipe.renderers.registry import RENDERERS

    edition = sample(profile)
    imprint = Imprint(publisher=profile.sample.split()[0], date=dt.date(2026, 3, 9), contact="info@example.org")
    for name in ("pdf", "docx"):
        try:
            data = RENDERERS[name].render(edition, template, profile, fonts, imprint)
        except RenderError as error:
            yield _problem("error", name, error.message.rstrip("."), profile.tag)
            continue
        findings = inspect_pdf(data, edition, profile) if name == "pdf" else inspect_docx(data, edition, profile, fonts)
        for finding in findings:
            severity: Literal["error", "warning"] = "error" if finding.severity == "block" else "warning"
            yield _problem(severity, name, finding.message.rstrip("."), profile.tag)


def sample(profile: LanguageProfile) -> DraftEdition:
    """A draft of one page with everything on it that a design can shape, in the words of the profile's sample."""
    words = profile.sample.split()
    joint = " " if profile.spaced else ""
    numbers = iter(range(1, 1000))

    def text(start: int, count: int) -> str:
        return joint.join(words[(start + n) % len(words)] for n in range(count))

    def unit(role: Role, content: str | Content) -> Unit:
        content = (Text(text=content),) if isinstance(content, str) else content
        return Unit(id=f"s{next(numbers):03d}", role=role, content=content)

    def paragraph(content: str | Content, role: Role = "paragraph") -> Paragraph:
        return Paragraph(unit=unit(role, content))

    def row(start: int) -> Row:
        return Row(cells=tuple(Cell(blocks=(paragraph(text(start + n, 2), "cell"),)) for n in range(4)))

    rich: Content = (
        Text(text=text(0, 12)),
        TagOpen(id=1, kind="strong"),
        Text(text=text(3, 2)),
        TagClose(id=1),
        TagOpen(id=2, kind="emphasis"),
        Text(text=text(6, 2)),
        TagClose(id=2),
        TagOpen(id=3, kind="link", href="https://example.org/"),
        Text(text="example.org"),
        TagClose(id=3),
        Placeholder(id=4, kind="note", ref="n1"),
    )
    items = tuple(Item(blocks=(paragraph(text(n, 6), "item"),)) for n in range(3))
    blocks: tuple[Block, ...] = (
        paragraph(text(2, 30)),
        Heading(level=1, unit=unit("heading", text(1, 3))),
        paragraph(rich),
        ListBlock(ordered=True, items=items),
        Heading(level=2, unit=unit("heading", text(4, 3))),
        ListBlock(ordered=False, items=items),
        Table(caption=unit("caption", text(5, 4)), widths=(), alignments=(), head=(row(0),), body=(row(4), row(8))),
        Quote(blocks=(paragraph(text(7, 14)),)),
        Code(text="A1 = 1"),
        Rule(),
        *(paragraph(text(n, 40)) for n in range(6)),
    )
    document = SourceDocument(
        language=profile.tag,
        title=unit("title", text(0, 6)),
        subtitle=unit("subtitle", text(6, 5)),
        blocks=blocks,
        notes=(Note(id="n1", blocks=(paragraph(text(9, 8), "note"),)),),
        file_hash=digest_bytes(profile.tag.encode()),
        reader="sample",
    )
    return DraftEdition(
        publication="sample",
        localized=LocalizedDocument(language=profile.tag, document=document),
        edition_hash=digest_bytes(b"sample"),
        credits=Credits(human=1, notice=""),
        open=("sample",),
    )
