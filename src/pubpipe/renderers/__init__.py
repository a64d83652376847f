"""Editions become files: DOCX and PDF, from one template, in every script."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pubpipe.renderers.base import Imprint, Original, Renderer
    from pubpipe.renderers.docx import render_docx
    from pubpipe.renderers.font_embedding import embed_fonts
    from pubpipe.renderers.fonts import FontSet, find_fonts, font_state
    from pubpipe.renderers.inspect_html import inspect_html, inspect_index
    from pubpipe.renderers.inspecting import inspect_file
    from pubpipe.renderers.inspection import compare_lengths, inspect_docx, inspect_pdf, page_count
    from pubpipe.renderers.pdf import render_pdf
    from pubpipe.renderers.registry import RENDERERS, renderer
    from pubpipe.renderers.template import Template, load_template
    from pubpipe.renderers.versions import KEPT, LIBRARIES, embedding_fingerprint, fingerprint, source_fingerprint

_HOMES = {
    "Imprint": "base",
    "Original": "base",
    "Renderer": "base",
    "render_docx": "docx",
    "embed_fonts": "font_embedding",
    "FontSet": "fonts",
    "find_fonts": "fonts",
    "font_state": "fonts",
    "render_pdf": "pdf",
    "RENDERERS": "registry",
    "renderer": "registry",
    "Template": "template",
    "load_template": "template",
    "KEPT": "versions",
    "LIBRARIES": "versions",
    "source_fingerprint": "versions",
    "embedding_fingerprint": "versions",
    "fingerprint": "versions",
    "compare_lengths": "inspection",
    "page_count": "inspection",
    "inspect_docx": "inspection",
    "inspect_pdf": "inspection",
    "inspect_html": "inspect_html",
    "inspect_index": "inspect_html",
    "inspect_file": "inspecting",
}


def __getattr__(name: str) -> object:
    """Load a part when it is first used: to see that nothing is stale, no page has to be set."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"pubpipe.renderers.{_HOMES[name]}"), name)


__all__ = [
    "KEPT",
    "LIBRARIES",
    "RENDERERS",
    "FontSet",
    "Imprint",
    "Original",
    "Renderer",
    "Template",
    "compare_lengths",
    "embed_fonts",
    "embedding_fingerprint",
    "find_fonts",
    "fingerprint",
    "font_state",
    "inspect_docx",
    "inspect_file",
    "inspect_html",
    "inspect_index",
    "inspect_pdf",
    "load_template",
    "page_count",
    "render_docx",
    "render_pdf",
    "renderer",
    "source_fingerprint",
]
