"""Cases that a linguist edits: Markdown tables under a heading for each language, read into rows."""

from __future__ import annotations

import re
from pathlib import Path

CASES = Path(__file__).parent / "cases"


def rows(name: str, folder: Path = CASES) -> list[tuple[str, dict[str, str]]]:
    """(heading, cells by column name) of each row of each table in `cases/<name>.md` (or of another folder).

    A cell in backticks keeps its spaces; `\\|` is a bar, `\\uXXXX` the character of that number.
    """
    out: list[tuple[str, dict[str, str]]] = []
    heading, columns = "", []
    for line in (folder / f"{name}.md").read_text("utf-8").splitlines():
        if line.startswith("#"):
            heading, columns = line.lstrip("# ").strip(), []
        elif line.startswith("|"):
            cells = [_cell(c) for c in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
            if not columns:
                columns = cells
            elif not all(set(c) <= set("-: ") for c in cells):
                assert len(cells) == len(columns), line
                out.append((heading, dict(zip(columns, cells, strict=True))))
        elif not line.strip():
            columns = []
    return out


def _cell(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "`":
        text = text[1:-1]
    text = text.replace("\\|", "|").replace("\\n", "\n")
    return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m[1], 16)), text)
