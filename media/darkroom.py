"""The darkroom: makes the renditions of a picture from its original.

Decides what happens to the pixels (orientation, colours, sizes), what is written and where, and that two
processes never do the same work at once. Which sizes there are is decided in `renditions.py`, who may see
them in `views.py`.

Nothing but pixels leaves: no EXIF, IPTC, XMP, comments, thumbnails or profiles, hence no places where a
photographer lives and no serial numbers. Renditions are sRGB without saying so, which is how browsers read
pictures that say nothing (CSS Color 4 §9).
"""

import fcntl
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from PIL import Image, ImageCms

from media.disk import written_whole
from media.models import Photo
from media.renditions import JPEG, WEBP, Picture
from media.upload import open_picture, orientation

log = logging.getLogger(__name__)

# How each format is written. Quality was chosen by eye on photographs; see docs/photos.md.
ENCODING: dict[str, dict[str, Any]] = {
    WEBP: {"format": "WEBP", "quality": 80, "method": 4},
    JPEG: {"format": "JPEG", "quality": 82},
}
# A progressive JPEG is written through a buffer that Pillow measures by pixels, while JPEG is made of blocks of
# 16 × 16: for a very narrow picture the buffer is too small and the writing fails.
PROGRESSIVE_FROM = 64

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class NotMade(Exception):
    """The original is missing or cannot be read, so there are no renditions."""


def folder_of(digest: str) -> Path:
    """Return where the renditions of a picture lie. Read from the settings at each call."""
    return Path(settings.NEWSROOM_DATA) / "renditions" / digest[:2] / digest


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the picture's lock: other processes and threads that want the same picture wait.

    The kernel takes the lock from a process that dies, so nothing is ever left locked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, image: Image.Image, kind: str) -> None:
    options = ENCODING[kind]
    if kind == JPEG and min(image.size) >= PROGRESSIVE_FROM:
        options = {**options, "progressive": True, "optimize": True}
    with written_whole(path) as out:
        image.save(out, **options)


def missing(picture: Picture) -> list[str]:
    """Return the names of the renditions that are not there yet."""
    folder = folder_of(picture.digest)
    return [name for name in picture.names() if not (folder / name).exists()]


def develop(photo: Photo) -> None:
    """Make all renditions of a photo that are not there yet, from one decoding.

    Waits where another process is making the same picture, then finds nothing left to do. Raises NotMade when
    the original is missing or cannot be decoded, OSError when the disk is full. No query.
    """
    picture, folder = photo.picture, folder_of(photo.digest)
    with _alone(folder):
        wanted = missing(picture)
        if not wanted:
            return
        try:
            with photo.original.open("rb") as original:
                sheet, share = _expose(picture, original, photo.format)
        except Exception as error:  # decoders fail in many ways
            raise NotMade(f"the original of {photo.digest} cannot be read: {error!r}") from error
        # From wide to narrow, each made from the one before: as sharp, and several times quicker.
        for width in reversed(picture.widths):
            sheet = _fit(sheet, (width, picture.height_at(width)))
            for kind in (WEBP, JPEG):
                if f"{width}.{kind}" in wanted:
                    _write(folder / f"{width}.{kind}", sheet, kind)
        if f"share.{JPEG}" in wanted:
            _write(folder / f"share.{JPEG}", share, JPEG)


def _fit(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _expose(picture: Picture, original: IO[bytes], kind: str) -> tuple[Image.Image, Image.Image]:
    """Decode the original once: return its widest rendition and its share picture, upright, in sRGB."""
    widest = picture.widths[-1]
    size = (widest, picture.height_at(widest))
    left, _, right, _ = picture.share_box
    # A JPEG can be decoded at a half, a quarter or an eighth; still twice what the largest use needs.
    scale = max(widest / picture.width, picture.share_width / (right - left))
    with open_picture(original, kind) as image:
        profile = image.info.get("icc_profile")
        turn = _TURNS.get(orientation(image))
        needed = min(1.0, 2 * scale)
        image.draft(None, (max(1, int(image.width * needed)), max(1, int(image.height * needed))))
        upright = _plain_mode(image)
        if turn is not None:
            upright = upright.transpose(turn)
        shrink_x, shrink_y = upright.width / picture.width, upright.height / picture.height
        box = tuple(
            min(edge * shrink, limit)
            for edge, shrink, limit in zip(
                picture.share_box, (shrink_x, shrink_y) * 2, (upright.width, upright.height) * 2, strict=True
            )
        )
        share = upright.resize(picture.share_size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)  # type: ignore[arg-type]  # four floats, as Pillow takes
        sheet = _fit(upright, size)
    return _print_colours(sheet, profile), _print_colours(share, profile)


def _plain_mode(image: Image.Image) -> Image.Image:
    """Return the decoded pixels with 8 bits a channel, as L, LA, RGB, RGBA or CMYK."""
    image.load()
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion would clip instead of scale
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"P", "PA"} or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        return image
    return image.convert("RGB")


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


# The colour space of a profile (ICC.1:2022 table 19): the mode whose pixels it describes.
_MODE_OF_SPACE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def _print_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture as plain RGB in sRGB, on white where it was transparent, with nothing attached."""
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    opaque = image.convert(image.mode.removesuffix("A")) if alpha else image
    colours = _converted(opaque, profile) if profile else opaque
    plain = Image.new("RGB", image.size, "white")
    plain.paste(colours.convert("RGB"), mask=alpha)
    return plain


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture in sRGB by its own profile; as it is where the profile is broken or of another mode."""
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _MODE_OF_SPACE.get(own.profile.xcolor_space.strip())
        if mode is None or (mode != image.mode and (image.mode, mode) != ("L", "RGB")):
            return image
        converted = ImageCms.profileToProfile(
            image.convert(mode),
            own,
            _srgb(),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        log.info("a colour profile could not be used: %s", error)
        return image
    return converted or image
