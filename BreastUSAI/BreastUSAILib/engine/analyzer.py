"""The engine's one front door: frames in, everything found out."""

from __future__ import annotations

from dataclasses import replace

from .bundles.bundle import Models
from .device import resolve_device
from .explanations.registry import method_asked_for
from .findings.analysis import Analysis
from .findings.counterfactual.counterfactuals import Counterfactuals
from .findings.explained import Explanations, with_explanations
from .findings.maps import PackedMasks, StoredMaps
from .images.frames import Frames
from .interface import Masks
from .models.chosen_explainer import chosen_explainer
from .models.passes import Passes, SeparatePasses
from .models.shared_encoder import SharedEncoder, shares_encoder
from .options import AnalyzeOptions, Cancelling, ExplainOptions, Progress
from .pipeline.counterfactual_run import CounterfactualRun
from .pipeline.explaining import Explaining, check_methods
from .pipeline.ordinary_analysis import OrdinaryAnalysis
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
        input, for a prevalence that the classifier cannot be shifted to, and for explanation methods that the
        networks do not allow, Cancelled when `cancelled` says so.
        """
        check_methods(self.models, options.explain)
        equipment = self._equipment(options)
        analysis = OrdinaryAnalysis(Run(equipment, frames, options, progress, cancelled)).result()
        own = equipment.models.classifier.explainer.method
        methods = tuple(option for option in options.explain if method_asked_for(option).name != own)
        mapped = set(analysis.maps.frames) & {one.index for one in analysis.frames if one.probabilities is not None}
        if not methods or not mapped:
            return analysis
        assert isinstance(analysis.maps, StoredMaps)
        masks = PackedMasks({index: analysis.maps.packed(index)[0] for index in mapped})
        asked = ExplainOptions(methods, analysis.input.region_px, options.explain_class)
        return with_explanations(analysis, Explaining(equipment, frames, masks, asked, progress, cancelled).result())

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
        analysis = OrdinaryAnalysis(run).result()
        key = analysis.verdict.key_frame
        return analysis, None if key is None else signatures.of(key)

    def sign(self, frames: Frames) -> Asked | None:
        """The first frame as a library of past cases wants it, by the classifier alone; None where it has no verdict.

        The same as `analyze_and_sign` gives for a still, without outlines and explanation. Raises what that raises.
        """
        signatures = FrameSignatures(self.models.classifier)
        run = Run(self._equipment(DEFAULT_OPTIONS), frames, DEFAULT_OPTIONS, None, None, signatures=signatures)
        return signatures.of(0) if run.look([0], run.classify) else None

    def explain(
        self,
        frames: Frames,
        masks: Masks,
        options: ExplainOptions,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Explanations:
        """Explain frames that were analyzed before, without analyzing them again.

        The same input, outlines, options and seed give the same maps. `with_explanations` makes them part of the
        analysis.

        Args:
            frames: the input.
            masks: by frame that is to be explained, the lesions as they are outlined, as for `rescore`: zeros where
                there is none. Methods that explain the outline explain that of all lesions together.
            options: the methods, what they explain, and the region that was analyzed.
            progress: hears of passes through the network, done and to do.
            cancelled: asked after each pass.

        Raises InputError for pixels that cannot be read and for an image that no frame of can be explained,
        OptionError for masks that do not fit, for frames and a region outside the input, for a method that the
        networks do not allow, and where no method has anything to explain; Cancelled when `cancelled` says so.
        """
        check_methods(self.models, options.methods)
        equipment = Equipment(self.models, self.passes, self.device)
        return Explaining(equipment, frames, masks, options, progress, cancelled).demanded()

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
