"""A publication's report as one HTML page: nothing from elsewhere, no script, tables with captions and heads."""

from __future__ import annotations

from html import escape

from pubpipe.model.report import PublicationReport
from pubpipe.renderers.report_matter import Grid, Part, heading, matter
from pubpipe.renderers.runs import clean

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Noto Sans", sans-serif; color: #1c2430; background: #fff; max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; } h1, h2, caption { color: #1f3a5f; }
h2 { margin-top: 2.5rem; border-top: 1px solid #c9d2de; padding-top: 1rem; }
.scroll { overflow-x: auto; margin-top: 1.2rem; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border: 1px solid #b9c4d2; padding: .3rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
thead th { background: #e7ecf3; } tbody th { font-weight: 400; } .n { text-align: right; white-space: nowrap; }
.sum th, .sum td { font-weight: 600; }
.broken { border: 3px solid #a4001d; padding: .6rem; font-weight: 600; }
@media print { body { font-size: 10pt; margin: 0; } tr { page-break-inside: avoid; } }
""".strip()


def report_html(report: PublicationReport) -> bytes:
    """The bytes of the page; the same report gives the same bytes."""
    title = _e(heading(report))
    body = "\n".join(_part(part, warned=bool(report.broken) and not part.title) for part in matter(report))
    page = (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="{_e(report.program)}">\n<title>{title}</title>\n'
        f"<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
    return page.encode("utf-8")


def _part(part: Part, *, warned: bool) -> str:
    lines = [f"<h2>{_e(part.title)}</h2>"] if part.title else []
    for place, line in enumerate(part.lines):
        mark = ' class="broken" role="alert"' if warned and place == 0 else ""
        lines.append(f"<p{mark}>{_e(line)}</p>")
    if part.listed:
        lines.append("<ul>" + "".join(f"<li>{_e(line)}</li>" for line in part.listed) + "</ul>")
    lines += [_grid(grid) for grid in part.grids]
    inner = "\n".join(lines)
    return f"<section>\n{inner}\n</section>"


def _grid(grid: Grid) -> str:
    head = "".join(
        f'<th scope="col"{_number(column in grid.figures)}>{_e(title)}</th>' for column, title in enumerate(grid.head)
    )
    rows = []
    for place, cells in enumerate(grid.rows):
        first = f'<th scope="row">{_e(cells[0])}</th>'
        rest = "".join(
            f"<td{_number(column in grid.figures)}>{_e(text)}</td>" for column, text in enumerate(cells[1:], 1)
        )
        last = ' class="sum"' if grid.last_is_sum and place == len(grid.rows) - 1 else ""
        rows.append(f"<tr{last}>{first}{rest}</tr>")
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{_e(grid.caption)}">'
        f"<table><caption>{_e(grid.caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>{''.join(rows)}</tbody></table></div>\n"
    )


def _number(is_number: bool) -> str:
    return ' class="n"' if is_number else ""


def _e(text: str) -> str:
    return escape(clean(text), quote=True)
