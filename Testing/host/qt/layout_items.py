"""Layout items that PySide6 takes for alive when their layout has long deleted them.

What `QLayout.itemAt` and `itemAtPosition` return stays known to PySide6 6.12.0 by its address for good. A Qt object
that comes to lie there later is known twice, and when it is deleted PySide6 uses what it has just freed: a crash, now
and then, far from the test that asked.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtWidgets import QLayout, QLayoutItem


def forget_layout_items() -> int:
    """Make PySide6 forget every layout item that is no layout; returns how many it knew.

    They are told by their class in Python alone, since in C++ they may be gone.
    """
    known = [one for one in shiboken6.getAllValidWrappers() if isinstance(one, QLayoutItem)]
    items = [one for one in known if not isinstance(one, QLayout)]
    for item in items:
        shiboken6.invalidate(item)
    return len(items)
