"""Pictures: the library, credits, metadata, renditions."""

import warnings

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """The room of pictures; it knows people, and nothing of stories."""

    name = "media"
    verbose_name = "Photo library"

    def ready(self) -> None:
        """Let Pillow's own guard against decompression bombs stand behind ours, and never above it."""
        from django.conf import settings
        from PIL import Image

        Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS or 0, settings.UPLOAD_MAX_PIXELS)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
