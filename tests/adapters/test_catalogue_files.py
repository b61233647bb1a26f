"""The catalogue: every file loads, says where its text is, and keeps to facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scalegate.adapters.catalogue_files import catalogue_ids, read_catalogue
from scalegate.decision.dossier import Dossier
from scalegate.decision.gate import decide
from scalegate.errors import InputError, UsageError
from scalegate.policy.document import Permission, PolicyDocument, StopKind
from scalegate.policy.operational import Aim, Grade, Operational, how_operational
from scalegate.policy.published import LONGEST, Extent, PublishedPolicy, unknowns
from scalegate.project import read_policy_source
from scalegate.shape import decode, encode
from world import question

# Provider's file, as the manifest of the corpus lists it; copied from there and not from the catalogue.
DIGESTS = {
    "anthropic-rsp-1.0": "14785337769bee567dd488d346f9cf6e36fed7792da9656a0a8b55b2f6d21c43",
    "anthropic-rsp-2.2": "4807f3970c76968a75a6dffa55d8ffe547014522b63c67e261cd02f7b6fc1e39",
    "anthropic-rsp-3.4": "6247b9e4001fd342827526fabc476c9d4dd6b2041ac00055f0ccda26f4d0b07d",
    "g42-fasf-2025-02": "36ddb6b0cc80ca7d275019c4fbd0545b51fcf875147c171eca35ccdb060a3e58",
    "google-deepmind-fsf-3.1": "ad10d2d240e0d557ecad406dbccedcbb4a70295f8ba8eec46bfe01803cb9c301",
    "magic-agi-readiness-1.0": "0959ec36503d962d95b3ad6fcf1823d79172c794a96c6009b4648ec84202124e",
    "meta-faf-1.1": "9fa301dfb67bf8d392abda13a2466358ffde756f14a9d55e4fe2d95f7cfecc21",
    "microsoft-fgf-2026-02": "3282e4fc65a84420f3bf1360d4716928883abce3d28b56804d0598c164111932",
    "openai-preparedness-2": "432de80c72d039f2e93c70c481af916616676a31b867b7113f1874e5763ccac3",
    "xai-rmf-2025-08-20": "31eae94d448b5b359220cbb93673e22b11adc9e27b8e8eb87e7646521f322f8a",
}
IDS = sorted(DIGESTS)

# What the texts were found not to determine; a fact may only leave this list when the text is read again.
UNKNOWN = {
    "anthropic-rsp-1.0": {"governance.decides", "governance.recommends", "governance.review_every"},
    "anthropic-rsp-2.2": {"governance.review_every"},
    "anthropic-rsp-3.4": {"governance.review_every"},
    "g42-fasf-2025-02": {"governance.decides", "governance.notice"},
    "google-deepmind-fsf-3.1": {
        "development.ends_when",
        "buffer.factor",
        "governance.recommends",
        "governance.board",
        "governance.notice",
        "governance.noncompliance",
    },
    "magic-agi-readiness-1.0": {
        "governance.decides",
        "governance.notice",
        "governance.review_every",
        "governance.noncompliance",
    },
    "meta-faf-1.1": {
        "governance.board",
        "governance.changes",
        "governance.notice",
        "governance.review_every",
        "governance.noncompliance",
    },
    "microsoft-fgf-2026-02": {"buffer.factor"},
    "openai-preparedness-2": {"governance.notice"},
    "xai-rmf-2025-08-20": {
        "governance.decides",
        "governance.board",
        "governance.changes",
        "governance.notice",
        "governance.review_every",
    },
}

U, C, D, N = StopKind.UNCONDITIONAL, StopKind.CONTINGENT, StopKind.DISCRETIONARY, StopKind.NONE
# development, deployment, effective compute, calendar, buffer
CHECKED: dict[str, tuple[StopKind, StopKind, str, str, str | None]] = {
    "anthropic-rsp-1.0": (U, U, "4x", "3 months", "6x"),
    "anthropic-rsp-2.2": (U, U, "4x", "6 months", "none"),
    "anthropic-rsp-3.4": (C, C, "none", "6 months", "none"),
    "g42-fasf-2025-02": (U, U, "none", "6 months", "none"),
    "google-deepmind-fsf-3.1": (N, C, "none", "none", None),
    "magic-agi-readiness-1.0": (U, U, "none", "none", "none"),
    "meta-faf-1.1": (U, U, "none", "none", "none"),
    "microsoft-fgf-2026-02": (U, U, "none", "6 months", None),
    "openai-preparedness-2": (U, U, "none", "none", "none"),
    "xai-rmf-2025-08-20": (N, D, "none", "none", "none"),
}
# operational, stated, judged, undefined; with target, named; limits without protections
COUNTED = {
    "anthropic-rsp-1.0": (0, 1, 0, 3, 0, 6, 2),
    "anthropic-rsp-2.2": (0, 2, 2, 0, 0, 7, 0),
    "anthropic-rsp-3.4": (0, 1, 3, 0, 0, 7, 0),
    "g42-fasf-2025-02": (0, 2, 0, 0, 0, 2, 0),
    "google-deepmind-fsf-3.1": (0, 0, 7, 0, 0, 5, 0),
    "magic-agi-readiness-1.0": (0, 1, 0, 4, 0, 3, 0),
    "meta-faf-1.1": (0, 0, 4, 0, 0, 3, 0),
    "microsoft-fgf-2026-02": (0, 0, 6, 2, 0, 6, 2),
    "openai-preparedness-2": (0, 1, 5, 0, 0, 5, 0),
    "xai-rmf-2025-08-20": (0, 2, 0, 1, 2, 2, 0),
}


def load(name: str) -> PublishedPolicy:
    published = read_policy_source(f"catalogue:{name}").published
    assert published is not None
    return published


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(item)


def test_the_catalogue_holds_what_it_promises() -> None:
    assert set(IDS) <= set(catalogue_ids())
    assert catalogue_ids() == tuple(sorted(catalogue_ids()))


@pytest.mark.parametrize("name", catalogue_ids())
def test_every_file_loads_as_a_document_with_the_one_parser(name: str) -> None:
    published = load(name)
    assert decode(PolicyDocument, encode(published.document)) == published.document
    assert published.holes
    assert published.undetermined


@pytest.mark.parametrize("name", catalogue_ids())
def test_a_source_has_address_date_and_digest(name: str) -> None:
    source = load(name).source
    assert source.url.startswith("https://")
    assert re.fullmatch(r"https://\S+/blob/[0-9a-f]{40}/\S+\.txt", source.read_from)
    assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", source.date)
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", source.digest)
    assert source.digest == f"sha256:{DIGESTS.get(name, source.digest.hex)}"
    assert source.how_much_read is Extent.FULL


def test_no_two_files_stand_for_the_same_text() -> None:
    assert len({load(name).source.digest for name in catalogue_ids()}) == len(catalogue_ids())


@pytest.mark.parametrize("name", IDS)
def test_what_a_text_does_not_determine_stays_unknown(name: str) -> None:
    published = load(name)
    assert set(unknowns(published.facts)) == UNKNOWN[name]
    assert {item.about for item in published.undetermined} > UNKNOWN[name] or UNKNOWN[name] == set()


@pytest.mark.parametrize("name", IDS)
def test_the_figures_that_were_checked_against_the_texts(name: str) -> None:
    facts = load(name).facts
    found = (
        facts.development.kind,
        facts.deployment.kind,
        facts.cadence.effective_compute,
        facts.cadence.calendar,
        facts.buffer.factor,
    )
    assert found == CHECKED[name]


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("anthropic-rsp-1.0", ["1 of 10", "half", "1000 dollars", "1 %", "30 days"]),
        ("anthropic-rsp-2.2", ["2 to 8 hours", "1000x", "35x", "5 to 10 %", "2023"]),
        ("anthropic-rsp-3.4", ["81x", "9x", "factor of 5", "200 employees", "three model generations"]),
        ("openai-preparedness-2", ["a fifth", "2024", "2021", "hundreds of billions"]),
        ("xai-rmf-2025-08-20", ["1 in 20", "1 in 2 ", "100 deaths", "1 billion"]),
        ("magic-agi-readiness-1.0", ["50 %", "a tenth", "3 months and 1 million"]),
        ("microsoft-fgf-2026-02", ["third", "1e25 FLOP", "70 %"]),
        ("meta-faf-1.1", ["a month"]),
    ],
)
def test_the_numbers_of_a_text_are_there(name: str, figures: list[str]) -> None:
    said = " | ".join(load(name).facts.numbers or ())
    assert [figure for figure in figures if figure not in said] == []


@pytest.mark.parametrize("name", ["google-deepmind-fsf-3.1", "g42-fasf-2025-02"])
def test_a_text_without_numbers_has_none(name: str) -> None:
    assert load(name).facts.numbers == ()


@pytest.mark.parametrize("name", catalogue_ids())
def test_facts_are_short_and_quote_nothing(name: str) -> None:
    data = read_catalogue(name).data
    assert isinstance(data, dict)
    for text in texts({key: item for key, item in data.items() if key != "source"}):
        assert text.strip()
        assert len(text) <= LONGEST
        assert len(text.split()) <= 36, text
        assert not re.search(r"[“”\"]|\b(we|We|our|Our|us)\b", text), text


@pytest.mark.parametrize("name", catalogue_ids())
def test_ids_that_a_file_uses_are_defined_in_it(name: str) -> None:
    document = load(name).document
    on_ladders = [limit for model in document.threat_models.values() for limit in model.ladder]
    assert sorted(on_ladders) == sorted(document.limits)
    for tie in document.protections.conditional:
        assert tie.limit in document.limits
        assert set(tie.protections) <= set(document.protections.measures)
    for standing in document.protections.standing.values():
        assert set(standing.protections) <= set(document.protections.measures)
    assert set(document.protections.standing) <= {p.value for p in Permission}
    roles = [tie.approved_by for tie in document.protections.measures.values()]
    roles += [watched.role for watched in document.watch_list.values()]
    roles += [action.role for action in document.response.actions]
    roles += [c.owner for c in document.commitments.values() if c.owner]
    assert set(roles) <= set(document.roles)


def counts(found: Operational) -> tuple[int, ...]:
    grades = [Grade.OPERATIONAL, Grade.STATED, Grade.JUDGEMENT, Grade.UNDEFINED]
    aims = [Aim.TARGETED, Aim.NAMED]
    limits = [len(found.limits[grade]) for grade in grades]
    return (*limits, *(len(found.protections[aim]) for aim in aims), len(found.unmapped))


@pytest.mark.parametrize("name", IDS)
def test_how_much_of_a_text_a_gate_could_decide(name: str) -> None:
    published = load(name)
    assert counts(how_operational(published.document, published.holes)) == COUNTED[name]


@pytest.mark.parametrize("name", catalogue_ids())
@pytest.mark.parametrize("permission", list(Permission))
def test_without_evidence_every_permission_is_held(name: str, permission: Permission) -> None:
    decision = decide(load(name).document, replace(question(), permission=permission), Dossier())
    assert not decision.granted
    assert decision.blockers


def test_a_published_text_states_no_people() -> None:
    for name in catalogue_ids():
        assert not any(role.holders for role in load(name).document.roles.values())


# ---------------------------------------------------------------------------- reading a source


def test_an_id_a_path_and_the_prefix_all_resolve(tmp_path: Path) -> None:
    copy = tmp_path / "a copy.yaml"
    name = IDS[0]
    from scalegate.adapters.catalogue_files import FOLDER

    copy.write_bytes((FOLDER / f"{name}.yaml").read_bytes())
    found = [read_policy_source(asked) for asked in (name, f"catalogue:{name}", str(copy))]
    assert len({source.document.title for source in found}) == 1
    assert all(source.published for source in found)


def test_a_file_of_the_same_name_goes_before_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    minimal = Path(__file__).parents[1] / "policy" / "minimal_policy.yaml"
    Path(IDS[0]).write_bytes(minimal.read_bytes())
    assert read_policy_source(IDS[0]).published is None
    assert read_policy_source(f"catalogue:{IDS[0]}").published is not None


@pytest.mark.parametrize(
    "asked", ["catalogue:", "catalogue:../catalogue", "catalogue:nothing", "catalogue:a/b", "nothing"]
)
def test_what_is_neither_a_file_nor_in_the_catalogue_is_refused(asked: str) -> None:
    with pytest.raises((InputError, UsageError)) as error:
        read_policy_source(asked)
    assert "catalogue" in error.value.findings[0].what
    assert IDS[0] in error.value.findings[0].mend


def test_a_damaged_published_file_is_refused_with_line_and_column(tmp_path: Path) -> None:
    from scalegate.adapters.catalogue_files import FOLDER

    text = (FOLDER / "g42-fasf-2025-02.yaml").read_text(encoding="utf-8")
    place = tmp_path / "text.yaml"
    place.write_text(text.replace("  security:", "  secrity:", 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_policy_source(str(place))
    assert any(re.match(r"text\.yaml:\d+:\d+$", f.where) and "secrity" in f.what for f in error.value.findings)


def test_a_file_that_cannot_be_read_has_its_findings_when_it_is_used(tmp_path: Path) -> None:
    place = tmp_path / "policy.yaml"
    place.write_text("schema: scalegate.policy/1\n", encoding="utf-8")
    source = read_policy_source(str(place))
    assert source.file.document is None
    with pytest.raises(InputError):
        _ = source.document
