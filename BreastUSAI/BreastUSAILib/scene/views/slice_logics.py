"""The slice views' logics, which draw their images."""

from __future__ import annotations

from typing import Any

import slicer


def sliceLogics(scene: Any) -> list[Any]:
    """Those of the application's views of `scene`; none of a scene that nobody looks at."""
    volumes = getattr(getattr(slicer, "modules", None), "volumes", None)
    if volumes is None:
        return []
    logics = volumes.logic().GetMRMLApplicationLogic().GetSliceLogics()
    found = [] if logics is None else [logics.GetItemAsObject(index) for index in range(logics.GetNumberOfItems())]
    return [logic for logic in found if logic.GetMRMLScene() is scene]
