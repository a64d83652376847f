"""Images: what a page can carry, or a clear word about which image it cannot."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from pubpipe.errors import RenderError
from pubpipe.model import Resource
from pubpipe.renderers.pictures import picture


def saved(mode: str, kind: str, size: tuple[int, int] = (60, 40), **options: object) -> Resource:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return Resource(name=f"image.{kind.lower()}", data=out.getvalue())


def test_a_plain_png_travels_as_it_is() -> None:
    resource = saved("RGB", "PNG")
    assert picture(resource).data == resource.data


@pytest.mark.parametrize(
    ("mode", "kind", "becomes"),
    [
        ("CMYK", "JPEG", "jpeg"),
        ("P", "GIF", "png"),
        ("RGB", "WEBP", "png"),
        ("I;16", "PNG", "png"),
        ("RGB", "TIFF", "png"),
    ],
)
def test_other_forms_are_converted(mode: str, kind: str, becomes: str) -> None:
    made = picture(saved(mode, kind))
    with Image.open(io.BytesIO(made.data)) as image:
        assert (made.type, image.mode in ("RGB", "RGBA")) == (becomes, True)


def test_an_image_larger_than_print_needs_is_scaled_down() -> None:
    with Image.open(io.BytesIO(picture(saved("RGB", "JPEG", (5000, 500))).data)) as image:
        assert image.size == (2400, 240)


def test_a_photograph_lying_on_its_side_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = picture(saved("RGB", "JPEG", (60, 40), exif=exif))
    assert made.height > made.width


def test_the_size_of_an_svg_is_read() -> None:
    data = b'<svg xmlns="http://www.w3.org/2000/svg" width="50mm" viewBox="0 0 100 50"/>'
    made = picture(Resource(name="a.svg", data=data))
    assert (made.type, round(made.width)) == ("svg", 50)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (saved("RGB", "PNG").data[:60], "corrupt"),
        (b"\x01\x00\x00\x00 an enhanced metafile", "type that cannot be printed"),
        (b"", "type that cannot be printed"),
        (b"<svg", "not valid SVG"),
        (b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/hosts">]><svg>&x;</svg>', "not valid SVG"),
    ],
)
def test_an_unreadable_image_is_named(data: bytes, says: str) -> None:
    with pytest.raises(RenderError, match=f"image chart.*{says}"):
        picture(Resource(name="chart", data=data))
