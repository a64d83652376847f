"""The command line end to end, without a server: every stage is the one that ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.commands import REVIEWER, SECOND, approve_everything, done, pubpipe, workspace

TWO = ("--languages", "km,ja")


@pytest.fixture
def ws(tmp_path: Path) -> Path:
    return workspace(tmp_path / "ws")


def files_of(ws: Path, publication: str = "rights") -> list[str]:
    folder = ws / "outputs" / publication
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_an_approved_publication_becomes_word_and_pdf_with_a_manifest(ws: Path) -> None:
    first = done(pubpipe("publish", "rights.md", *TWO, cwd=ws))
    assert "waits for review (language review" in first
    assert files_of(ws) == []
    approve_everything(ws, "rights")
    done(pubpipe("publish", "rights.md", cwd=ws))
    expected = {f"{tag}/rights.{tag}.{ext}" for tag in ("ja", "km") for ext in ("docx", "pdf")}
    assert expected | {"manifest.json", "ja/manifest.json", "km/manifest.json"} == set(files_of(ws))
    manifest = json.loads((ws / "outputs/rights/manifest.json").read_text(encoding="utf-8"))
    km = manifest["editions"]["km"]
    assert {a["stage"] for a in km["approvals"]} == {"language review", "sign-off"}
    assert {a["reviewer"] for a in km["approvals"]} == {REVIEWER}
    assert km["engines"]
    assert {f["format"] for f in km["files"]} == {"docx", "pdf"}


def test_publishing_again_with_nothing_changed_touches_no_file(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", *TWO, cwd=ws))
    approve_everything(ws, "rights")
    done(pubpipe("publish", "rights.md", cwd=ws))
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (ws / "outputs").rglob("*") if p.is_file()}
    assert done(pubpipe("publish", "rights.md", cwd=ws)).count("up to date") == 2
    assert done(pubpipe("rebuild", cwd=ws)).startswith("Nothing is stale.")
    assert before == {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (ws / "outputs").rglob("*") if p.is_file()}


def test_deleted_outputs_come_back_byte_for_byte(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", *TWO, cwd=ws))
    approve_everything(ws, "rights")
    done(pubpipe("publish", "rights.md", cwd=ws))
    paths = [ws / "outputs/rights" / f"{tag}/rights.{tag}.{ext}" for tag in ("km", "ja") for ext in ("docx", "pdf")]
    before = [p.read_bytes() for p in paths]
    for path in paths:
        path.unlink()
    assert "the file is missing" in done(pubpipe("plan", cwd=ws))
    done(pubpipe("rebuild", cwd=ws))
    assert [p.read_bytes() for p in paths] == before


def test_what_is_not_approved_is_not_rendered_but_can_be_previewed(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    refused = pubpipe("render", "rights", cwd=ws)
    assert refused.returncode == 6
    assert "language review" in refused.stderr
    assert files_of(ws) == []
    done(pubpipe("render", "rights", "--preview", cwd=ws))
    assert files_of(ws) == ["km/review/rights.km.preview.docx", "km/review/rights.km.preview.pdf"]


def test_a_changed_sentence_waits_for_a_person_and_the_others_stay_approved(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    approve_everything(ws, "rights")
    done(pubpipe("publish", "rights.md", cwd=ws))
    source = ws / "rights.md"
    source.write_text(source.read_text(encoding="utf-8").replace("1,204", "1,302"), encoding="utf-8")
    assert "source changed: 1 of" in done(pubpipe("plan", cwd=ws))
    done(pubpipe("publish", "rights.md", cwd=ws))
    request = json.loads(done(pubpipe("review", "show", "rights", "-l", "km", "--json", cwd=ws)))[0]
    asked = [i for i in request["items"] if i["attention"]]
    assert [("1,302" in i["source"]) for i in asked] == [True]
    assert "1,204" in asked[0]["previous_source"]


def test_a_correction_is_published_and_remembered(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    request = json.loads(done(pubpipe("review", "show", "rights", "-l", "km", "--json", cwd=ws)))[0]
    number = next(i["number"] for i in request["items"] if i["source"] == "Employers keep passports.")
    text = "និយោជករក្សាទុកលិខិតឆ្លងដែន។"
    done(
        pubpipe(
            "review", "approve", "rights", "-l", "km", "--yes", "--reviewer", REVIEWER, "--edit", f"{number}={text}",
            cwd=ws,
        )
    )  # fmt: skip
    second = ("review", "approve", "rights", "-l", "km", "--yes", "--reviewer", SECOND)
    done(pubpipe(*second, "--stage", "language review", cwd=ws))
    done(pubpipe(*second, "--stage", "sign-off", cwd=ws))
    done(pubpipe("publish", "rights.md", cwd=ws))
    memory = ws / "memory.jsonl"
    done(pubpipe("memory", "export", memory, cwd=ws))
    assert any(text in line for line in memory.read_text(encoding="utf-8").splitlines())


def test_who_corrects_a_sentence_is_told_that_another_person_approves_it(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    answer = ("review", "approve", "rights", "-l", "km", "--yes", "--reviewer", REVIEWER, "--all-rounds")
    said = done(pubpipe(*answer, "--edit", "1=សិទ្ធិនៅកន្លែងធ្វើការ", cwd=ws))
    assert "segment 1 waits for another person, because the wording is yours" in said
    refused = pubpipe(*answer, cwd=ws)
    assert refused.returncode == 6
    assert f"Segment 1 is in the wording of {REVIEWER}, and nobody approves" in refused.stderr
    toml = ws / "pubpipe.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("self_approval = false", "self_approval = true"), "utf-8")
    done(pubpipe(*answer, cwd=ws))
    assert json.loads(done(pubpipe("review", "list", "--json", cwd=ws)))[0]["stage"] == "sign-off"


def test_a_changed_template_is_rendered_again_without_a_person(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    approve_everything(ws, "rights")
    done(pubpipe("publish", "rights.md", cwd=ws))
    toml = ws / "pubpipe.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('publisher = ""', 'publisher = "A Network"'), "utf-8")
    plan = json.loads(done(pubpipe("plan", "--json", cwd=ws)))[0]
    assert plan["needs"] == "render"
    assert any("imprint changed" in reason for reason in plan["reasons"])
    done(pubpipe("rebuild", cwd=ws))
    assert json.loads(done(pubpipe("plan", "--json", cwd=ws)))[0]["needs"] == "nothing"


def test_a_changed_term_asks_again_for_the_sentences_that_have_it(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    approve_everything(ws, "rights")
    done(pubpipe("publish", "rights.md", cwd=ws))
    table = ws / "glossary" / "terms.csv"
    header = table.read_text(encoding="utf-8").splitlines()[0].split(",")
    row = {"id": "passport", "source": "passport", "kind": "term", "status": "draft", "km": "លិខិតឆ្លងដែន"}
    with table.open("a", encoding="utf-8") as file:
        file.write(",".join(row.get(name, "") for name in header) + "\n")
    plan = json.loads(done(pubpipe("plan", "--json", cwd=ws)))[0]
    assert plan["needs"] == "review"
    assert any("passports" in reason for reason in plan["reasons"])
    request = json.loads(done(pubpipe("review", "show", "rights", "-l", "km", "--json", cwd=ws)))[0]
    assert [i["source"] for i in request["items"] if i["attention"]] == ["Employers keep passports."]


def test_an_edition_that_waits_for_a_person_is_not_stale(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    assert json.loads(done(pubpipe("plan", "--json", cwd=ws)))[0]["needs"] == "waiting"
    assert done(pubpipe("rebuild", cwd=ws)).startswith("Nothing is stale.")


def test_an_open_sentence_is_drafted_when_the_memory_has_it(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", "--languages", "km", "--engine", "none", cwd=ws))
    unit = {"source": "Employers keep passports.", "target": "និយោជករក្សាទុកលិខិតឆ្លងដែន។", "lang": "km"}
    (ws / "memory.jsonl").write_text(json.dumps(unit, ensure_ascii=False) + "\n", encoding="utf-8")
    done(pubpipe("memory", "import", "memory.jsonl", cwd=ws))
    assert "the memory now has 1 of" in done(pubpipe("plan", cwd=ws))
    done(pubpipe("rebuild", cwd=ws))
    shown = json.loads(done(pubpipe("review", "show", "rights", "-l", "km", "--json", cwd=ws)))[0]
    assert [i["target"] for i in shown["items"] if i["source"] == unit["source"]] == [unit["target"]]


def test_an_edition_that_was_rejected_is_not_rendered_until_it_is_opened_again(ws: Path) -> None:
    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    done(pubpipe("review", "reject", "rights", "-l", "km", "-r", REVIEWER, "-c", "withdrawn", cwd=ws))
    assert "rejected" in done(pubpipe("publish", "rights.md", cwd=ws))
    assert pubpipe("render", "rights", cwd=ws).returncode == 6
    done(pubpipe("review", "reopen", "rights", "-l", "km", "-r", REVIEWER, "-c", "agreed", cwd=ws))
    approve_everything(ws, "rights")
    done(pubpipe("render", "rights", cwd=ws))


def test_segments_stay_open_for_a_person_without_an_engine(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    done(pubpipe("publish", "rights.md", "--languages", "km", "--engine", "none", cwd=ws))
    status = json.loads(done(pubpipe("status", "--json", cwd=ws)))[0]
    assert status["state"] == "in review"
    assert status["open"] > 5
    refused = pubpipe("review", "approve", "rights", "-l", "km", "--yes", "--reviewer", REVIEWER, cwd=ws)
    assert refused.returncode == 6, "an empty translation cannot be approved"


def test_the_record_of_decisions_is_whole_and_a_changed_row_is_found(ws: Path) -> None:
    import sqlite3

    done(pubpipe("publish", "rights.md", "--languages", "km", cwd=ws))
    approve_everything(ws, "rights")
    assert "whole" in done(pubpipe("review", "verify", cwd=ws))
    with sqlite3.connect(ws / ".pubpipe" / "pubpipe.db") as database:
        database.execute("UPDATE decisions SET data = replace(data, 'approve', 'reject') WHERE sequence = 3")
    broken = pubpipe("review", "verify", cwd=ws)
    assert broken.returncode == 6
    assert "3" in broken.stderr
