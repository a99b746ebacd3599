"""The engine's one front door: frames in, everything found out."""

from __future__ import annotations

from dataclasses import replace

from .bundles.bundle import Models
from .device import resolve_device
from .errors import OptionError
from .explanations.explanation import Explainer
from .explanations.registry import METHODS, method_asked_for
from .findings.analysis import Analysis
from .findings.counterfactuals import Counterfactuals
from .images.frames import Frames
from .interface import Masks
from .models.classifier import Classifier
from .models.passes import Passes, SeparatePasses
from .models.shared_encoder import SharedEncoder, shares_encoder
from .options import AnalyzeOptions, Cancelling, Progress
from .pipeline.counterfactual_run import CounterfactualRun
from .pipeline.rescoring import Rescoring
from .pipeline.run import Equipment, Run
from .similar.lookup import SimilarSearch
from .similar.signature import Asked, FrameSignatures, last_layer

DEFAULT_OPTIONS = AnalyzeOptions()


class Analyzer:
    """Analyzes one input at a time with one pair of networks.

    Args:
        models: the networks; they are moved to the device.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``. Raises OptionError where it is not there.

    >>> from BreastUSAILib.engine.analyzer import Analyzer
    >>> from BreastUSAILib.engine.bundles.model_folder import load_models
    >>> from BreastUSAILib.engine.reading import read
    >>> frames = next(read("BreastUSAI/Resources/Samples/still_malignant_calibrated.dcm"))
    >>> analyzer = Analyzer(load_models(), device="cpu")
    >>> analysis = analyzer.analyze(frames)
    >>> analysis.verdict.label.value, len(analysis.lesions)
    ('malignant', 1)
    >>> outlines = {0: analysis.maps.labels(0)}
    >>> analyzer.rescore(frames, outlines).lesions[0].malignancy is not None
    True
    """

    def __init__(self, models: Models, device: str = "auto") -> None:
        self.device = resolve_device(device)
        self.models = models = models.matched()
        for model in (models.classifier, models.segmenter):
            model.network.to(self.device)
        self.passes = _passes(models)
        self._otherwise_explained: dict[str, Equipment] = {}
        self._search = SimilarSearch()

    def analyze(
        self,
        frames: Frames,
        options: AnalyzeOptions = DEFAULT_OPTIONS,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Analysis:
        """Segment, classify, explain and measure. The same input and options give the same result.

        Raises InputError for pixels that cannot be read or are not a picture, OptionError for frames outside the
        input, for a prevalence that the classifier cannot be shifted to, and for an explanation method that it does
        not allow, Cancelled when `cancelled` says so.
        """
        return Run(self._equipment(options), frames, options, progress, cancelled).result()

    def rescore(
        self,
        frames: Frames,
        masks: Masks,
        options: AnalyzeOptions = DEFAULT_OPTIONS,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Analysis:
        """Measure outlines that are given, and score each lesion, instead of looking for outlines.

        The analysis is that of the frames in `masks` alone: their probabilities, their heat maps and a verdict among
        them, so that a frame that is to count without a lesion needs a mask of zeros. Each lesion that lies in the
        analyzed region also gets a `malignancy` of its own: the mean of the whole frame's logits and of those of a
        closer view around the lesion (`closer_view`), made a probability by the bundle's calibration and its
        recalibration for lesions (`recalibration`), with the interval of the latter. Where the bundle has none, both
        are those of whole frames; a flag says which. A classifier that wants a lesion mask gets the given one, in the
        closer view that of the lesion alone.

        Args:
            frames: the input.
            masks: by frame, ``[H, W]`` of whole numbers: 0 background, n lesion number n. A lesion may be in parts.
                Of a volume, number n is one and the same lesion on every slice.
            options: as for `analyze`. Of `options.frames` only where the scan area is looked for and how far apart a
                volume's neighboring slices lie count, so that the options of the analysis before fit here too.

        Raises what `analyze` raises, and OptionError for no masks, masks that do not fit, and frames outside the input.
        """
        return Rescoring(Run(self._equipment(options), frames, options, progress, cancelled), masks).result()

    def counterfactuals(
        self,
        frames: Frames,
        masks: Masks,
        options: AnalyzeOptions = DEFAULT_OPTIONS,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Counterfactuals:
        """What becomes of one frame's likelihood of malignancy where something in it is changed.

        Calipers and text painted out, the lesions painted out, a reader's outlines instead of those that are found, and
        the gain turned by 3 dB up and down. One of them that is not possible says why.

        Args:
            frames: the input.
            masks: of the one frame, ``[H, W]``: its outlines as they are now; zeros where there are none.
            options: as for `rescore`.
            progress, cancelled: as for `rescore`; `cancelled` is asked between the changes.

        Raises what `rescore` raises, OptionError for more than one frame, InputError for one that is rejected.
        """
        return CounterfactualRun(Run(self._equipment(options), frames, options, progress, cancelled), masks).result()

    @property
    def signature_length(self) -> int:
        """How many features `sign` gives. Raises LibraryError where the classifier gives no signatures."""
        return int(last_layer(self.models.classifier).in_features)

    def analyze_and_sign(
        self, frames: Frames, options: AnalyzeOptions = DEFAULT_OPTIONS
    ) -> tuple[Analysis, Asked | None]:
        """The analysis, and the key frame as a library of past cases wants it; None where there is no verdict.

        Raises what `analyze` raises, and LibraryError where the classifier gives no signatures.
        """
        signatures = FrameSignatures(self.models.classifier)
        run = Run(self._equipment(options), frames, options, None, None, signatures=signatures)
        analysis = run.result()
        key = analysis.verdict.key_frame
        return analysis, None if key is None else signatures.of(key)

    def sign(self, frames: Frames) -> Asked | None:
        """The first frame as a library of past cases wants it, by the classifier alone; None where it has no verdict.

        The same as `analyze_and_sign` gives for a still, without outlines and explanation. Raises what that raises.
        """
        signatures = FrameSignatures(self.models.classifier)
        run = Run(self._equipment(DEFAULT_OPTIONS), frames, DEFAULT_OPTIONS, None, None, signatures=signatures)
        return signatures.of(0) if run.look([0], run.classify) else None

    def _equipment(self, options: AnalyzeOptions) -> Equipment:
        """The networks and the way through them, with the explanation that was asked for."""
        explainer = chosen_explainer(self.models.classifier, options.explain_method)
        if explainer is self.models.classifier.explainer:
            return Equipment(self.models, self.passes, self.device, self._search)
        if explainer.method not in self._otherwise_explained:
            models = replace(self.models, classifier=replace(self.models.classifier, explainer=explainer))
            self._otherwise_explained[explainer.method] = Equipment(models, _passes(models), self.device, self._search)
        return self._otherwise_explained[explainer.method]


def _passes(models: Models) -> Passes:
    shared = shares_encoder(models.classifier, models.segmenter)
    return (SharedEncoder if shared else SeparatePasses)(models.classifier, models.segmenter)


def chosen_explainer(classifier: Classifier, option: str | None) -> Explainer:
    """The explainer that a caller asked for: the bundle's own where `option`, of `EXPLAIN_METHODS`, is None or that.

    Another method explains the layer that suits the network best. Raises OptionError where it cannot explain it.
    """
    if option is None:
        return classifier.explainer
    method = method_asked_for(option)
    if method.name == classifier.explainer.method:
        return classifier.explainer
    layer = method.layer_of(classifier.network)
    if layer is None:
        fitting = [other.option for other in METHODS if other.layer_of(classifier.network) is not None]
        raise OptionError(
            f"the classifier '{classifier.identity.name}' has no feature map that {method.name} could explain",
            remedy=f"Choose the explanation method '{fitting[0]}'",
        )
    return method.make(classifier.network, layer)
