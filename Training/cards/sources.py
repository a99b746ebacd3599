"""What is known of the public data sets: whose images they are, and on which terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One data set, as a card tells of it."""

    citation: str
    license: str
    population: str
    scanners: str
    split_by: str


SOURCES: Mapping[str, Source] = {
    "BUS-BRA": Source(
        citation="Gómez-Flores et al. 2024, Medical Physics, doi 10.1002/mp.16812",
        license="the data set's own permissive license, citation required",
        population="1064 patients of the National Institute of Cancer, Rio de Janeiro, Brazil; lesions only, "
        "benign or malignant by biopsy",
        scanners="GE Logiq 7 (902 images), GE Logiq 5 (809), Toshiba Aplio 300 (139), U-Systems (25)",
        split_by="patient, in the official five folds",
    ),
    "BUSI": Source(
        citation="Al-Dhabyani et al. 2020, Data in Brief, doi 10.1016/j.dib.2019.104863",
        license="CC BY 4.0",
        population="women of 25 to 75 years, Baheya Hospital, Cairo, Egypt; 582 frames, one of every group of "
        "near-duplicates, groups with contradicting labels dropped",
        scanners="GE LOGIQ E9 and LOGIQ E9 Agile",
        split_by="group of near-duplicates: it has no patient numbers, so that its figures stay optimistic",
    ),
    "BUS-UCLM": Source(
        citation="Vallez et al. 2025, Scientific Data, doi 10.1038/s41597-025-04562-3",
        license="CC BY 4.0",
        population="37 patients of the University Hospital of Ciudad Real, Spain; more than half of its images are "
        "normal, mostly neighbors of lesion images",
        scanners="Siemens ACUSON S2000",
        split_by="patient",
    ),
    "BUS_UC": Source(
        citation="Iqbal and Sharif 2024, doi 10.1016/j.engappai.2023.107292",
        license="not certain, so that nothing is trained, tuned or chosen on it",
        population="801 lesion images, squashed to 256x256 pixels as published; groups are blocks of file numbers, not "
        "patients",
        scanners="not stated",
        split_by="nothing: it is for evaluation alone",
    ),
    "BrEaST": Source(
        citation="Pawłowska et al. 2024, Scientific Data, doi 10.1038/s41597-024-02984-z",
        license="CC BY 4.0",
        population="256 patients of several centers in Poland",
        scanners="several; see the publication",
        split_by="nothing: it is a test set as a whole, and nothing was trained, tuned or chosen on it",
    ),
}
