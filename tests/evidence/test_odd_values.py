"""Forty odd values that papers print: each page gives what can be had and says why the rest is not.

What `evidence check` admits never stops a page. A number that cannot be had names the data row.
"""

import os
import re
from functools import cache
from unittest import mock

import pytest

from evidence.record.page import Page
from evidence.record.results import PICTURES, read_results
from evidence.sources.data import Evidence
from tests.page_cells import ROOT, compute, evidence_with, real, tables_with

COLUMNS = {
    "v": "value_reported", "l": "ci_low_reported", "h": "ci_high_reported", "p": "p_reported",
    "kind": "ci_kind", "level": "ci_level",
}  # fmt: skip
ADDING, BIOMARKER = "questions/adding_interferon", "questions/biomarker_prognosis"
COMBINATION, DOSE = "questions/combination_vs_monotherapy", "questions/interferon_dose"
LANDSCAPE, TOLERABILITY = "questions/landscape", "questions/tolerability"
CONVENTIONS = "methods/conventions"
JONASCH, HUDES, PYRHONEN = "studies/jonasch-2010", "studies/hudes-2007", "studies/pyrhonen-1999"
# Fewer and coarser synthetic arms: the words are the same.
QUICK = {
    COMBINATION: {"ensemble_size": 100, "ensemble_tol": 0.1},
    BIOMARKER: {"nsim": 200, "true_hr_grid": [1.2]},
}
# Keys that a page records only where there is something to record.
OPTIONAL = re.compile(
    r"(pfs|os)_(hr_range|p_allowed|e_value_limit)|sens_|.*_sim_|dose_|pooled_|loop_"
    r"|.*_orr_difference$|predicted_(?!minus|plus)"
)

ORR, ORR_IFN = "jonasch-2010.orr.percent.sorafenib", "jonasch-2010.orr.percent.sorafenib_ifn"
PFS, PFS_IFN = "jonasch-2010.pfs.median.sorafenib", "jonasch-2010.pfs.median.sorafenib_ifn"
PAKT = "jonasch-2010.os.hazard_ratio.pakt"
VLB = "pyrhonen-1999.orr.percent.vinblastine"
SCHEDULE_A = "bracarda-2013.orr.percent.sorafenib_ifn_a"
SCHEDULE_B = "bracarda-2013.orr.percent.sorafenib_ifn_b"
COUNT_B = "bracarda-2013.orr.count.sorafenib_ifn_b"
STERNBERG = "sternberg-2010.pfs.hazard_ratio.pazopanib_v_placebo"
TEM = "hudes-2007.os.hazard_ratio.temsirolimus_v_ifn"
TEM_IFN = "hudes-2007.os.hazard_ratio.temsirolimus_ifn_v_ifn"
NEGRIER = "negrier-2007.os.hazard_ratio.ifn_any_v_no_ifn"
SUNITINIB = "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn.final"
FATIGUE = "bracarda-2013.ae_fatigue_asthenia_grade_3_4.percent.sorafenib_ifn_a"


def row(row_id, table="outcomes", **cells):
    return table, row_id, {COLUMNS.get(name, name): text for name, text in cells.items()}


NO_LIMITS = {"l": "", "h": "", "kind": "", "level": ""}
NOBODY = {"v": "0", "l": "0", "h": "8.8"}
EVERYBODY = {"v": "100", "l": "91.2", "h": "100"}
# What is printed, where; the pages; what one of them must say ("" where all can be had).
ODD = {
    "no responder in the control arm": (
        [row(ORR, **NOBODY)],
        (COMBINATION, ADDING),
        f"{ORR}: nobody of 40 responded",
    ),
    "no responder in either arm": (
        [row(ORR, **NOBODY), row(ORR_IFN, **NOBODY)],
        (ADDING, JONASCH, CONVENTIONS),
        "nobody of 40 responded",
    ),
    "responders everywhere": (
        [row(ORR, **EVERYBODY), row(ORR_IFN, **EVERYBODY)],
        (COMBINATION,),
        "40/40 responders",
    ),
    "no responder with the combination": ([row(ORR_IFN, **NOBODY)], (ADDING, DOSE), ""),
    "0 % without an interval": (
        [row(VLB, v="0")],
        (ADDING, PYRHONEN),
        f"{VLB}: nobody of 81 responded",
    ),
    "0 % of an unknown number": (
        [row("negrier-1998.orr.percent.il2", v="0")],
        (ADDING,),
        "negrier-1998.orr.percent.il2: 0 % responded",
    ),
    "a bound on a percentage": (
        [row(ORR, v="<1", **NO_LIMITS)],
        (COMBINATION, ADDING, CONVENTIONS),
        f'{ORR}, value_reported: expected a number, got "<1"',
    ),
    "a percentage not reported": (
        [row(VLB, v="not reported")],
        (ADDING,),
        f"{VLB}, value_reported",
    ),
    "one limit of a percentage": ([row(ORR, h="")], (ADDING,), ""),
    "a range around a percentage": ([row(ORR, kind="range", level="")], (ADDING,), ""),
    "a percentage that no count gives": ([row(ORR, v="31", **NO_LIMITS)], (ADDING,), ""),
    "a schedule without responders": (
        [row(SCHEDULE_B, v="0"), row(COUNT_B, v="0", events="0")],
        (DOSE,),
        "",
    ),
    "a schedule of responders only": (
        [row(SCHEDULE_B, v="100"), row(COUNT_B, v="50", events="50")],
        (DOSE,),
        "have no finite odds ratio",
    ),
    "a bound on the response to a schedule": (
        [row(SCHEDULE_A, v="<2", events="")],
        (DOSE,),
        f"{SCHEDULE_A}, value_reported",
    ),
    "another denominator than a parameter names": (
        [row("eto-2015.orr.percent.sorafenib_ifn", n="41", v="26.8")],
        (DOSE,),
        "",
    ),
    "a median out of the reach of synthetic arms": (
        [row(PFS_IFN, v="7.56", l="7.4", h="30")],
        (COMBINATION,),
        "a larger ensemble_tol, or a wider shape_range or censor_range",
    ),
    "limits of a median that coincide": (
        [row(PFS, v="7", l="7", h="7")],
        (COMBINATION, LANDSCAPE),
        f"{PFS}, ci_low_reported: both limits are 7 months",
    ),
    "a median not reached": (
        [row(PFS, v="not reached", h="not reached")],
        (COMBINATION, JONASCH, CONVENTIONS),
        f'{PFS}, value_reported: expected a number, got "not reached"',
    ),
    "a bound on a median": (
        [row(PFS, v=">24", **NO_LIMITS)],
        (LANDSCAPE,),
        f'{PFS}, value_reported: expected a number, got ">24"',
    ),
    "an upper limit of a median not reached": (
        [row(PFS, h="not reached")],
        (LANDSCAPE, JONASCH),
        f"{PFS}, ci_high_reported",
    ),
    "a median without limits": (
        [row(PFS, **NO_LIMITS)],
        (COMBINATION, ADDING, JONASCH),
        f"{PFS}, ci_low_reported",
    ),
    "a range around a median": (
        [row(PFS, kind="range", level="")],
        (LANDSCAPE,),
        # Neither limits nor a P value: from the numbers of patients.
        "sorafenib + interferon-alfa over sorafenib | \u2013 | \u2013 | 0.98",
    ),
    "medians with limits of two levels": (
        [row(PFS, level="90")],
        (LANDSCAPE, ADDING),
        "ci_level: expected limits of one level, got 90 % and 95 %",
    ),
    "a wide median": ([row(PFS, v="7", l="0.5", h="40")], (LANDSCAPE, JONASCH), ""),
    "a narrow median": ([row(PFS, v="7", l="6.99", h="7.01")], (LANDSCAPE, JONASCH), ""),
    "a baseline median not reached": (
        [row("motzer-2007.pfs.median.ifn.final", v="not reached")],
        (LANDSCAPE,),
        "",
    ),
    "an upper limit not reached": (
        [row(STERNBERG, h="not reached")],
        (LANDSCAPE,),
        f"{STERNBERG}, ci_high_reported",
    ),
    "a bound as upper limit": (
        [row(SUNITINIB, h=">10")],
        (LANDSCAPE,),
        f'{SUNITINIB}, ci_high_reported: expected a number, got ">10"',
    ),
    "a lower limit that gives as zero": (
        [row(STERNBERG, v="0.08", l="0.00", h="1.40")],
        (LANDSCAPE,),
        f"{STERNBERG}, ci_low_reported",
    ),
    "a limit not reached of a shared arm": (
        [row(TEM_IFN, h="not reached")],
        (ADDING,),
        f"{TEM_IFN}, ci_high_reported",
    ),
    "a bound as lower limit of a shared arm": (
        [row(TEM, l="<0.01")],
        (LANDSCAPE, ADDING),
        f"{TEM}, ci_low_reported",
    ),
    "an interval of 99 per cent": ([row(TEM, level="99")], (ADDING, HUDES), ""),
    "a wide hazard ratio": ([row(TEM, l="0.05", h="9")], (LANDSCAPE, HUDES), ""),
    "a hazard ratio not reported": (
        [row(NEGRIER, v="not reported", **NO_LIMITS)],
        (ADDING,),
        f"{NEGRIER}, value_reported",
    ),
    "no patients of an arm": (
        [
            row("escudier-2009.ifn", "arms", n_reported=""),
        ],
        (LANDSCAPE,),
        # The rows of the medians give them, too.
        "sorafenib over interferon-alfa | \u2013 | \u2013 | 0.98",
    ),
    "no dose of the trial": (
        [
            row(
                "jonasch-2010.sorafenib_ifn",
                "arms",
                ifn_weekly_mu="",
                ifn_mu_per_dose="",
                ifn_doses_per_week="",
            )
        ],
        (COMBINATION,),
        "jonasch-2010.sorafenib_ifn, ifn_weekly_mu",
    ),
    "a bound on P": (
        [row(PAKT, "biomarkers", v="1.15", l="1.10", h="1.20", p="<.001")],
        (BIOMARKER, JONASCH),
        f'{PAKT}, p_reported: expected a P, got only "<.001"',
    ),
    "a P of 1.0": (
        [row(PAKT, "biomarkers", v="1.00", l="0.90", h="1.11", p="1.0")],
        (BIOMARKER,),
        "is not significant at P below 0.05",
    ),
    "a bound on a rate of harm": (
        [row(FATIGUE, v="<1")],
        (TOLERABILITY,),
        "no one number of the patients of the arm rounds to it",
    ),
    "a rate of harm not reported": (
        [row(FATIGUE, v="not reported")],
        (TOLERABILITY,),
        f'{FATIGUE}, value_reported: expected a number, got "not reported"',
    ),
}


@cache
def committed(page):
    return read_results(ROOT / "chapters" / f"{page}.ipynb").results


def shown_by(page, evidence):
    """Return the results of a page and everything that it says, figures drawn."""
    said = []
    table, show = Page.table, Page.show

    def say_table(self, made, **how):
        said.append(made.text if made else "")
        table(self, made, **how)

    with (
        mock.patch.dict(os.environ, {PICTURES: "none"}),
        # statsmodels collects garbage with every adjustment of P: half of a page's time.
        mock.patch("gc.collect"),
        mock.patch.object(Page, "table", say_table),
        mock.patch.object(
            Page, "show", lambda s, made: (said.append(made.caption + made.alt), show(s, made))
        ),
    ):
        made = compute(page, evidence, figures=True, **QUICK.get(page, {}))["page"].results
    return made, "\n".join([*said, *(one.method for one in made.values())])


def test_there_are_forty_of_them():
    assert len(ODD) == 40
    assert {page for _, pages, _ in ODD.values() for page in pages} >= {
        ADDING, BIOMARKER, COMBINATION, DOSE, LANDSCAPE, TOLERABILITY, CONVENTIONS, JONASCH, HUDES,
        PYRHONEN,
    }  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_value_stops_no_page_and_what_it_takes_away_says_why(name):
    changes, pages, words = ODD[name]
    evidence = evidence_with(*changes)
    said = ""
    for page in pages:
        results, text = shown_by(page, evidence)
        said += text
        lost = committed(page).keys() - results.keys()
        assert {key for key in lost if not OPTIONAL.match(key)} == set() or page.startswith("stud")
        missing = {key: one for key, one in results.items() if one.text == "not estimable"}
        for key, one in missing.items():
            assert re.search(r"[a-z-]+-\d{4}\.\w+", one.method), (key, one.method)
            assert one.value is None
    assert words in said


def test_a_row_without_a_value_is_not_reported_where_nobody_checked_the_tables():
    position = list(real().tables["outcomes"]["row_id"]).index(PFS)
    tables = tables_with({("outcomes", position, "value_reported"): ""})
    page = compute(JONASCH, Evidence(tables, real().bibliography))["page"]
    found = page.results["pfs.median.sorafenib"]
    assert (found.text, found.value) == ("not reported (5.52 to 9.20)", None)
    assert not [one.text for one in page.results.values() if "nan" in one.text.split()]
