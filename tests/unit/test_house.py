"""The house's rules that no type checker sees."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from pubpipe.languages import SOURCE, TARGETS

SOURCES = Path(__file__).parents[2] / "src" / "pubpipe"
TAGS = {*TARGETS, SOURCE.tag}


def test_language_tags_stand_in_languages_and_nowhere_else() -> None:
    found = []
    for path in SOURCES.rglob("*.py"):
        if path.parent.name == "languages":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in TAGS:
                found.append(f"{path.relative_to(SOURCES)}:{node.lineno}: {node.value!r}")
    # the source language of a document is a default of the model, below languages/
    allowed = [f for f in found if f.startswith("model/document.py") and f.endswith(repr(SOURCE.tag))]
    assert [f for f in found if f not in allowed] == []


def test_hashes_are_made_in_identity_and_nowhere_else() -> None:
    found = [
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if "hashlib" in path.read_text(encoding="utf-8") and path.name != "identity.py"
    ]
    assert found == []


def test_what_begins_with_an_underscore_is_used_by_its_own_module_alone() -> None:
    found = []
    for path in SOURCES.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        taken: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pubpipe"):
                names = {alias.name for alias in node.names}
                found += [f"{path.relative_to(SOURCES)}: {node.module}.{n}" for n in names if _is_private(n)]
                taken |= {name for name in names if _is_module(node.module or "", name)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in taken:
                found += [f"{path.relative_to(SOURCES)}: {node.value.id}.{node.attr}"] if _is_private(node.attr) else []
    assert found == []


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _is_module(package: str, name: str) -> bool:
    return SOURCES.parent.joinpath(*package.split("."), f"{name}.py").is_file()


def test_the_command_line_starts_without_prefect_and_without_the_engines() -> None:
    code = (
        "import sys; from pubpipe.cli.app import app; "
        "print([m for m in ('prefect', 'sqlalchemy', 'deep_translator', 'docx', 'typst', 'icu4py') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_command_that_is_named_is_loaded_alone() -> None:
    code = (
        "import sys; from pubpipe.cli.app import command_line; command_line('status'); "
        "print(sorted(m for m in sys.modules if m in ('pubpipe.cli.status', 'pubpipe.cli.review')))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "['pubpipe.cli.status']"
