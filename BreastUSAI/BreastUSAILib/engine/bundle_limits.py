"""How much a model bundle may ask for: every bound in one place, above all that the published networks need.

Together they keep opening a bundle, and one image through its network, below 4 GB and ten seconds.
"""

from __future__ import annotations

MOST_FILES = 1000
"""Files of one bundle."""

MOST_ENTRIES = 20_000
"""That a zip lists, those of a zip inside it included."""

MOST_BYTES = 1_000_000_000
"""Of a zip or a download, and of what a zip unpacks to."""

MOST_TEXT_BYTES = 4 << 20
"""Of each file that is read as text: metadata, network definition, model card, list of hashes."""

MOST_WEIGHT_BYTES = 600_000_000
"""Of the file with the weights: twice `MOST_WEIGHTS`, in fp16."""

MOST_WEIGHTS = 250_000_000
"""Numbers in a network's state dict; the largest published network here, ConvNeXt-B, has 88 million."""

MOST_STRUCTURE_BYTES = 4 << 20
"""Of the part of a weights file that names the tensors."""

LARGEST_SIDE = 1024
"""Of the network's square input, in pixels."""

LARGEST_INTEGER = 4096
"""In a network definition."""

MOST_VALUES = 256
"""In a network definition, in lists and objects too."""

DEEPEST_VALUE = 4
"""Lists and objects of a network definition inside each other."""

MOST_LAYERS = 10_000
"""Modules of a network; EfficientNet-B7 has 899."""

LARGEST_MAP = 32_000_000
"""Values of one tensor that an image becomes on its way through a network."""

MOST_MAP_VALUES = 200_000_000
"""Values of all of them together; EfficientNet-B7 at 256 pixels makes 166 million."""

MOST_FRAMES_AT_ONCE = 8
"""Frames that are taken through a network together: enough to fill the processor, few to cancel within a second."""

MOST_VALUES_AT_ONCE = 400_000_000
"""Values of the frames that are taken through a network together: a heat map from gradients keeps them all."""

MOST_OPERATIONS = 20_000
"""Steps of one image's way through a network."""

MOST_MULTIPLICATIONS = 60_000_000_000
"""Multiplications for one image; VGG19 takes 25 thousand million at 256 pixels. Mirror image and heat map make it four
times as many."""
