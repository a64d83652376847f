"""Editions become files: DOCX and PDF, from one template, in every script."""

from __future__ import annotations

from pubpipe.renderers.base import Imprint, Renderer
from pubpipe.renderers.docx import render_docx
from pubpipe.renderers.fonts import FontSet, find_fonts
from pubpipe.renderers.pdf import render_pdf
from pubpipe.renderers.registry import RENDERERS
from pubpipe.renderers.template import Template, load_template

__all__ = [
    "RENDERERS",
    "FontSet",
    "Imprint",
    "Renderer",
    "Template",
    "find_fonts",
    "load_template",
    "render_docx",
    "render_pdf",
]
