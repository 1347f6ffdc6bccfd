"""Addresses of pictures.

Decides their strict form: whatever is not a digest and a width that could exist is not found before any
query is made. What they answer stands in `views.py`.
"""

from django.urls import path, register_converter

from media import views
from media.renditions import JPEG, WEBP, WIDTHS


class DigestConverter:
    """A SHA-256 in small hexadecimal digits."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        """Take it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Write it as it is."""
        return value


class WidthConverter:
    """A width that a rendition can have, written in the one way: no leading zero, no sign."""

    regex = "[1-9][0-9]{0,3}"

    def to_python(self, value: str) -> int:
        """Return the width; ValueError, that is 404, beyond the widest."""
        width = int(value)
        if width > WIDTHS[-1]:
            raise ValueError
        return width

    def to_url(self, value: int) -> str:
        """Write it in decimal digits."""
        return str(value)


register_converter(DigestConverter, "digest")
register_converter(WidthConverter, "rendition_width")

urlpatterns = [
    path(
        "photos/<digest:digest>/<rendition_width:width>.webp",
        views.rendition,
        {"kind": WEBP},
        "rendition_webp",
    ),
    path(
        "photos/<digest:digest>/<rendition_width:width>.jpg",
        views.rendition,
        {"kind": JPEG},
        "rendition_jpeg",
    ),
    path("photos/<digest:digest>/share.jpg", views.rendition, {"kind": JPEG, "width": None}, "rendition_share"),
]
