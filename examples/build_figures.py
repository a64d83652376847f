"""Draw the two charts of the example publication: numbers and lines only, so that they serve every language.

Run from a checkout: `python examples/build_figures.py`. The PNG files are committed; the text that belongs to
them (captions, alternative texts) is in `summary.md`, where it is translated.
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import typst

FOLDER = Path(__file__).parent / "mekong-migration"
BLUE, SAND, INK, GREY = "#1f5f8b", "#c98a2b", "#22313f", "#d5dbe0"
WIDTH, HEIGHT = 160.0, 78.0
"""Size of a chart in millimetres."""
LEFT, BOTTOM, TOP = 14.0, 12.0, 6.0


def _text(x: float, y: float, words: str, *, size: float = 9, color: str = INK, weight: str = "regular") -> str:
    styled = f'text(size: {size}pt, fill: rgb("{color}"), weight: "{weight}")[{words}]'
    return (
        f"#place(top + left, dx: {x:.2f}mm - 15mm, dy: {y:.2f}mm - 2.2mm, "
        f"box(width: 30mm, height: 4.4mm, align(center + horizon, {styled})))\n"
    )


def _line(x1: float, y1: float, x2: float, y2: float, *, color: str, stroke: str) -> str:
    return (
        f"#place(top + left, line(start: ({x1:.2f}mm, {y1:.2f}mm), end: ({x2:.2f}mm, {y2:.2f}mm), "
        f'stroke: (paint: rgb("{color}"), {stroke})))\n'
    )


def _grid(steps: range, *, suffix: str = "") -> tuple[str, float]:
    """The horizontal grid lines with their values, and millimetres a unit."""
    scale = (HEIGHT - BOTTOM - TOP) / steps[-1]
    parts = []
    for value in steps:
        y = HEIGHT - BOTTOM - value * scale
        parts.append(_line(LEFT, y, WIDTH, y, color=GREY, stroke="thickness: 0.5pt"))
        parts.append(_text(LEFT - 7, y, f"{value:,}{suffix}", size=8))
    return "".join(parts), scale


def bars(values: tuple[int, ...]) -> str:
    """Typst source of a bar chart; bars are numbered from 1, as the caption does."""
    source, scale = _grid(range(0, 5001, 1000))
    step = (WIDTH - LEFT) / len(values)
    for number, value in enumerate(values, 1):
        x = LEFT + step * (number - 0.5)
        height = value * scale
        y = HEIGHT - BOTTOM - height
        color = SAND if value == max(values) else BLUE
        source += (
            f"#place(top + left, dx: {x - 9:.2f}mm, dy: {y:.2f}mm, "
            f'rect(width: 18mm, height: {height:.2f}mm, fill: rgb("{color}")))\n'
        )
        source += _text(x, y - 3, f"{value:,}", weight="bold")
        source += _text(x, HEIGHT - BOTTOM + 5, f"({number})", size=10)
    return source


def lines(years: range, solid: tuple[int, ...], dashed: tuple[int, ...]) -> str:
    """Typst source of a line chart with one solid and one dashed line, in per cent."""
    source, scale = _grid(range(0, 81, 20), suffix="%")
    step = (WIDTH - LEFT) / len(years)
    places = [LEFT + step * (i + 0.5) for i in range(len(years))]
    for values, color, dash in ((solid, BLUE, "solid"), (dashed, SAND, "dashed")):
        points = [(x, HEIGHT - BOTTOM - v * scale) for x, v in zip(places, values, strict=True)]
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            source += _line(x1, y1, x2, y2, color=color, stroke=f'thickness: 2pt, dash: "{dash}"')
        for (x, y), value in zip(points, values, strict=True):
            source += (
                f"#place(top + left, dx: {x - 1.1:.2f}mm, dy: {y - 1.1:.2f}mm, "
                f'circle(radius: 1.1mm, fill: rgb("{color}")))\n'
            )
            source += _text(x, y - 4, f"{value}%", color=color, weight="bold")
    for x, year in zip(places, years, strict=True):
        source += _text(x, HEIGHT - BOTTOM + 5, str(year))
    return source


def draw(source: str, target: Path) -> None:
    """Write the chart as a PNG of 200 dots an inch."""
    page = (
        f"#set page(width: {WIDTH + 4}mm, height: {HEIGHT + 2}mm, margin: 2mm, fill: white)\n"
        f'#set text(font: ("Noto Sans", "DejaVu Sans"))\n'
    )
    with tempfile.TemporaryDirectory() as folder:
        main = Path(folder) / "chart.typ"
        main.write_text(page + source, encoding="utf-8")
        target.write_bytes(typst.compile(str(main), format="png", ppi=200.0))


if __name__ == "__main__":
    draw(bars((310, 430, 590, 4900)), FOLDER / "figure-1.png")
    draw(lines(range(2019, 2025), (38, 41, 45, 52, 58, 63), (21, 22, 25, 28, 31, 34)), FOLDER / "figure-2.png")
