"""What an input is called, and what its file name says about its format."""

from __future__ import annotations

from pathlib import Path

from ..images.videos import VIDEOS

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})
VOLUMES = frozenset(
    {".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd", ".seg.nrrd", ".seq.nrrd", ".igs.nrrd", ".igs.mha"}
)
_DICOM = frozenset({".dcm", ".dicom", ".ima"})
NOT_IMAGES = frozenset(
    {
        *(".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".html", ".htm", ".md", ".rst", ".log", ".pdf", ".rtf"),
        *(".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".py", ".m", ".r", ".ipynb", ".sh"),
        *(".bat", ".exe", ".dll", ".so", ".ini", ".cfg", ".conf", ".toml", ".yml", ".yaml", ".inf", ".url", ".lnk"),
        *(".zip", ".gz", ".tar", ".tgz", ".7z", ".rar", ".npy", ".npz", ".h5", ".mat", ".pt", ".pth", ".pkl", ".db"),
        *(".raw", ".zraw", ".img", ".mrml", ".mrb", ".sha256", ".md5", ".css", ".js", ".svg", ".ico"),
    }
)
"""Extensions that a folder search passes over in silence; pixel parts of two-file volumes among them."""


def extension(path: Path) -> str:
    """The extension in small letters, doubled ones (``.nii.gz``) whole, empty where there is none that is known."""
    name = path.name.lower()
    known = VOLUMES | PICTURES | VIDEOS | _DICOM | NOT_IMAGES
    matching = [suffix for suffix in known if name.endswith(suffix) and len(name) > len(suffix)]
    return max(matching, key=len, default="")


def stem(path: Path) -> str:
    """The file's name without its image extension, doubled ones removed whole."""
    ending = extension(path) or (path.suffix if not path.suffix[1:].isdigit() else "")
    return path.name[: len(path.name) - len(ending)] if ending else path.name
