from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import pytest

from pubpipe import cli, exchange
from pubpipe.exchange.lines import content_of, unit

GOOD = ("Employers must not keep 12 passports.", "Chủ sử dụng lao động không được giữ 12 hộ chiếu.")
WRONG = ("Employers must not keep 12 passports.", "Chủ sử dụng lao động phải giữ 13 hộ chiếu.")
XLIFF = """<?xml version="1.0" encoding="UTF-8"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2">
<file original="a" source-language="en" target-language="vi" datatype="plaintext"><body>
<trans-unit id="1"><source>{}</source><target>{}</target></trans-unit>
</body></file></xliff>
"""


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["pubpipe", "check", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def written(folder: Path, suffix: str, pair: tuple[str, str]) -> Path:
    path = folder / f"pairs{suffix}"
    source, target = pair
    if suffix == ".jsonl":
        path.write_text(json.dumps({"source": source, "target": target}) + "\n", encoding="utf-8")
    elif suffix == ".tsv":
        path.write_text(f"source\tvi\n{source}\t{target}\n", encoding="utf-16")
    elif suffix == ".tmx":
        at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        units = [unit(source=content_of(source), target=content_of(target), language="vi", at=at)]
        with path.open("wb") as stream:
            exchange.write(stream, units, "tmx")
    else:
        path.write_text(XLIFF.format(source, target), encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", [".jsonl", ".tsv", ".tmx", ".xlf"])
def test_every_bilingual_format_is_checked_and_the_exit_code_says_whether_an_error_stands(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, written(tmp_path, suffix, GOOD), "--language", "vi") == 0
    assert capsys.readouterr().out == ""
    assert run(monkeypatch, written(tmp_path, suffix, WRONG), "--language", "vi") == 1
    said = capsys.readouterr()
    assert f"pairs{suffix}:" in said.out
    assert "error numbers: “12” is “13” in the translation." in said.out
    assert "warning negation: “not”" in said.out
    assert "1 pair in Vietnamese: 1 error" in said.err


def test_a_missing_translation_and_a_foreign_tag_are_findings_and_other_languages_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"source": "Workers rest."}\n\n'
        '{"source": "Workers rest.", "target": "x", "lang": "ja"}\n'
        '{"source": "Workers rest.", "target": "Người lao động <3>nghỉ.", "lang": "vi-VN"}\n',
        encoding="utf-8",
    )
    assert run(monkeypatch, path, "-l", "vi", "--json") == 1
    said = capsys.readouterr()
    found = [json.loads(line) for line in said.out.splitlines()]
    assert [(f["place"], f["check"], f["severity"]) for f in found] == [("1", "empty", "error"), ("4", "tags", "error")]
    assert "2 pairs" in said.err


def test_terms_are_checked_with_a_glossary_and_repeated_english_within_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("id,source,vi,vi_forbidden\nmw,migrant worker,lao động di cư,lao động chui\n", encoding="utf-8")
    path = tmp_path / "a.tsv"
    path.write_text("Migrant workers\tLao động chui\nMigrant workers\tLao động di cư\n", encoding="utf-8")
    assert run(monkeypatch, path, "-l", "vi", "-g", table) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[2].rstrip(":") for line in lines] == ["terms", "terms.forbidden", "consistency"]


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("a.jsonl", "{\n", 4, "line 1: this is not JSON"),
        ("a.jsonl", '{"source": "a", "target": 3}\n', 4, "line 1: 'target' is no text"),
        ("a.tsv", "source\tja\na\tb\n", 4, "no column is headed “vi”"),
        ("a.tsv", "a\tb\tc\n", 4, "the first line must name the columns"),
        ("a.docx", "", 3, "no bilingual format"),
        ("a.jsonl", "", 3, "holds no pair"),
        ("missing/a.tsv", None, 3, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_clear_error(
    name: str,
    text: str | None,
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert run(monkeypatch, tmp_path / name, "-l", "vi") == code
    assert words in capsys.readouterr().err
