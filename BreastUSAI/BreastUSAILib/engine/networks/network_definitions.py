"""Networks by name, from an allow-list: a bundle's configuration is data and cannot name anything else."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..bundle_limits import DEEPEST_VALUE, LARGEST_INTEGER, MOST_VALUES
from ..errors import ModelError

if TYPE_CHECKING:
    from torch import nn

_MONAI = "monai.networks.nets"
_OWN = "BreastUSAILib.engine.networks"
ALLOWED = (
    *(
        f"{_MONAI}.{name}"
        for name in ("EfficientNetBN", "AttentionUnet", "FlexibleUNet", "UNet", "DenseNet121", "ResNet")
    ),
    *(
        f"{_OWN}.{name}"
        for name in (
            "attention_res_unet.AttentionResUNet",
            "attention_unet.EfficientAttentionUNet",
            "convnext.ConvNeXt",
            "efficientnet_lite.EfficientNetLite0",
            "efficientnet_v2.EfficientNetV2S",
            "feature_fusion.MobileDenseFusion",
            "four_layer_cnn.FourLayerCNN",
            "lesion_mask_resnet.LesionMaskResNet50",
            "mobilenet_v2.MobileNetV2",
            "resnet_v2.ResNetV2",
            "row_lstm.RowLSTM",
            "vgg.VGG",
            "vgg.VGG16LSTM",
            "vision_transformer.VisionTransformer",
        )
    ),
)
_DOWNLOADS_UNLESS_TOLD = f"{_MONAI}.EfficientNetBN"


def build_network(definition: Mapping[str, Any], *, where: object = None) -> nn.Module:
    """The network that a bundle's ``network_def`` describes, with untrained weights.

    Raises ModelError for a target outside `ALLOWED`, an expression (a string that starts with ``$``), a nested
    target, a download, or arguments that do not fit.
    """
    target, arguments = check_definition(definition, where=where)
    if target == _DOWNLOADS_UNLESS_TOLD:
        arguments["pretrained"] = False
    try:
        return _class(target)(**arguments)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, AssertionError, RuntimeError) as error:
        raise ModelError(
            f"the arguments of {target} do not fit ({error})", where=where, remedy="Repair configs/inference.json"
        ) from error


def check_definition(definition: Mapping[str, Any], *, where: object = None) -> tuple[str, dict[str, Any]]:
    """Target and arguments of a ``network_def``, checked without importing anything. Raises ModelError."""
    arguments = dict(definition)
    target = arguments.pop("_target_", None)
    if target not in ALLOWED:
        named = repr(target[:100]) if isinstance(target, str) else "without a name"
        raise ModelError(
            f"the architecture {named} is not allowed", where=where, remedy=f"Use one of {', '.join(ALLOWED)}"
        )
    if arguments.get("pretrained"):
        raise ModelError(
            "weights from the internet (pretrained) are not allowed",
            where=where,
            remedy="Write false; the weights are the bundle's own",
        )
    _refuse_excess(arguments, where)
    _refuse_expressions(arguments, where)
    return target, arguments


def _class(target: str) -> Any:
    module, _, name = target.rpartition(".")
    if module.startswith(_OWN):
        return getattr(import_module(module.replace(_OWN, "", 1), __package__), name)
    return getattr(import_module(module), name)


def _refuse_excess(arguments: Mapping[str, Any], where: object) -> None:
    """Numbers and lists that no network needs: some constructors count with them before they make a layer."""
    seen = 0
    level: list[Any] = [arguments]
    for _depth in range(DEEPEST_VALUE):
        items: list[Any] = [
            item for value in level for item in (value.values() if isinstance(value, Mapping) else value)
        ]
        seen += len(items)
        numbers = [item for item in items if isinstance(item, (int, float))]
        if seen > MOST_VALUES or not all(-LARGEST_INTEGER <= number <= LARGEST_INTEGER for number in numbers):
            break
        if any(isinstance(item, str) and len(item) > LARGEST_INTEGER for item in items):
            break
        level = [item for item in items if isinstance(item, (Mapping, list, tuple))]
        if not level:
            return
    raise ModelError(
        f"the network definition holds a number beyond {LARGEST_INTEGER}, or more than {MOST_VALUES} values",
        where=where,
        remedy="Use a network of a usual size",
    )


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
