"""Readers of other packages are found by extension, and what goes wrong in them is said."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from pubpipe.errors import ConfigError, SourceError
from pubpipe.model import Table, plain
from pubpipe.readers import ENTRY_POINTS, READERS, read

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-reader.md"


def install(folder: Path, module: str, code: str, entry_points: dict[str, str]) -> None:
    """A package as an installer leaves it: the module and its metadata."""
    (folder / f"{module}.py").write_text(code, encoding="utf-8")
    information = folder / f"{module}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    lines = [f"{name} = {value}" for name, value in entry_points.items()]
    (information / "entry_points.txt").write_text("\n".join([f"[{ENTRY_POINTS}]", *lines, ""]))


def test_the_reader_of_the_guide_works_as_it_stands_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = GUIDE.read_text("utf-8")
    code = re.search(r"```python\n(.*?)```", guide, re.DOTALL)
    toml = re.search(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert code
    assert toml
    points = tomllib.loads(toml[1])["project"]["entry-points"][ENTRY_POINTS]
    install(tmp_path, points["rst"], code[1], points)
    monkeypatch.syspath_prepend(str(tmp_path))
    source = (
        "Living together\n===============\n\nThe **law** protects workers.\n\n"
        ".. table:: Table 1. Wages\n\n   ===  ===\n   a    b\n   ===  ===\n   1    2\n   ===  ===\n"
    )
    document = read(Path("summary.rst"), source.encode())
    assert document.reader == "rst/1"
    assert [plain(u.content) for u in document.units()][:2] == ["Living together", "The law protects workers."]
    [table] = [b for b in document.blocks if isinstance(b, Table)]
    assert table.caption is not None
    assert plain(table.caption.content) == "Wages"
    with pytest.raises(SourceError, match=r"^summary\.rst: the text is not valid UTF-8"):
        read(Path("summary.rst"), b"Caf\xe9 workers")


@pytest.mark.parametrize(
    ("module", "code", "error", "said"),
    [
        ("broken_import", "import nothing_of_that_name", ConfigError, "cannot be loaded"),
        ("without_read", "NAME = 'x/1'", ConfigError, "has no NAME"),
        ("raises", "NAME='x/1'; EXTENSIONS=('.x',)\ndef read(data, folder): return data[9**9]", SourceError, "failed"),
        (
            "gives_text",
            "NAME='x/1'; EXTENSIONS=('.x',)\ndef read(data, folder): return 'x'",
            SourceError,
            "no document",
        ),
    ],
)
def test_a_bad_reader_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    code: str,
    error: type[Exception],
    said: str,
) -> None:
    install(tmp_path, module, code, {"x": module})
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(error, match=said):
        read(Path("summary.x"), b"Fees are illegal.")


def test_a_reader_of_ours_cannot_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "other_markdown", "raise RuntimeError", {"md": "other_markdown"})
    monkeypatch.syspath_prepend(str(tmp_path))
    assert read(Path("a.md"), b"Fees are illegal.").reader == READERS[".md"].NAME
