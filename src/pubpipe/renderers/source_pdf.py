"""An edition as PDF in the layout of the client's Word file, set by LibreOffice with our fonts only."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from pubpipe.errors import RenderError
from pubpipe.languages import LanguageProfile
from pubpipe.model import ApprovedEdition, Edition
from pubpipe.renderers.base import Imprint, Original
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.inspect_source import words_of_nobody
from pubpipe.renderers.office import Office, to_pdf
from pubpipe.renderers.source_docx import title_of, translated, write
from pubpipe.renderers.template import Template
from pubpipe.renderers.web_fonts import web_fonts
from pubpipe.word import W, WordFile, drawn_characters, remove, unwrap

_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0·•–—‘’“”…"
"""What LibreOffice sets by itself: numbers of pages and lists, bullets."""
_IN_DRAWINGS = "".join(map(chr, (*range(0xA1, 0x250), *range(0x370, 0x530))))
"""Letters that a drawing of Windows (EMF, WMF) may hold as text: Latin, Greek, Cyrillic."""
_LIVE = {"PAGE", "NUMPAGES", "SECTIONPAGES", "PAGEREF", "HYPERLINK"}
"""Fields that LibreOffice has to work out anew; all others show what was approved."""
_OPTIONS = {
    "SelectPdfVersion": ("long", "2"),
    "PDFUACompliance": ("boolean", "true"),
    "UseTaggedPDF": ("boolean", "true"),
    "ExportBookmarks": ("boolean", "true"),
    "ExportNotes": ("boolean", "false"),
    "ExportNotesInMargin": ("boolean", "false"),
    "ExportFormFields": ("boolean", "false"),
    "UseReferenceXObject": ("boolean", "false"),
    "IsSkipEmptyPages": ("boolean", "false"),
    "UseLosslessCompression": ("boolean", "true"),
    "ReduceImageResolution": ("boolean", "false"),
}
"""Of LibreOffice's PDF export: PDF/A-2 and PDF/UA-1, comments left out, images as they are."""


def render_source_pdf(
    edition: Edition,
    original: Original,
    template: Template,
    profile: LanguageProfile,
    fonts: FontSet,
    imprint: Imprint,
    office: Office,
) -> bytes:
    """The PDF of the client's Word file in another language: tagged, PDF/A-2 and PDF/UA-1, a watermark on drafts.

    Same input and same LibreOffice, same bytes: dates and identifiers are the edition's. RenderError as
    `render_source_docx`, and where LibreOffice fails or does not come to an end.
    """
    word = translated(edition, original, template, profile, fonts, imprint)
    if isinstance(edition, ApprovedEdition):
        _all_approved(word, edition)
    freeze(word)
    text = characters(word)
    cuts = {f"{number:02}.ttf": data for number, data in enumerate(_cuts(profile, fonts, text))}
    options = json.dumps({name: {"type": kind, "value": value} for name, (kind, value) in _OPTIONS.items()})
    data = to_pdf(write(word), office, cuts, options)
    return _steady(data, edition, profile, imprint)


def _all_approved(word: WordFile, edition: ApprovedEdition) -> None:
    """RenderError where the file would print words that are no part of the edition (the result of a field, say).

    What LibreOffice does to a page is too much to tell them from the others in the PDF.
    """
    strange = [finding.message.rstrip(".") for finding in words_of_nobody(word, edition.localized.document)]
    if strange:
        raise RenderError(
            f"{edition.publication}: {'; '.join(strange)}.",
            remedy="Write them as plain text in the source file, or remove them, and publish it again.",
        )


def freeze(word: WordFile) -> None:
    """Let all fields show what they show now, but for numbers of pages: LibreOffice would put today's date, or its
    own words, where others were approved. Entries of a table of contents become paragraphs with the number of
    the page that they lead to.
    """
    marked = {
        mark.get(f"{W}name")
        for part in word.trees
        if part.startswith("word/")
        for mark in word.xml(part).iter(f"{W}bookmarkStart")
    }

    def live(code: list[str]) -> bool:
        if not code or code[0].upper() not in _LIVE:
            return False
        # LibreOffice prints an error message for the page of a place that is not there
        return code[0].upper() != "PAGEREF" or (len(code) > 1 and code[1] in marked)

    for part in [n for n in word.trees if n.startswith("word/")]:
        root = word.xml(part)
        stack: list[list[Any]] = []
        for element in list(root.iter(f"{W}fldChar", f"{W}instrText")):
            kind = element.get(f"{W}fldCharType")
            if kind == "begin":
                stack.append([element])
            elif stack:
                stack[-1].append(element)
            if kind == "end" and stack:
                marks = stack.pop()
                code = "".join(m.text or "" for m in marks if m.tag == f"{W}instrText").split()
                if not live(code):
                    for mark in marks:
                        remove(mark)
        for mark in (m for marks in stack for m in marks):
            remove(mark)
        for simple in list(root.iter(f"{W}fldSimple")):
            code = (simple.get(f"{W}instr") or "").split()
            if not live(code):
                unwrap(simple)
        for hidden in list(root.iter(f"{W}webHidden")):  # on screens only, says Word; everywhere, says LibreOffice
            remove(hidden)
        for control in list(root.iter(f"{W}sdt")):
            if control.find(f"{W}sdtPr/{W}docPartObj") is not None:
                content = control.find(f"{W}sdtContent")
                inner = [] if content is None else list(content)
                for child in inner:
                    control.addprevious(child)
                remove(control)


def characters(word: WordFile) -> str:
    """Every character that may stand on a page; LibreOffice draws boxes for those that are not among them."""
    drawn = any(name.lower().endswith((".emf", ".wmf")) for name in word.parts)
    out = set(_ALWAYS + _IN_DRAWINGS * drawn)
    for part in [n for n in word.trees if n.startswith("word/")]:
        for element in word.xml(part).iter(f"{W}t", f"{W}lvlText"):
            out.update(element.text or "")
            out.update(element.get(f"{W}val") or "")
        out |= drawn_characters(word.xml(part))
    return "".join(sorted(out))


def _cuts(profile: LanguageProfile, fonts: FontSet, text: str) -> list[bytes]:
    """TrueType files of the characters of a text: LibreOffice loses the weight of variable fonts."""
    from fontTools.ttLib import TTFont

    upright = profile.typesetting.emphasis != "italic"
    made = web_fonts(
        profile, fonts, text, bold=text, italic="" if upright else text, bold_italic="" if upright else text
    )
    out = []
    for font in made:
        with TTFont(io.BytesIO(font.data), recalcTimestamp=False) as file:
            file.flavor = None
            bold, italic = font.weight > 500, font.style == "italic"
            style = " ".join(w for w, on in (("Bold", bold), ("Italic", italic)) if on) or "Regular"
            full = f"{font.family} {style}"
            for name, value in (
                (1, font.family),
                (2, style),
                (4, full),
                (6, f"{font.family}-{style}".replace(" ", "")),
                (3, full),
            ):
                file["name"].setName(value, name, 3, 1, 0x409)
            for name in (16, 17, 21, 22, 25):
                file["name"].removeNames(nameID=name)
            file["OS/2"].usWeightClass = font.weight
            file["OS/2"].fsSelection = (file["OS/2"].fsSelection & ~0b1100001) | (
                bold << 5 | italic | (0 if bold or italic else 1 << 6)
            )
            file["head"].macStyle = bold | italic << 1
            if "STAT" in file:
                del file["STAT"]
            data = io.BytesIO()
            file.save(data, reorderTables=False)
            out.append(data.getvalue())
    return out


def _steady(data: bytes, edition: Edition, profile: LanguageProfile, imprint: Imprint) -> bytes:
    """The same PDF without what differs from one run to the next: its dates and identifiers are the edition's."""
    import pikepdf

    moment = edition.approved_at if isinstance(edition, ApprovedEdition) else None
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S+00:00") if moment else "2000-01-01T00:00:00+00:00"
    short = "D:" + re.sub(r"[-:T]", "", stamp[:19]) + "Z"
    try:
        pdf = pikepdf.open(io.BytesIO(data))
    except pikepdf.PdfError as error:
        raise RenderError(
            "LibreOffice made a PDF that cannot be read.", remedy="Install a newer LibreOffice."
        ) from error
    with pdf:
        pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = short
        pdf.docinfo["/Title"] = title_of(edition)
        pdf.docinfo["/Creator"] = imprint.program
        pdf.Root.Lang = pikepdf.String(profile.tag)
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["xmp:CreateDate"] = metadata["xmp:ModifyDate"] = stamp
            metadata["dc:title"] = title_of(edition)
            metadata["dc:language"] = [profile.tag]
            metadata["xmp:CreatorTool"] = imprint.program
            for key in [k for k in metadata if k.endswith(("}MetadataDate", "}DocumentID", "}InstanceID"))]:
                del metadata[key]
        for key in ("/DocChecksum", "/ID"):
            if key in pdf.trailer:
                del pdf.trailer[key]
        for each in pdf.objects:
            if isinstance(each, pikepdf.Stream) and "/N" in each and (profile_ := each.read_bytes())[36:40] == b"acsp":
                each.write(profile_[:24] + bytes(12) + profile_[36:])  # ICC.1: date and time of creation
        numbered = io.BytesIO()
        pdf.save(numbered, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(numbered) as pdf:  # its objects come in the order of the document now, not in that of a hash
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


__all__ = ["characters", "freeze", "render_source_pdf"]
