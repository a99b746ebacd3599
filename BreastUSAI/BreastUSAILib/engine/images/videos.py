"""What videos are called: all that is known of them before one is opened. Needs nothing else."""

from __future__ import annotations

from pathlib import Path

VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".ts"})
VIDEO_PATTERNS = " ".join(sorted(f"*{ending}" for ending in VIDEOS))


def called_video(path: str | Path) -> bool:
    """Whether a file is called like a video."""
    return Path(path).suffix.lower() in VIDEOS
