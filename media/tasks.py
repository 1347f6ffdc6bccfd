"""What the worker does for pictures.

Decides nothing but when: renditions are made in advance, so that the first reader does not wait. If the worker
is behind or down, the view makes them on demand.
"""

from django.tasks import task

from media.darkroom import develop
from media.models import Photo


@task(queue_name="pictures")
def make_renditions(digest: str) -> None:
    """Make all renditions of a photo that are not there yet. Safe to run twice, and twice at once.

    Raises `media.darkroom.NotMade` when the original is missing or broken. One query.
    """
    develop(Photo.objects.get(digest=digest))
