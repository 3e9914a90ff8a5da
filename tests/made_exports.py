"""Exports as six databases write them: four publications and two registrations, with oddities.

The publication of Jonasch and its registration are real, and in this book; the others are made up.
"""

import json

JONASCH = (
    "Upfront, randomized, phase 2 trial of sorafenib versus sorafenib and low-dose interferon alfa "
    "in patients with advanced renal cell carcinoma: clinical and biomarker analysis"
)
NBIB = """
PMID- 19862815
OWN - NLM
STAT- MEDLINE
DA  - 20091228
TI  - Upfront, randomized, phase 2 trial of sorafenib versus sorafenib and low-dose
      interferon alfa in patients with advanced renal cell carcinoma: clinical and
      biomarker analysis.
PG  - 57-65
LID - 10.1002/cncr.24685 [doi]
AB  - BACKGROUND: Sorafenib has antitumor activity. IL - 2 is an option.
FAU - Jonasch, Eric
AU  - Jonasch E
FAU - Corn, Paul
AU  - Corn P
DP  - 2010 Jan 1
TA  - Cancer
JT  - Cancer
SI  - ClinicalTrials.gov/NCT00126594

PMID- 90000001
TI  - Interferon-alpha after nephrectomy: a made-up trial.
CN  - A Group of European
      Urologists
DP  - 2021 Winter
JT  - Journal of examples

PMID- 90000002
TI  - [A made-up trial of tablets].
TT  - Испытание таблеток.
FAU - Иванов, И И
AU  - Иванов ИИ
DP  - 2019
JT  - Вопросы онкологии
"""
EMBASE_RIS = f"""TY  - JOUR
T1  - {JONASCH}
A1  - Jonasch, E.
A1  - Corn, P.
Y1  - 2010///
JF  - Cancer
DB  - Embase
AN  - 358053283
DO  - https://doi.org/10.1002/CNCR.24685
N2  - Background: sorafenib has
antitumor activity.
UR  - https://example.org/1;https://example.org/2
ER  - 

TY  - JOUR
T1  - Interferon-\N{GREEK SMALL LETTER ALPHA} after nephrectomy: A made-up trial
A1  - A Group of European Urologists
Y1  - 2021///
JF  - J. Examples
DB  - Embase
DO  - 10.1000/made-up.1
ER  - 

TY  - CONF
T1  - =SUM(A1) <i>in vivo</i> &amp; P &lt;0.01
Y1  - 
DB  - Embase
DO  - not given
ER  - 
"""
COCHRANE_RIS = """Record #1 of 2
Provider: John Wiley & Sons, Ltd.
Content: text/plain; charset="UTF-8"

TY  - JOUR
AN  - CN-00743125
TI  - A made-up trial of tablets
AU  - Иванов ИИ
PY  - 2019
JO  - Вопросы онкологии
C3  - PUBMED 90000002
DB  - CENTRAL
ER  - 


Record #2 of 2
Provider: John Wiley & Sons, Ltd.

TY  - JOUR
AN  - CN-02000000
TI  - Sorafenib With or Without Low Dose Interferon
JO  - https://clinicaltrials.gov/show/NCT00126594
PY  - 2005
UR  - https://clinicaltrials.gov/show/NCT00126594
DB  - CENTRAL
ER  - 
"""
SCOPUS_BIBTEX = r"""
Scopus
EXPORT DATE: 29 November 2026

@ARTICLE{Pyrhonen2022,
  author = {Pyrh{\"o}nen, Seppo and de Souza, Maria and {A Group}},
  title = {Vinblastine with {IFN}-{\(\alpha\)}: a made-up trial},
  journal = {Journal of Examples},
  year = {2022},
  month = sept,
  doi = {10.1000/made-up.2},
  source = {Scopus},
  abstract = {One sentence.},
}

@ARTICLE{Pyrhonen2022,
  author = {Pyrh{\"o}nen, Seppo},
  title = {Vinblastine with interferon: a reply that has the key of the paper},
  year = {2022},
  source = {Scopus},
}
"""
PUBMED_XML = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN"
 "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">90000003</PMID>
<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Internet"><Volume>1</Volume>
<PubDate><Year>2022</Year><Month>03</Month></PubDate></JournalIssue>
<Title>Journal of examples</Title></Journal>
<ArticleTitle>Vinblastine with IFN-&#x3b1;: a <i>made-up</i> trial.</ArticleTitle>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/MADE-UP.2</ELocationID>
<Abstract><AbstractText Label="AIM">To show.</AbstractText></Abstract>
<AuthorList><Author><LastName>Pyrh&#xf6;nen</LastName><ForeName>Seppo</ForeName></Author>
<Author><CollectiveName>A Group</CollectiveName></Author></AuthorList></Article></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">90000003</ArticleId></ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1002/cncr.24685</ArticleId>
</ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>
</PubmedArticleSet>
"""


def registration(number, title):
    identification = {"nctId": number, "briefTitle": title}
    return {
        "protocolSection": {
            "identificationModule": identification,
            "statusModule": {"studyFirstSubmitDate": "2005-08-02"},
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "A Hospital"}},
            "descriptionModule": {"briefSummary": "Who and why."},
        }
    }


REGISTER_JSON = json.dumps(
    {
        "studies": [
            registration("NCT00126594", "Sorafenib With or Without Low Dose Interferon"),
            registration("NCT90000001", "Sorafenib With or Without Low Dose Interferon"),
        ],
        "nextPageToken": "x",
    },
    indent=1,
)
EXPORTS = {
    "pubmed.nbib": NBIB,
    "embase.ris": EMBASE_RIS,
    "central.ris": COCHRANE_RIS,
    "scopus.bib": SCOPUS_BIBTEX,
    "pubmed.xml": PUBMED_XML,
    "register.json": REGISTER_JSON,
}


def write_exports(folder, *names):
    """Write exports into a folder, all of them if none is named; return their paths."""
    paths = []
    for name in names or EXPORTS:
        path = folder / name
        path.write_text(EXPORTS[name], encoding="utf-8")
        paths.append(path)
    return paths
