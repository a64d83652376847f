"""What the pages of our own load: style sheet, script, fonts; small, compressed, and kept by the browser for good."""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pubpipe.errors import PubpipeError
from pubpipe.identity import digest, digest_bytes, short
from pubpipe.languages import LanguageProfile
from pubpipe.renderers import FontSet

STYLE_PATH = "/pubpipe/review.css"
SCRIPT_PATH = "/pubpipe/review.js"
ICON_PATH = "/pubpipe/review.svg"
FONTS_PATH = "/pubpipe/web-fonts"
FILES = (STYLE_PATH, SCRIPT_PATH, ICON_PATH)
FOR_GOOD = (b"cache-control", b"public, max-age=31536000, immutable")
"""For addresses that change with what they lead to. What lies there is the same for everybody."""
_KINDS = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".woff2": b"font/woff2",
}
_FONT_NAME = re.compile(r"[a-z0-9-]{1,60}(\.[a-z0-9]{1,20}){1,3}\.(woff2|css)")
_SMALL_SCRIPT = 1000
"""Code points of a range up to which a font has all its letters and marks, so that what a reviewer types is in it and
every page of the language shares one file. Of larger ones (Han) it has what stands on the page."""
_COMPRESSED_FROM = 600


@dataclass(frozen=True)
class Reply:
    """An answer to a browser."""

    status: int
    body: bytes = b""
    kind: bytes = b"text/plain; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())


def asset(path: str) -> Reply | None:
    """The style sheet, the script or the icon, None for another address."""
    if path not in FILES:
        return None
    name = path.rsplit("/", 1)[-1]
    return Reply(200, _read(name), _KINDS[Path(name).suffix], (FOR_GOOD,))


def address(path: str) -> str:
    """The address of one of `FILES`, with what makes it another one when the file changes."""
    return f"{path}?v={short(digest_bytes(_read(path.rsplit('/', 1)[-1])))}"


@lru_cache
def _read(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


def font_file(folder: Path, path: str) -> Reply | None:
    """A font or the style sheet that names it, out of `folder`; None where there is no such file."""
    name = path.removeprefix(f"{FONTS_PATH}/")
    if not _FONT_NAME.fullmatch(name):
        return None
    try:
        return Reply(200, (folder / name).read_bytes(), _KINDS[f".{name.rsplit('.', 1)[1]}"], (FOR_GOOD,))
    except OSError:
        return None


def fonts_for(folder: Path, profile: LanguageProfile, fonts: FontSet, texts: Iterable[str]) -> str:
    """The address of the style sheet that gives a page the letters of its language; empty where that fails.

    The files lie in `folder` (derived, can be deleted). Latin letters are left to the reader's own machine, unless they
    are the language's.
    """
    from pubpipe.renderers.web_fonts import font_stack, web_fonts, web_fonts_css

    used = {character for text in texts for character in text}
    wanted = {chr(c) for c in _alphabet(profile)} | {c for c in used if _within(ord(c), profile)}
    characters = "".join(sorted(c for c in wanted if ord(c) in fonts.covers(profile.fonts[:1])))
    key = short(digest("web fonts", 2, profile.fingerprint, fonts.fingerprint, characters))
    name = f"{profile.tag.lower()}.{key}.css"
    try:
        if not (folder / name).is_file():
            files = [f for f in web_fonts(profile, fonts, " ".join(characters)) if f.family == profile.fonts[0]]
            folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                _write(folder / file.file_name, file.data)
            css = web_fonts_css(files, lambda file: f"{FONTS_PATH}/{file.file_name}")
            _write(folder / name, f"{css}.t{{font-family:{font_stack(profile, files)}}}\n".encode())
    except (PubpipeError, OSError):
        return ""  # the reader's own fonts will have to do
    return f"{FONTS_PATH}/{name}"


def _alphabet(profile: LanguageProfile) -> Iterable[int]:
    for first, last in profile.script_ranges:
        if last - first < _SMALL_SCRIPT:
            # not what is no text of ours: duplicates that NFC takes away (Han), and half-width forms
            yield from (
                code
                for code in range(first, last + 1)
                if unicodedata.is_normalized("NFC", chr(code))
                and not unicodedata.decomposition(chr(code)).startswith("<narrow>")
            )


def _within(code: int, profile: LanguageProfile) -> bool:
    return any(first <= code <= last for first, last in profile.script_ranges)


def _write(path: Path, data: bytes) -> None:
    from pubpipe.pipeline.workspace import write_atomically

    write_atomically(path, data)


def fitted(reply: Reply, headers: Mapping[str, str]) -> Reply:
    """The same reply as it goes over the wire: 304 where the browser has it, compressed where that helps."""
    if reply.status != 200:
        return _compressed(reply, headers)
    tag = f'W/"{short(digest_bytes(reply.body))}"'.encode()
    tagged = Reply(200, reply.body, reply.kind, (*reply.headers, (b"etag", tag)))
    if tag.decode() in [t.strip() for t in headers.get("if-none-match", "").split(",")]:
        return Reply(304, b"", reply.kind, tagged.headers)
    return _compressed(tagged, headers)


def _compressed(reply: Reply, headers: Mapping[str, str]) -> Reply:
    if len(reply.body) < _COMPRESSED_FROM or not reply.kind.startswith((b"text/", b"application/json")):
        return reply
    accepted = {part.split(";")[0].strip() for part in headers.get("accept-encoding", "").split(",")}
    name = next((n for n in ("br", "gzip") if n in accepted), "")
    if not name:
        return reply
    body = _pressed(reply.body, name)
    more = ((b"content-encoding", name.encode()), (b"vary", b"accept-encoding"))
    return Reply(reply.status, body, reply.kind, (*reply.headers, *more))


@lru_cache(maxsize=16)
def _pressed(body: bytes, name: str) -> bytes:
    if name == "gzip":
        return gzip.compress(body, 6, mtime=0)
    import brotli  # type: ignore[import-untyped]

    return bytes(brotli.compress(body, quality=5))
