"""What is a picture: the examination of a file before it may enter the library.

Decides which formats are taken, how large they may be, and what people read when theirs is refused. The
content decides, never the name: a JPEG called `logo.png` is a JPEG, a page of HTML called `photo.jpg` is
nothing. Files that are a picture and something else at once are harmless, because only renditions that the
darkroom encoded anew are ever served.

Memory is bounded: the file is read in pieces, its dimensions are judged from the header, and a JPEG is then
decoded at an eighth of its size. No ORM.
"""

import hashlib
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from PIL import ExifTags, Image

log = logging.getLogger(__name__)

# Format as the library names it: as Pillow names it. Extensions of originals are the keys, "jpg" for JPEG.
PILLOW_NAMES = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF"}
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "avif"}
# For the file input: browsers offer these, and an iPhone turns its HEIC into JPEG when HEIC is not among them.
ACCEPT = "image/jpeg,image/png,image/webp,image/avif"

_HEAD = 4096
_WANTED = "Upload a JPEG, PNG, WebP or AVIF."


class UploadRefused(Exception):
    """A file that the library does not take; the text is a sentence for the person who sent it."""

    @property
    def sentence(self) -> str:
        """Why, and what to do instead."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file was found to be. Width and height are pixels after orientation."""

    digest: str
    format: str
    bytes: int
    width: int
    height: int

    @property
    def extension(self) -> str:
        """The extension that its content deserves."""
        return EXTENSIONS[self.format]


def _brands(head: bytes) -> set[bytes]:
    """Return the brands of an ISO base media file (ISO/IEC 14496-12 §4.3): AVIF, HEIC and films have them."""
    if head[4:8] != b"ftyp":
        return set()
    box = head[: min(int.from_bytes(head[:4]), len(head))]
    return {box[8:12], *(box[start : start + 4] for start in range(16, len(box), 4))}


def _looks_like_svg(head: bytes) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return text.startswith(b"<svg") or (text.startswith((b"<?xml", b"<!doctype", b"<!--")) and b"<svg" in text)


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magic)


# What people send instead of a picture for print, most specific first: how to tell, and what to say.
_REFUSED: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (
        _starts(b"GIF87a", b"GIF89a"),
        (
            "This is a GIF, which the library does not take. Save a still picture as PNG and upload that; "
            "a moving one belongs into the story as a video."
        ),
    ),
    (
        lambda head: bool(_brands(head) & {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}),
        (
            "This is a HEIC photo, which most browsers cannot show. Export it as JPEG and upload that. On an iPhone: "
            "Settings, Camera, Formats, “Most Compatible”."
        ),
    ),
    (
        lambda head: (
            head[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIRO", b"IIU\0"}
            or head.startswith(b"FUJIFILMCCD-RAW")
            or bool(_brands(head) & {b"crx "})
        ),
        "This is a TIFF or a camera’s raw file. Export it as JPEG in the best quality and upload that.",
    ),
    (
        _looks_like_svg,
        "This is an SVG drawing, which can carry scripts. Export it as PNG, 2,000 pixels wide or more.",
    ),
    (
        _starts(b"%PDF", b"%!PS", b"8BPS"),
        "This is a document, not a picture. Export the page or the layer as JPEG or PNG and upload that.",
    ),
    (
        _starts(b"BM", b"\0\0\1\0", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"\xff\x0a", b"\0\0\0\x0cJXL "),
        (
            "Browsers cannot show this kind of picture (BMP, icon, JPEG 2000 or JPEG XL). Save it as JPEG or PNG and "
            "upload that."
        ),
    ),
    (
        lambda head: bool(_brands(head)) or head.startswith((b"\x1aE\xdf\xa3", b"OggS")),
        "This is a film or a sound recording, not a picture. Save a still of it as JPEG and upload that.",
    ),
)


def _kind(head: bytes, name: str) -> str:
    """Return the format that the first bytes announce. Raises UploadRefused for all that is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if _brands(head) & {b"avif", b"avis"}:
        return "avif"
    for fits, sentence in _REFUSED:
        if fits(head):
            raise UploadRefused(sentence)
    called = f"“{name}”" if name else "This file"
    raise UploadRefused(f"{called} is not a picture, or is damaged at its very beginning. {_WANTED}")


def _too_many_pixels(max_pixels: int, size: tuple[int, int] | None = None) -> UploadRefused:
    dimensions = f" of {size[0]:,} × {size[1]:,} pixels" if size else ""
    return UploadRefused(
        f"This picture{dimensions} is larger than the {max_pixels / 1e6:,.0f} megapixels that the library takes. "
        "Scale it down (4,000 pixels wide is plenty) and upload that."
    )


def _damaged() -> UploadRefused:
    return UploadRefused(
        "This picture is damaged or was cut off on its way: it cannot be read to its end. "
        "Fetch it again from the camera or the sender, and upload that."
    )


def orientation(image: Image.Image) -> int:
    """Return how the camera was held (EXIF 2.32 tag 0x0112): 1 to 8, 1 where nothing readable says otherwise."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # hostile EXIF fails in many ways, and none is a reason to refuse the picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def open_picture(file: Any, kind: str) -> Image.Image:
    """Open a file as this format and no other; the pixels are not decoded yet."""
    return Image.open(file, formats=[PILLOW_NAMES[kind]])


def _digest(file: "File[bytes]") -> tuple[str, int]:
    """Return SHA-256 and true length of a file, reading it in pieces."""
    sha, length = hashlib.sha256(), 0
    for chunk in file.chunks():
        sha.update(chunk)
        length += len(chunk)
    return sha.hexdigest(), length


def examine(file: "File[bytes]", *, max_bytes: int, max_pixels: int) -> Examined:
    """Say what a file is, or raise UploadRefused with a sentence.

    Reads the file from its beginning and leaves it there again. Decodes the whole picture once, so that one
    that was cut off is noticed now and not by a reader.
    """
    if file.size == 0:
        raise UploadRefused("This file is empty. Choose it again, or fetch it again from where it came.")
    if file.size > max_bytes:
        raise UploadRefused(
            f"This file of {file.size / 1e6:,.1f} MB is larger than the {max_bytes / 1e6:,.0f} MB that the library "
            "takes. Save it as JPEG in good quality and upload that."
        )
    file.seek(0)
    kind = _kind(file.read(_HEAD), str(file.name or "").rpartition("/")[2])
    file.seek(0)
    width, height = _measure(file, kind, max_pixels)
    file.seek(0)
    digest, length = _digest(file)
    file.seek(0)
    return Examined(digest=digest, format=kind, bytes=length, width=width, height=height)


def _measure(file: "File[bytes]", kind: str, max_pixels: int) -> tuple[int, int]:
    """Return width and height after orientation, having decoded the picture to its end."""
    try:
        with open_picture(file, kind) as image:
            width, height = image.size
            if width * height > max_pixels:
                raise _too_many_pixels(max_pixels, image.size)
            # A JPEG with several pictures inside (MPO) is a still with its preview or its depth beside it.
            if kind != "jpeg" and getattr(image, "is_animated", False):
                raise UploadRefused(
                    "This picture moves, and the library takes stills only. Save one frame of it and upload that; "
                    "a moving one belongs into the story as a video."
                )
            turned = orientation(image) >= 5
            image.draft(None, (max(1, width // 8), max(1, height // 8)))  # JPEG only, others ignore it
            image.load()
        if kind == "png":
            # Its checksums, which Pillow's decoder passes over.
            file.seek(0)
            with open_picture(file, kind) as image:
                image.verify()
    except UploadRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(max_pixels) from None
    except Exception as error:  # decoders fail in many ways on damaged files; all mean the same to the sender
        log.info("upload could not be decoded: %s: %s", type(error).__name__, error)
        raise _damaged() from error
    return (height, width) if turned else (width, height)


class StopAtLimit(FileUploadHandler):
    """Keeps a file that is too large from filling the disk while it comes in.

    Stands first in FILE_UPLOAD_HANDLERS. What is beyond UPLOAD_MAX_BYTES is read and forgotten; the form then
    gets a file without content that knows its true size, so that `examine` refuses it with a sentence.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a piece on to the next handler as long as the file is within the limit."""
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            return None
        return raw_data

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        """Stand in for a file of which not all was kept; leave all others to the next handler."""
        if file_size <= settings.UPLOAD_MAX_BYTES:
            return None
        return UploadedFile(io.BytesIO(), self.file_name, self.content_type, file_size, self.charset)
