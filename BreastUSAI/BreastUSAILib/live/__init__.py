"""A picture that keeps changing: a probe's live stream, a camera, a video at its own pace."""
