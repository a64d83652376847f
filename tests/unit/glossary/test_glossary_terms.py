from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe import identity
from pubpipe.glossary import Glossary, Rendering, Term, matcher, verify
from pubpipe.languages import TARGETS, LanguageProfile, profile
from pubpipe.model import Content, TagClose, TagOpen, Text, plain
from tests.tables import rows

BY_NAME = {p.english_name: p for p in TARGETS.values()}
ALL = rows("terms")
FOUND = [row for heading, row in ALL if heading not in BY_NAME]
VERIFIED = [(BY_NAME[heading], row) for heading, row in ALL if heading in BY_NAME]


def content(text: str) -> Content:
    return (Text(text=text),)


def listed(cell: str) -> tuple[str, ...]:
    return () if cell == "-" else tuple(c.strip(" ") for c in cell.split("‖"))


def term(source: str, **more: object) -> Term:
    forms = [f.strip() for f in source.split(" = ")]
    case = "exact" if sum(c.isupper() for c in forms[0]) >= 2 else "fold"
    given_ = {"renderings": {"km": Rendering(preferred="ពាក្យ")}, "case": case, **more}
    return Term(id=forms[0], source=forms[0], variants=tuple(forms[1:]), **given_)


@pytest.mark.parametrize("row", FOUND, ids=[f"{r['terms']} in {r['text']}" for r in FOUND])
def test_terms_are_found_as_the_table_says(row: dict[str, str]) -> None:
    found = matcher(Glossary(terms=tuple(term(t) for t in listed(row["terms"]))))
    hits = found.find(row["text"], "km")
    assert tuple(h.surface for h in hits) == listed(row["found"])
    assert all(row["text"][h.span.start : h.span.end] == h.surface for h in hits)


@pytest.mark.parametrize(
    ("language", "row"),
    VERIFIED,
    ids=[f"{p.tag}: {r['english']} = {r['wanted']} in {r['translation']}" for p, r in VERIFIED],
)
def test_a_translation_is_verified_as_the_table_says(language: LanguageProfile, row: dict[str, str]) -> None:
    wanted, *allowed = listed(row["wanted"])
    rendering = Rendering(preferred=wanted, allowed=tuple(allowed), forbidden=listed(row["forbidden"]))
    others = tuple(
        Term(id=f"other-{i}", source=f"something else {i}", renderings={language.tag: Rendering(preferred=form)})
        for i, form in enumerate(listed(row["others"]))
    )
    first = row["english"].split(" and ")[0]
    glossary = Glossary(terms=(Term(id="t", source=first, renderings={language.tag: rendering}), *others))
    source, target = content(row["english"]), content(row["translation"])
    found = matcher(glossary)
    for known in (found, glossary):
        findings = verify(found.find(source, language.tag), source, target, language, known)
        names = {"terms": "missing", "terms.forbidden": "forbidden", "terms.weak": "weak"}
        assert " ".join(dict.fromkeys(names[f.check] for f in findings)) == row["expect"].replace("ok", "")


def test_a_term_split_over_a_bold_run_is_found_in_the_plain_text() -> None:
    text = (
        Text(text="All mig"),
        TagOpen(id=1, kind="strong"),
        Text(text="rant wor"),
        TagClose(id=1),
        Text(text="kers left."),
    )
    (hit,) = matcher(Glossary(terms=(term("migrant worker"),))).find(text, "km")
    assert plain(text)[hit.span.start : hit.span.end] == "migrant workers"


def test_what_a_finding_points_at_in_the_target_is_the_refused_form() -> None:
    rendering = Rendering(preferred="แรงงานข้ามชาติ", forbidden=("แรงงานต่างด้าว",))
    found = matcher(Glossary(terms=(Term(id="t", source="migrant worker", renderings={"th": rendering}),)))
    source, target = content("Migrant workers came."), content("ก่อน\u200bแรงงาน\u200bต่างด้าว\u200bมา")
    missing, refused = verify(found.find(source, "th"), source, target, profile("th"), found)
    assert refused.target is not None
    assert plain(target)[refused.target.start : refused.target.end] == "แรงงาน\u200bต่างด้าว"
    assert refused.suggestion == missing.suggestion == "แรงงานข้ามชาติ"
    assert missing.source is not None
    assert plain(source)[missing.source.start : missing.source.end] == "Migrant workers"


def test_severity_follows_the_kind_of_the_term() -> None:
    severities = []
    for kind in ("term", "preferred"):
        entry = Term(id="t", source="fee", kind=kind, renderings={"vi": Rendering(preferred="phí")})
        found = matcher(Glossary(terms=(entry,)))
        source = content("The fee rose.")
        severities += [f.severity for f in verify(found.find(source, "vi"), source, content("x"), profile("vi"))]
    assert severities == ["error", "warning"]


def test_a_name_is_kept_as_it_stands_and_its_case_is_compared() -> None:
    found = matcher(Glossary(terms=(Term(id="n", source="Mekong Migration Network", kind="name", case="exact"),)))
    source = content("The Mekong Migration Network met.")
    hits = found.find(source, "ja")
    assert hits[0].keep

    def checks(target: str) -> list[tuple[str, str]]:
        return [(f.check, f.severity) for f in verify(hits, source, content(target), profile("ja"), found)]

    assert checks("Mekong Migration Networkは会合した。") == []
    assert checks("メコン移住ネットワークは会合した。") == [("terms.name", "error")]
    assert checks("mekong migration networkは会合した。") == [("terms.name", "warning")]


def test_two_terms_with_one_target_need_it_twice() -> None:
    terms = [Term(id=s, source=s, renderings={"th": Rendering(preferred="ค่าจ้าง")}) for s in ("wage", "salary")]
    found = matcher(Glossary(terms=tuple(terms)))
    source = content("wage and salary")
    hits = found.find(source, "th")
    assert len(verify(hits, source, content("ค่าจ้าง"), profile("th"), found)) == 1
    assert verify(hits, source, content("ค่าจ้างและค่าจ้าง"), profile("th"), found) == ()


def test_the_hash_of_terms_changes_with_a_form_and_not_with_a_note_or_a_place() -> None:
    def entries(note: str, form: str, text: str) -> object:
        found = matcher(
            Glossary(terms=(Term(id="t", source="fee", note=note, renderings={"vi": Rendering(preferred=form)}),))
        )
        return identity.terms_hash(found.term_entries(found.find(text, "vi")))

    assert entries("", "phí", "a fee") == entries("new", "phí", "fees and a fee")
    assert entries("", "phí", "a fee") != entries("", "lệ phí", "a fee")


def test_a_term_without_a_form_in_the_language_asks_nothing_and_still_hides_what_is_in_it() -> None:
    found = matcher(
        Glossary(
            terms=(
                Term(id="a", source="labour law", renderings={"km": Rendering(preferred="ច្បាប់ការងារ")}),
                Term(id="b", source="labour", renderings={"ja": Rendering(preferred="労働")}),
            )
        )
    )
    assert found.find("labour law", "ja") == ()
    assert [h.term for h in found.find("labour law", "km")] == ["a"]


@given(st.text(max_size=80))
def test_any_text_is_searched_and_verified_without_error(text: str) -> None:
    found = matcher(Glossary(terms=(term("migrant worker"), term("a b"), term("NGO"))))
    for language in TARGETS.values():
        hits = found.find("migrant workers, an NGO: " + text, language.tag)
        for finding in verify(hits, content(text), content(text), language, found):
            assert finding.target is None or finding.target.end <= len(text)


@given(st.lists(st.sampled_from(["migrant", "workers", "labour", "fee", "the", ",", "Fees", "migrant-worker"])))
def test_the_trie_finds_what_a_plain_dictionary_of_phrases_finds(words: list[str]) -> None:
    """Longest first, then leftmost: compared with a search of every span."""
    phrases = {("migrant", "worker"), ("fee",), ("labour", "fee"), ("migrant", "worker", "labour")}
    found = matcher(Glossary(terms=tuple(term(" ".join(p)) for p in sorted(phrases))))
    tokens = [t for w in words for t in w.lower().split("-")]
    keys = [{"workers": "worker", "fees": "fee"}.get(t, t) for t in tokens]
    spans = [(i, j) for i in range(len(keys)) for j in range(i + 1, len(keys) + 1) if tuple(keys[i:j]) in phrases]
    taken: set[int] = set()
    expected = 0
    for i, j in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
        if taken.isdisjoint(range(i, j)):
            taken.update(range(i, j))
            expected += 1
    assert len(found.find(" ".join(words), "km")) == expected


def test_twenty_thousand_terms_and_a_megabyte_of_marks_are_no_burden() -> None:
    glossary = Glossary(terms=tuple(term(f"word{i} phrase{i % 100}") for i in range(20_000)))
    started = time.perf_counter()
    found = matcher(glossary)
    assert len(found.find("word7 phrase7 " * 1000, "km")) == 1000
    marks = content("ក" + "\u17b6\u17d2" * 100_000)
    hits = found.find("word7 phrase7", "km")
    verify(hits, marks, marks, profile("km"), found)
    found.find(plain(marks), "km")
    assert time.perf_counter() - started < 60


WORDS = [
    "migrant",
    "worker",
    "workers",
    "labour",
    "labor",
    "fee",
    "fees",
    "health",
    "care",
    "healthcare",
    "the",
    "agency",
]
KEYS = {"workers": "worker", "labor": "labour", "fees": "fee"}


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(tuple), min_size=1, max_size=8, unique=True),
    st.lists(st.sampled_from(WORDS), max_size=25),
)
def test_the_index_finds_exactly_what_a_search_of_every_span_finds(
    phrases: list[tuple[str, ...]], words: list[str]
) -> None:
    """Any terms, nested and overlapping, with a compound that the text or the term writes as two words."""
    terms = {tuple(KEYS.get(w, w) for w in p): p for p in phrases}
    kept = [" ".join(p) for p in terms.values()]
    index = matcher(Glossary(terms=tuple(term(p) for p in kept)))

    def readings(span: list[str]) -> set[tuple[str, ...]]:
        """The keys of a span, with each "health care" also as one word."""
        out = {()}
        for at, word in enumerate(span):
            joined = {(*r[:-1], "healthcare") for r in out if word == "care" and at and r[-1:] == ("health",)}
            out = {(*r, KEYS.get(word, word)) for r in out} | joined
        return out

    wanted = {k for p in kept for k in writings(tuple(p.split()))}
    spans = [
        (i, j)
        for i in range(len(words))
        for j in range(i + 1, min(len(words), i + 6) + 1)
        if readings(words[i:j]) & wanted
    ]
    taken: set[int] = set()
    expected = []
    for i, j in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
        if taken.isdisjoint(range(i, j)):
            taken.update(range(i, j))
            expected.append(" ".join(words[i:j]))
    text = " ".join(words)
    assert sorted(text[a:b] for a, b, _ in index.locate(text)) == sorted(expected)


def writings(phrase: tuple[str, ...]) -> set[tuple[str, ...]]:
    """A term of two words is also found written as one."""
    keys = tuple(KEYS.get(w, w) for w in phrase)
    out = {keys}
    if len(phrase) == 2:
        out.add((KEYS.get("".join(phrase), "".join(phrase)),))
    return out


def test_a_hit_is_a_whole_value_like_any_other() -> None:
    from pubpipe.model import Span, TermHit

    (hit,) = matcher(Glossary(terms=(term("migrant worker"),))).find("a migrant worker", "km")
    same = TermHit(
        term="migrant worker", surface="migrant worker", span=Span(start=2, end=16), preferred="ពាក្យ", mandatory=True
    )
    assert hit == same
    assert hash(hit) == hash(same)
    assert TermHit.model_validate_json(hit.model_dump_json()) == hit
    assert hit.model_copy(update={"note": "x"}).note == "x"


def test_a_term_that_is_a_regular_expression_is_only_text() -> None:
    index = matcher(Glossary(terms=(term("(a+)+b$ [x"), term("fee.*"))))
    assert [h.surface for h in index.find("the (a+)+b$ [x of a fee and aaaaaaaaaaaaaaaaaaaaaaaaac", "km")] == [
        "(a+)+b$ [x"
    ]
