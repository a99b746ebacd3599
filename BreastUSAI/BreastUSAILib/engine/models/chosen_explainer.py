"""Which explainer makes the heat map of a classification: the bundle's own, or the one that a caller asked for."""

from __future__ import annotations

from ..errors import OptionError
from ..explanations.explanation import Explainer
from ..explanations.registry import METHODS, method_asked_for
from .classifier import Classifier


def chosen_explainer(classifier: Classifier, option: str | None) -> Explainer:
    """The explainer that a caller asked for: the bundle's own where `option`, of `HEAT_MAP_METHODS`, is None or that.

    Another method explains the layer that suits the network best. Raises OptionError where it cannot explain it.
    """
    if option is None:
        return classifier.explainer
    method = method_asked_for(option)
    if method.name == classifier.explainer.method:
        return classifier.explainer
    ways = {other.option: other.in_pass.layer_of(classifier.network) for other in METHODS if other.in_pass is not None}
    layer = ways[option]
    if layer is None or method.in_pass is None:
        fitting = next(name for name, suits in ways.items() if suits is not None)
        raise OptionError(
            f"the classifier '{classifier.identity.name}' has no feature map that {method.name} could explain",
            remedy=f"Choose the explanation method '{fitting}'",
        )
    return method.in_pass.make(classifier.network, layer)
