"""What stands around the text, in the words of the language: title block, running head, watermark, imprint."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pubpipe.languages import LanguageProfile
from pubpipe.model import ApprovedEdition, Content, DraftEdition, Edition, Placeholder, Text, Unit, Value, plain
from pubpipe.renderers.base import Imprint
from pubpipe.renderers.dates import long_date
from pubpipe.renderers.runs import clean, cleaned, has_words, shows
from pubpipe.renderers.template import Template

PREVIEW = "PREVIEW — NOT APPROVED"
"""Stands on every page of a draft beside the words of the language, for whoever cannot read these."""


class Line(Value):
    """One line of the imprint."""

    label: str
    text: str
    href: str | None = None


class Matter(Value):
    title: Content
    plain_title: str
    subtitle: Content
    publisher: str
    authors: tuple[str, ...]
    date: str
    running_head: str
    contents: str
    about: str
    imprint: tuple[Line, ...]
    notices: tuple[str, ...]
    watermark: tuple[str, ...]
    """The lines of the watermark: empty for an approved edition and for nothing else."""
    moment: dt.datetime
    """When the file says that it was made: part of its bytes, so never the clock."""

    def texts(self) -> Iterator[str]:
        """Everything printed, for the check that the fonts can print it."""
        yield from (self.plain_title, plain(self.subtitle), self.publisher, *self.authors, self.date)
        yield from (self.contents, self.about, *self.notices, *self.watermark)
        for line in self.imprint:
            yield from (line.label, line.text)


def matter(edition: Edition, template: Template, profile: LanguageProfile, imprint: Imprint) -> Matter:
    """The matter of one edition; RenderError names a label that the template lacks in its language."""
    template.check_labels(profile.tag)
    document = edition.localized.document
    title = _content(document.title)
    if not has_words(title):  # a page and a file need a title that can be read
        title = (Text(text=clean(edition.publication)), *(i for i in title if isinstance(i, Placeholder)))
    day = imprint.date or document.date
    if day is None and isinstance(edition, ApprovedEdition):
        day = edition.approved_at.date()
    date = long_date(day, profile) if day else ""
    plain_title = " ".join(plain(title).split())
    watermark = (clean(template.label("draft", profile.tag)), PREVIEW)
    return Matter(
        title=title,
        plain_title=plain_title,
        subtitle=_content(document.subtitle),
        publisher=clean(imprint.publisher),
        authors=tuple(clean(a) for a in document.authors),
        date=date,
        # title and publisher share one line of about 92 characters of this size
        running_head=_shorten(plain_title, min(70, max(30, 92 - len(imprint.publisher))), profile.locale),
        contents=template.label("contents", profile.tag),
        about=template.label("about", profile.tag),
        imprint=tuple(_imprint(edition, template, profile, imprint, date)),
        notices=tuple(clean(n) for n in (_drafted(edition, template, profile), *imprint.notices) if n),
        watermark=watermark if isinstance(edition, DraftEdition) else (),
        moment=_moment(edition, day),
    )


def _content(unit: Unit | None) -> Content:
    return cleaned(unit.content) if unit and shows(unit.content) else ()


def _moment(edition: Edition, day: dt.date | None) -> dt.datetime:
    if isinstance(edition, ApprovedEdition):
        moment = edition.approved_at
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    day = day or dt.date(2000, 1, 1)
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def _imprint(
    edition: Edition, template: Template, profile: LanguageProfile, imprint: Imprint, date: str
) -> Iterator[Line]:
    """The lines that the design asks for, in its order, then its own texts; a line without words is left out."""

    def label(key: str, **values: object) -> str:
        return template.label(key, profile.tag, **values)

    texts: dict[str, str] = {
        "publisher": imprint.publisher,
        "place": imprint.place,
        "date": date,
        "contact": imprint.contact,
        "url": imprint.url,
        "licence": imprint.licence,
        "original_language": label("english"),
        "translated_by": "; ".join(_translators(edition, template, profile)),
        "reviewed_by": "; ".join(_reviewers(edition, template, profile)),
        "produced_with": imprint.program,
    }
    for key in template.design.imprint.lines:
        text = clean(texts[key])
        if text:
            href = imprint.url if key == "url" else _mail(text) if key == "contact" else None
            yield Line(label="" if key == "url" else label(key), text=text, href=href)
    for own in template.design.imprint.texts:
        yield Line(label="", text=clean(label(own)))


def _translators(edition: Edition, template: Template, profile: LanguageProfile) -> Iterator[str]:
    """How many segments came from where, in the words of the language; what people corrected stands with the machine
    that it began with, so that nobody takes a draft which was approved as it was for a corrected one, or the other way.
    """
    made = edition.credits
    engines = ", ".join(made.engines) or "—"
    drafted = "by_engine_corrected" if made.corrected else "by_engine"
    counts = (
        (drafted, made.machine + made.corrected),
        ("by_memory", made.memory),
        ("by_people", made.human - made.corrected),
    )
    for key, count in counts:
        if count:
            corrected = profile.number(made.corrected)
            yield template.label(key, profile.tag, count=profile.number(count), corrected=corrected, engines=engines)


def _reviewers(edition: Edition, template: Template, profile: LanguageProfile) -> Iterator[str]:
    """Who approved at which stage, then how many approvals are of an English that has changed in form since."""
    made = edition.credits
    for stage, name in made.reviewers:
        yield f"{name} ({_stage(stage, template, profile)})"
    if made.carried:
        yield template.label("carried_over", profile.tag, count=profile.number(made.carried))


def _drafted(edition: Edition, template: Template, profile: LanguageProfile) -> str:
    """The notice that the credits ask for, in the language; the English sentence follows it."""
    if not edition.credits.notice:
        return ""
    return f"{template.label('machine_drafted', profile.tag)} ({edition.credits.notice.rstrip('.')}.)"


def _stage(stage: str, template: Template, profile: LanguageProfile) -> str:
    """A review stage in words: the template's for the stages it knows, else the project's own name for it."""
    key = f"stage_{stage.lower().replace(' ', '-')}"
    return template.label(key, profile.tag) if template.has_label(key, profile.tag) else stage


def _mail(text: str) -> str | None:
    return f"mailto:{text}" if "@" in text and " " not in text else None


def _shorten(text: str, most: int, locale: str) -> str:
    """At most `most` characters, cut at a space where there is one, never inside a cluster of marks."""
    if len(text) <= most:
        return text
    from icu4py.breakers import CharacterBreaker

    clusters = list(CharacterBreaker(text, locale))
    short = ""
    for cluster in clusters:
        if len(short) + len(cluster) > most - 1:
            break
        short += cluster
    space = short.rfind(" ")
    return (short[:space] if space > most // 2 else short).rstrip(" ,;:-–—") + "…"
