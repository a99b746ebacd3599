"""``python -m Training clicks``: the outline that one click gives of held-out lesions which the whole frame misses.

Every lesion of the test part is looked for as the product does, with the whole frame. One that is missed (no outline
overlaps it by more than `MISSED`, intersection over union) is clicked once: at its center, moved by up to a fifth of
its width and height in a random direction, the same for the same lesion. The outline of that click is compared with
the true one. `--all` clicks every lesion, with the outlines of the whole frame taken away.
"""

from __future__ import annotations

import argparse

from ..data.example import Part
from .arguments import add_bundles_argument, add_split_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundles, the data, and how much of it."""
    add_bundles_argument(parser, "segmenter and classifier")
    add_split_arguments(parser, data_needed=True)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="look at every N-th image (default: all)")
    parser.add_argument(
        "--part", choices=[part.value for part in Part], default=Part.TEST.value, help="of the split (default: test)"
    )
    parser.add_argument("--dataset", metavar="NAME", help="of this data set alone (default: all)")
    parser.add_argument("--all", action="store_true", help="click every lesion, not only those that are missed")


def run(given: argparse.Namespace) -> int:
    """Print how many lesions are missed, and what a click gives of them, by data set."""
    import numpy as np

    from ..measure.clicks import AIM, Clicks
    from ..measure.rows.run import show_progress
    from ..measure.rows.subject import choose_split, find_subject, load_split, with_seen_groups

    part = Part(given.part)
    subject = with_seen_groups(find_subject(given.bundles), given.data, part, given.duplicates)
    examples = load_split(given.data, choose_split(subject, given.fold, given.train_on), given.duplicates)
    chosen = [one for one in examples if one.part is part and one.masks and subject.segmenter.may_judge(one)]
    chosen = [one for one in chosen if given.dataset in (None, one.dataset)][:: max(given.every, 1)]
    found = Clicks(subject.load(), every=given.all).on(show_progress(chosen))
    print(f"{'data set':12}{'images':>8}{'lesions':>9}{'missed':>8}{'clicked':>9}{'Dice':>8}{'median':>8}{'>= .75':>8}")
    for name in sorted({one.dataset for one in found}):
        here = [one for one in found if one.dataset == name]
        overlaps = np.array([one.overlap for one in here if one.overlap is not None])
        images, missed = len({one.image for one in here}), sum(one.is_missed for one in here)
        figures = f"{len(overlaps):9}"
        if overlaps.size:
            figures += f"{overlaps.mean():8.3f}{np.median(overlaps):8.3f}{(overlaps >= AIM).mean():8.1%}"
        print(f"{name:12}{images:8}{len(here):9}{missed:8}{figures}")
    return 0
