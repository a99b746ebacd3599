"""A saved scene opened again, as another machine would: in a fresh scene, from the file alone."""

from __future__ import annotations

from pathlib import Path

import slicer

from BreastUSAILib.scene.mrml.host import SceneHost, openHost


def reopen(bundle: Path, folder: Path) -> SceneHost:
    """Unpack the ``.mrb`` into `folder` and load it into a scene of its own."""
    host = openHost()
    cache = slicer.vtkCacheManager()
    (folder / ".slicer-cache").touch()
    cache.SetRemoteCacheDirectory(str(folder))
    data_io = slicer.vtkDataIOManager()
    data_io.SetCacheManager(cache)
    host.scene.SetCacheManager(cache)
    host.scene.SetDataIOManager(data_io)
    scene_file = slicer.vtkMRMLScene.UnpackSlicerDataBundle(str(bundle), str(folder))
    host.scene.SetURL(scene_file)
    assert host.scene.Import(), f"{bundle} does not open"
    return host
