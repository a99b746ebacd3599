"""BI-RADS assessment categories (ACR BI-RADS Atlas, 5th edition, 2013) and what they mean."""

from __future__ import annotations

from slicer.i18n import tr as _

NOT_CHOSEN = ""


def categoryWords() -> dict[str, str]:
    """Category -> what the reader sees, in order; first the empty one that stands for no choice yet."""
    meanings = {
        "0": _("incomplete"),
        "1": _("negative"),
        "2": _("benign"),
        "3": _("probably benign"),
        "4A": _("low suspicion"),
        "4B": _("moderate suspicion"),
        "4C": _("high suspicion"),
        "5": _("highly suggestive of malignancy"),
        "6": _("known malignancy"),
    }
    words = {name: _("{category}: {meaning}").format(category=name, meaning=words) for name, words in meanings.items()}
    return {NOT_CHOSEN: _("choose a category"), **words}
