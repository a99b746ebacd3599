"""A picture in a second slice view beside the image, and the views as they were when it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numpy.typing import NDArray

from ...scene.images.compared_picture import ComparedPicture, showBeside

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLVolumeNode


class BesideImage:
    """Holds the one picture that is shown."""

    def __init__(self) -> None:
        self._shown: ComparedPicture | None = None

    @property
    def isOpen(self) -> bool:
        """Whether a picture stands beside the image."""
        return self._shown is not None and self._shown.isThere

    def isOf(self, volumeNode: vtkMRMLVolumeNode | None) -> bool:
        """Whether the picture that is shown stands beside that image."""
        return self._shown is not None and self._shown.image is volumeNode

    def show(self, volumeNode: vtkMRMLVolumeNode, pixels: NDArray, name: str) -> None:
        """Show gray pixels ``[H, W]`` beside `volumeNode`, in the place of the picture before."""
        self.close()
        self._shown = showBeside(volumeNode, pixels, name)

    def close(self) -> None:
        """Take the picture away; the views are as they were before."""
        if self._shown is not None:
            self._shown.close()
            self._shown = None
