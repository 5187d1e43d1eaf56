"""The published numbers are those of the facts that the project was given, where these are at hand."""

from __future__ import annotations

import json

import pytest

from core.studies.published import kannojia, published, report_recall, report_score
from tests.places import ROOT

FACTS = ROOT.parent / "shared" / "facts"


def test_numbers_are_found_by_protocol_and_side() -> None:
    assert report_score("totv", "accuracy", 16) == 0.41 and report_score("totv", "accuracy", 24) is None
    assert report_recall("totv", 8) is not None and report_recall("totv", 8)["cat"] == 0.826  # type: ignore[index]
    assert kannojia("mnist", "tvtv", 7) == (0.777, 0.84433, 0.78416) and kannojia("mnist", "mixed", 7) is None


@pytest.mark.skipif(not FACTS.exists(), reason="shared/facts is not beside this checkout")
def test_they_are_those_of_the_facts() -> None:
    report = json.loads((FACTS / "report.json").read_text())
    papers = json.loads((FACTS / "papers.json").read_text())
    ours = published()
    for protocol in ("totv", "tvtv"):
        assert ours["report"]["resolution"][protocol] == report["study_1_resolution"][protocol]
    assert ours["report"]["resolution"]["network"] == report["study_1_resolution"]["network"]
    assert ours["report"]["architectures"]["per_class"] == report["study_2_architectures"]["per_class"]
    assert ours["report"]["architectures"]["headline_percent"] == report["study_2_architectures"]["headline_percent"]
    assert ours["kannojia"]["results"] == papers["kannojia_jaiswal_2018"]["results_accuracy_precision_f1"]
    for name in ("arc1_dropout_fashion_percent", "accuracy_percent_train_test", "arc1_optimizers_fashion_test_percent"):
        assert ours["kadam"][name] == papers["kadam_2020"][name]
