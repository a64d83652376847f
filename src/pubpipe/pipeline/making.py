"""The files of one edition from values alone: no workspace and no database, so that another process can make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pubpipe.model import ApprovedEdition, Edition, Finding, Layout

if TYPE_CHECKING:
    from pubpipe.languages import LanguageProfile
    from pubpipe.renderers import FontSet, Imprint, Original, Template


class Setting(NamedTuple):
    """Everything but its text that decides how an edition looks."""

    profile: LanguageProfile
    template: Template
    fonts: FontSet
    imprint: Imprint
    layout: Layout
    original: Original | None
    """The client's file, where its layout is kept."""
    embeds_fonts: bool
    """Whether Word files carry their fonts."""
    soffice: str | None
    """LibreOffice's program, where the project names one."""


class Made(NamedTuple):
    """A file as it would go out, and what its inspection found."""

    data: bytes
    findings: tuple[Finding, ...]


class Job(NamedTuple):
    """A file of an approved edition that is missing or stale. It can be sent to another process."""

    edition: ApprovedEdition
    setting: Setting
    format: str


def made_file(edition: Edition, setting: Setting, format_: str) -> bytes:
    """The bytes of one file of an edition; a draft's carry the watermark. RenderError as the renderers raise it."""
    from pubpipe.renderers import embed_fonts, renderer

    data = renderer(format_, setting.layout, setting.original, setting.soffice).render(
        edition, setting.template, setting.profile, setting.fonts, setting.imprint
    )
    return embed_fonts(data, setting.fonts) if format_ == "docx" and setting.embeds_fonts else data


def inspected(edition: ApprovedEdition, setting: Setting, format_: str, data: bytes) -> Made:
    """The page is checked, not assumed."""
    from pubpipe.renderers import inspect_file

    page = setting.template.design.page
    found = inspect_file(format_, data, edition, setting.profile, setting.fonts, setting.layout, page, setting.original)
    return Made(data, found)


def make(job: Job) -> Made:
    """The file, inspected."""
    return inspected(job.edition, job.setting, job.format, made_file(job.edition, job.setting, job.format))
