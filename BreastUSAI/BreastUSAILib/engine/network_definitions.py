"""Networks by name, from an allow-list: a bundle's configuration is data and cannot name anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .errors import ModelError

if TYPE_CHECKING:
    from torch import nn

_MONAI = ("EfficientNetBN", "AttentionUnet", "FlexibleUNet", "UNet", "DenseNet121", "ResNet", "ViT")
_OWN = {"BreastUSAILib.engine.networks.attention_unet.EfficientAttentionUNet": "EfficientAttentionUNet"}
ALLOWED = (*(f"monai.networks.nets.{name}" for name in _MONAI), *_OWN)


def build_network(definition: Mapping[str, Any], *, where: object = None) -> nn.Module:
    """The network that a bundle's ``network_def`` describes, with untrained weights.

    Raises ModelError for a target outside `ALLOWED`, an expression (a string that starts with ``$``), a nested
    target, or arguments that do not fit.
    """
    target, arguments = check_definition(definition, where=where)
    try:
        return _class(target)(**arguments)
    except (TypeError, ValueError, KeyError, AssertionError) as error:
        raise ModelError(
            f"the arguments of {target} do not fit ({error})", where=where, remedy="Repair configs/inference.json"
        ) from error


def check_definition(definition: Mapping[str, Any], *, where: object = None) -> tuple[str, dict[str, Any]]:
    """Target and arguments of a ``network_def``, checked without importing anything. Raises ModelError."""
    arguments = dict(definition)
    target = arguments.pop("_target_", None)
    if target not in ALLOWED:
        raise ModelError(
            f"the architecture {target!r} is not allowed", where=where, remedy=f"Use one of {', '.join(ALLOWED)}"
        )
    _refuse_expressions(arguments, where)
    return target, arguments


def _class(target: str) -> Any:
    if target in _OWN:
        from .networks import attention_unet

        return getattr(attention_unet, _OWN[target])
    from monai.networks import nets

    return getattr(nets, target.rpartition(".")[2])


def _refuse_expressions(value: Any, where: object) -> None:
    if isinstance(value, str) and (value.startswith(("$", "@", "%"))):
        raise ModelError(f"the expression {value!r} is not allowed", where=where, remedy="Write plain values")
    if isinstance(value, Mapping):
        if "_target_" in value:
            raise ModelError("a nested _target_ is not allowed", where=where, remedy="Write plain values")
        for item in value.values():
            _refuse_expressions(item, where)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_expressions(item, where)
