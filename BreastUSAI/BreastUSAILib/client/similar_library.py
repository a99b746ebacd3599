"""Which library of past cases this user's panel asks: a setting of the application.

It is not kept in the scene: another user's scene must not make this computer open a path, nor tell one of its own.
"""

from __future__ import annotations

import slicer

SETTING = "BreastUSAI/SimilarLibrary"


def chosenLibrary() -> str:
    """The folder; empty for the library that comes with the product."""
    return str(slicer.app.userSettings().value(SETTING, "") or "")


def chooseLibrary(folder: str) -> None:
    """Ask that one from now on."""
    slicer.app.userSettings().setValue(SETTING, folder)
