"""The library: the only code that adds and changes photos, and that opens them to readers.

Decides who may do what to a photo and in which order file and row are written. What a picture is stands in
`upload.py`; which permissions a role has in `authors/roles.py`. The desk, the demo newsroom and imports all
call these functions.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from authors.models import User
from media.credits import fold
from media.models import Photo
from media.originals import name_of
from media.tasks import make_renditions
from media.upload import UploadRefused, examine

#: What a printed credit is made of.
_CREDIT_PARTS = ("agency", "photographer", "source", "distributor")


class AlreadyInLibrary(UploadRefused):
    """The same bytes are in the library; `photo` is where."""

    def __init__(self, photo: Photo) -> None:
        super().__init__(f"This very file is in the library already, as “{photo.title}”. Use that one.")
        self.photo = photo


def may_add(actor: User) -> bool:
    """Tell whether this person may upload. No query."""
    return actor.has_perm("media.add_photo")


def may_change(actor: User, photo: Photo) -> bool:
    """Tell whether this person may change this photo's words: their own upload, or everybody's. No query."""
    return actor.has_perm("media.edit_any") or (
        actor.has_perm("media.change_photo") and photo.uploaded_by_id == actor.pk
    )


def add_photo(
    *,
    file: "File[bytes] | BinaryIO",
    actor: User,
    alt: str = "",
    caption: str = "",
    agency: str = "",
    photographer: str = "",
    source: str = "",
    distributor: str = "",
    now: datetime | None = None,
) -> Photo:
    """Examine a file and take it into the library, unreleased.

    The original is on disk, whole, before the row that names it. If the row then fails, the file stays as an
    orphan under its digest and the next try uses it. Renditions are made by the worker once this is committed.

    Raises PermissionDenied, UploadRefused (AlreadyInLibrary for the same bytes) with a sentence, or
    ValidationError when a text is too long. Three queries.
    """
    if not may_add(actor):
        raise PermissionDenied("You may not upload photos.")
    if not isinstance(file, File):
        file = File(file)
    found = examine(file, max_bytes=settings.UPLOAD_MAX_BYTES, max_pixels=settings.UPLOAD_MAX_PIXELS)
    _refuse_known(found.digest)
    photo = Photo(
        digest=found.digest,
        original=name_of(found.digest, found.extension),
        format=found.format,
        bytes=found.bytes,
        width=found.width,
        height=found.height,
        alt=fold(alt),
        caption=fold(caption),
        agency=fold(agency),
        photographer=fold(photographer),
        source=fold(source),
        distributor=fold(distributor),
        uploaded_by=actor,
        uploaded_at=now or timezone.now(),
    )
    photo.clean_fields(exclude={"uploaded_by"})
    photo.original.storage.save(photo.original.name, file)
    try:
        with transaction.atomic():
            photo.save(force_insert=True)
            # Robust: a queue that is down must not undo an upload, for the view makes what is missing.
            transaction.on_commit(lambda: make_renditions.enqueue(photo.digest), robust=True)
    except IntegrityError:
        _refuse_known(found.digest)  # somebody else was quicker by a blink
        raise
    return photo


def _refuse_known(digest: str) -> None:
    known = Photo.objects.by_digests([digest]).first()
    if known:
        raise AlreadyInLibrary(known)


def change_photo(
    *,
    photo: Photo,
    actor: User,
    alt: str | None = None,
    caption: str | None = None,
    agency: str | None = None,
    photographer: str | None = None,
    source: str | None = None,
    distributor: str | None = None,
) -> Photo:
    """Change what is said of a photo; what is not given stays. Whoever changes its credit is one of the writers of
    every story that prints it: they cannot approve it.

    Raises PermissionDenied, or ValidationError when a text is too long. Two queries.
    """
    if not may_change(actor, photo):
        raise PermissionDenied("You may change your own uploads only; ask the photo desk for this one.")
    given = {
        "alt": alt,
        "caption": caption,
        "agency": agency,
        "photographer": photographer,
        "source": source,
        "distributor": distributor,
    }
    changed = {field: fold(text) for field, text in given.items() if text is not None}
    # asked of the row: a form has written its words into the object already
    parts = Photo.objects.filter(pk=photo.pk).values(*_CREDIT_PARTS).get()
    credit_changed = any(changed[part] != words for part, words in parts.items() if part in changed)
    for field, text in changed.items():
        setattr(photo, field, text)
    photo.clean_fields(exclude={field.name for field in Photo._meta.fields} - changed.keys())
    if credit_changed:
        photo.changed_by = actor
    photo.save(update_fields=[*changed, "changed_by"])
    return photo


def release(photo_ids: Iterable[int], *, at: datetime) -> int:
    """Open photos to readers from this moment on, or from an earlier one where that was promised before.

    Publishing calls this for every photo of a story; who may publish is decided there. Returns how many
    photos it found. One query.
    """
    return Photo.objects.filter(pk__in=list(photo_ids)).update(released_at=Least(Coalesce(F("released_at"), at), at))


def recall(photo_ids: Iterable[int]) -> int:
    """Close photos to readers again. Copies in caches stay until they expire. One query."""
    return Photo.objects.filter(pk__in=list(photo_ids)).update(released_at=None)
