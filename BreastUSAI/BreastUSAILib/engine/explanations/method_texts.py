"""What each method of explanation means, and where it misleads: one paragraph each, for manual and tooltips."""

from __future__ import annotations


def _(words: str) -> str:
    """Marks what is translated where it is shown."""
    return words


GRAD_CAM = _(
    "Which regions of the last feature map speak for the class. It comes with every analysis at no cost of its own. It "
    "is coarse: a cell covers a thirty-second of the image's side, so that its edge is not the lesion's, and what "
    "speaks against the class is not shown."
)
SALIENCY = _(
    "How much the class's score changes with each single pixel, whether up or down. It works with every network and "
    "shows fine detail, but it is noisy: bright speckle and borders stand out whether or not they matter."
)
SMOOTHGRAD = _(
    "Saliency averaged over noisy copies of the image, which takes away most of its noise. It still marks where the "
    "network is sensitive, not whether that speaks for the class or against it."
)
INTEGRATED_GRADIENTS = _(
    "What each pixel adds to the class's score, or takes from it, on the way from a blurred copy to the image; all of "
    "it together is the difference of the two scores. It depends on that copy: what the blur keeps, such as the depth "
    "of a large dark area, gets nothing."
)
GRADIENT_SHAP = _(
    "The same idea with several blurred copies and random places on the way, an estimate of SHAP values for pixels. "
    "It hangs less on one copy and varies a little with chance; neighboring pixels share what they do together in a "
    "way that no person would choose."
)
KERNEL_SHAP = _(
    "SHAP values of the 64 squares of an 8 by 8 grid: what a square adds to the score on average over many mixtures of "
    "sharp and blurred squares. It sees what squares do together and needs no gradients. The grid is coarse and cuts "
    "through lesions, and many of the mixtures look like no image the network has seen."
)
OCCLUSION = _(
    "How much the class's score falls where a window of the image is blurred. It is easy to understand and needs no "
    "gradients. A window that hides a lesion only in part changes little, a lesion larger than the window stays "
    "visible, and two places that tell the network the same both look unimportant."
)
OUTLINE_GRAD_CAM = _(
    "Which places at the segmenter's last attention stage speak for the lesion inside its outline. It is about where "
    "the outline comes from, not about benign or malignant. It lies close to the outline by nature, which proves "
    "nothing, and there is none without an outline."
)
ATTENTION_GATES = _(
    "Where the segmenter's attention gates let the image's detail pass, the mean of all of them. It costs one pass. "
    "It is no explanation of an answer: the gates are the same for every class, and what passes may still be ignored."
)
