"""What the multiverse says of the two answers of the book."""

from __future__ import annotations

from evidence.record.page import Page


def conclude(page: Page) -> None:  # type: ignore[type-arg]
    """Write what the specifications say of the two answers of the book."""
    page.claim(
        "main_answer_stands",
        "No defensible choice makes adding interferon-alfa to sorafenib a shown benefit: "
        "\u201cbenefit not shown\u201d holds in "
        "{combination_vs_monotherapy_benefit_not_shown_holds} of specifications.",
        holds=lambda r: r.combination_vs_monotherapy_benefit_not_shown_holds.value == 1,
        rests_on=["combination_vs_monotherapy_benefit_not_shown_holds"],
        certainty="arithmetic",
    )
    page.claim(
        "marker_answer_moves",
        "Whether the association of pAKT with outcome survives adjustment depends on how many "
        "hypotheses were tried, which is not printed: that it is fragile holds in "
        "{biomarker_prognosis_association_fragile_holds} of specifications.",
        holds=lambda r: 0 < r.biomarker_prognosis_association_fragile_holds.value < 1,
        rests_on=["biomarker_prognosis_association_fragile_holds"],
        certainty="arithmetic",
    )
