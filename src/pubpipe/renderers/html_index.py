"""The pages that lead to the publications: one for a publication in all its languages, one for all publications."""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from pubpipe.identity import digest_bytes
from pubpipe.languages import SOURCE
from pubpipe.model import LanguageTag, Value
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.html import MEDIA_TYPES, PageLink, native_names
from pubpipe.renderers.html_style import style_sheet
from pubpipe.renderers.template import Design
from pubpipe.renderers.web_fonts import font_stack, web_fonts, web_fonts_css


class PublishedFile(Value):
    format: str
    href: str
    size: int
    """Bytes."""


class PublishedEdition(Value):
    """One language of a publication, as far as it is out."""

    language: LanguageTag
    title: str
    date: dt.date | None = None
    day: str = ""
    """The date in words of the language."""
    files: tuple[PublishedFile, ...]


class ListedPublication(Value):
    """A publication in the list of all."""

    title: str
    href: str
    languages: tuple[PageLink, ...]


def render_index(
    title: str,
    publisher: str,
    editions: Iterable[PublishedEdition],
    design: Design,
    fonts: FontSet,
    *,
    address: str = "",
) -> bytes:
    """The page of a publication: each language by its own name, the title in it, the files with their sizes.

    `address` is the folder of the page on the web; without it the links to other languages (`hreflang`) are relative.
    Same input, same bytes.
    """
    from urllib.parse import urljoin

    editions = _ordered(editions)
    words = [title, publisher, _ASIDE]
    bold = [title]
    alternates = []
    items = []
    for edition in editions:
        name = native_names().get(edition.language, edition.language)
        words += [edition.title, edition.day, name]
        bold.append(name)
        page = next((f for f in edition.files if f.format == "html"), None)
        heading = escape(edition.title)
        if page:
            heading = f'<a href="{_href(page.href)}" hreflang="{edition.language}">{heading}</a>'
            alternates.append((edition.language, urljoin(address, _href(page.href))))
        files = "".join(
            f'<li><a href="{_href(f.href)}" hreflang="{edition.language}" type="{MEDIA_TYPES[f.format]}">'
            f"{f.format.upper()}</a> <small>{_size(f.size)}</small></li>"
            for f in sorted(edition.files, key=lambda f: _ORDER.get(f.format, 9))
            if f.format in MEDIA_TYPES
        )
        day = (
            f'<p class="byline"><time datetime="{edition.date}">{escape(edition.day)}</time></p>\n'
            if edition.date
            else ""
        )
        items.append(
            f'<li lang="{edition.language}"><h2>{escape(name)}</h2>\n<p class="subtitle">{heading}</p>\n{day}'
            f'<ul class="files">{files}</ul></li>\n'
        )
    head = "".join(f'<link rel="alternate" hreflang="{tag}" href="{href}">\n' for tag, href in alternates)
    head += f'<link rel="alternate" hreflang="x-default" href="{urljoin(address, "index.html")}">\n'
    body = f'<ul class="editions">\n{"".join(items)}</ul>\n'
    return _page(title, publisher, head, body, " ".join(words), "".join(bold), design, fonts)


def render_listing(title: str, publications: Iterable[ListedPublication], design: Design, fonts: FontSet) -> bytes:
    """The page of a workspace: each publication that has a web page, by title, and the languages that it is out in."""
    names = native_names()
    items, words = [], [title, _ASIDE]
    for publication in publications:
        languages = sorted(publication.languages, key=lambda link: _place(link.language))
        choice = "".join(
            f'<li><a href="{_href(x.href)}" hreflang="{x.language}" lang="{x.language}">'
            f"{escape(names.get(x.language, x.language))}</a></li>"
            for x in languages
        )
        words += [publication.title, *(names.get(x.language, x.language) for x in languages)]
        items.append(
            f'<li><h2><a href="{_href(publication.href)}">{escape(publication.title)}</a></h2>\n'
            f'<ul class="files">{choice}</ul></li>\n'
        )
    body = f'<ul class="editions">\n{"".join(items)}</ul>\n'
    return _page(title, "", "", body, " ".join(words), "".join(words), design, fonts)


_ORDER = {"html": 0, "pdf": 1, "docx": 2}
"""What most readers open comes first."""
_ASIDE = "0123456789 kMB.DOCXPFHTMLSRV"
_MORE = """.editions,.files{list-style:none;padding:0}.editions>li{border-top:1px solid var(--rule);padding:0 0 .6rem}
.editions h2{margin:.8em 0 .1em;line-height:1.5}.editions p{margin:0 0 .3em}
.files{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;margin:0}.files a{display:inline-block;padding:.3rem 0}
small{color:var(--soft)}
"""


def _page(
    title: str, publisher: str, links: str, body: str, words: str, bold: str, design: Design, fonts: FontSet
) -> bytes:
    files = web_fonts(SOURCE, fonts, words, bold=bold)
    style = web_fonts_css(files) + style_sheet(design, SOURCE, font_stack(SOURCE, files)) + _MORE
    hashed = base64.b64encode(bytes.fromhex(digest_bytes(style.encode()))).decode()
    house = f'<p class="publisher">{escape(publisher)}</p>\n' if publisher else ""
    return (
        f'<!doctype html>\n<html lang="{SOURCE.tag}" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hashed}'; "
        "font-src data:; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}{escape(f' — {publisher}' if publisher else '')}</title>\n{links}"
        f'<style>{style}</style>\n</head>\n<body>\n<header class="page">{house}</header>\n'
        f'<main id="text">\n<h1>{escape(title)}</h1>\n{body}</main>\n</body>\n</html>\n'
    ).encode()


def _ordered(editions: Iterable[PublishedEdition]) -> tuple[PublishedEdition, ...]:
    return tuple(sorted(editions, key=lambda edition: _place(edition.language)))


def _place(language: str) -> tuple[int, str]:
    """Languages in the order of all lists, others after them."""
    known = list(native_names())
    return (known.index(language) if language in known else len(known), language)


def _size(size: int) -> str:
    """A file's size in words, kilobytes below one megabyte."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"


def _href(path: str) -> str:
    return escape(quote(re.sub(r"^(?=[^/]*:)", "./", path)))


__all__ = ["ListedPublication", "PublishedEdition", "PublishedFile", "render_index", "render_listing"]
