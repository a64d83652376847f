"""The pages lead where they say: no broken link, no page that nobody finds, no test that is only claimed."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def _links(page: Path) -> list[Path]:
    words = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = (a or b for a, b in _LINK.findall(words))
    return [(page.parent / link.partition("#")[0]).resolve() for link in found if not re.match(r"https?:|#", link)]


def test_every_link_leads_to_a_file() -> None:
    assert [(page.name, str(to)) for page in PAGES for to in _links(page) if not to.exists()] == []


def test_every_page_is_found_from_the_first_one() -> None:
    seen, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in seen:
            seen.add(page)
            ahead += [to for to in _links(page) if to.suffix == ".md" and to.is_file()]
    tables = ROOT / "docs" / "how-to" / "indonesian"  # cases, which are found with their folder
    assert [str(p) for p in PAGES if p not in seen and not p.is_relative_to(tables)] == []


def test_every_test_that_a_page_names_exists() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    known = set(re.findall(r"def (test_\w+)", written)) | {path.stem for path in (ROOT / "tests").rglob("*.py")}
    named = {name for page in PAGES for name in re.findall(r"\btest_\w+", page.read_text(encoding="utf-8"))}
    assert len(named) > 50
    assert sorted(named - known) == []
