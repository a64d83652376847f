"""The images of a document, checked and brought to a form that a page can carry."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Literal

from pubpipe.errors import RenderError
from pubpipe.model import Resource, Value

_MOST_PIXELS = 400_000_000
"""Above this an image is refused: it is a decompression bomb or a mistake."""
_WIDEST = 2400
"""Pixels across; 160 mm at 300 dpi is 1,890, more is weight without use."""


class Picture(Value):
    name: str
    type: Literal["png", "jpeg", "gif", "svg"]
    data: bytes
    width: float
    """Natural size in millimetres."""
    height: float


@lru_cache(maxsize=16)
def picture(resource: Resource) -> Picture:
    """The image, ready for both formats: PNG and RGB JPEG as they are, anything else converted to PNG.

    CMYK turns to RGB, an image wider than a page needs is scaled down. RenderError names an image that is
    corrupt, too large, or of a type that no renderer can read (EMF, WMF). Each image is converted once for all
    languages and formats.
    """
    if is_svg(resource.data):
        width, height = _svg_size(resource)
        return Picture(name=resource.name, type="svg", data=resource.data, width=width, height=height)
    return _raster(resource)


def _raster(resource: Resource) -> Picture:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(resource.data)) as image:
            image.verify()  # reads every chunk's check sum; the image has to be opened again after it
        with Image.open(io.BytesIO(resource.data)) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise RenderError(
                    f"image {resource.name} has {image.width} x {image.height} pixels.",
                    remedy="Scale it down in the source document.",
                )
            image.load()
            dpi = _dpi(image.info.get("dpi"))
            width, height = image.width / dpi * 25.4, image.height / dpi * 25.4
            plain = image.format in ("PNG", "JPEG") and image.mode in ("1", "L", "LA", "P", "RGB", "RGBA")
            turned = (image.getexif().get(0x0112) or 1) != 1
            if plain and image.width <= _WIDEST and not turned:
                kind: Literal["png", "jpeg"] = "png" if image.format == "PNG" else "jpeg"
                return Picture(name=resource.name, type=kind, data=resource.data, width=width, height=height)
            return _converted(resource.name, image, width, height)
    except RenderError:
        raise
    except UnidentifiedImageError as error:
        raise RenderError(
            f"image {resource.name} is of a type that cannot be printed, or is no image.",
            remedy="Replace it in the source document by PNG, JPEG or SVG.",
        ) from error
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise RenderError(
            f"image {resource.name} is corrupt or too large to be read.",
            remedy="Save it again as PNG or JPEG and replace it in the source document.",
        ) from error


def _converted(name: str, image: object, width: float, height: float) -> Picture:
    from PIL import Image, ImageOps

    assert isinstance(image, Image.Image)
    upright = ImageOps.exif_transpose(image)
    if upright.size != image.size:
        width, height = height, width
    transparent = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    upright = upright.convert("RGBA" if transparent else "RGB")
    if upright.width > _WIDEST:
        upright = upright.resize((_WIDEST, max(1, round(upright.height * _WIDEST / upright.width))))
    out = io.BytesIO()
    if image.format == "JPEG":
        upright.save(out, "JPEG", quality=90)
        return Picture(name=name, type="jpeg", data=out.getvalue(), width=width, height=height)
    upright.save(out, "PNG", optimize=False)
    return Picture(name=name, type="png", data=out.getvalue(), width=width, height=height)


def _dpi(value: object) -> float:
    """Dots per inch; 150 where the file says nothing or something that no printer has."""
    if isinstance(value, tuple) and value:
        try:
            dpi = float(value[0])
        except (TypeError, ValueError):
            return 150.0
        if 50 <= dpi <= 2400:
            return max(dpi, 96.0)
    return 150.0


def is_svg(data: bytes) -> bool:
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and b"<svg" in data[:4000]


def _svg_size(resource: Resource) -> tuple[float, float]:
    """Millimetres of an SVG's width and height or view box."""
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(resource.data)
    except Exception as error:  # defusedxml raises several unrelated types
        raise RenderError(
            f"image {resource.name} is not valid SVG.", remedy="Save it again in the source document."
        ) from error
    sizes = [_length(root.get(name)) for name in ("width", "height")]
    box = [float(v) for v in (root.get("viewBox") or "").replace(",", " ").split() if _number(v)]
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        sizes = [s or b * 25.4 / 96 for s, b in zip(sizes, box[2:], strict=True)]
    width, height = (s or 100.0 for s in sizes)
    return width, height


def _length(value: str | None) -> float | None:
    units = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72, "px": 25.4 / 96, "": 25.4 / 96}
    for unit, factor in units.items():
        if value and value.endswith(unit) and _number(value[: len(value) - len(unit)]):
            return float(value[: len(value) - len(unit)]) * factor or None
    return None


def _number(text: str) -> bool:
    try:
        return float(text) >= 0 or True
    except ValueError:
        return False
