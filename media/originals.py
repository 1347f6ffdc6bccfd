"""Where the original files lie: byte for byte as they came, named by their content, never served.

Decides their names and folders. Whether a file is wanted at all is decided in `upload.py`. A bucket elsewhere
would take this storage's place in `originals()` and nowhere else.
"""

from pathlib import Path
from typing import override

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

from media.disk import written_whole


@deconstructible
class OriginalsOnDisk(FileSystemStorage):
    """Files below MEDIA_ROOT, where the same name always means the same bytes."""

    @override
    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name as it is: two files of one name are one file."""
        return name

    def _save(self, name: str, content: "File[bytes]") -> str:
        """Write it whole. An older file of this name is replaced: the same, or what a broken disk left of it."""
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as out:
            for chunk in content.chunks():
                out.write(chunk)
        return name


def originals() -> Storage:
    """Return the storage of originals; a callable, so that migrations name it and nothing of this machine."""
    return OriginalsOnDisk()


def name_of(digest: str, extension: str) -> str:
    """Return the name of an original in its storage, such as `originals/3f/3fa9….jpg`."""
    return f"originals/{digest[:2]}/{digest}.{extension}"
