"""Pictures for tests, made on the spot: none is kept in the repository."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from authors.models import User
from media import library
from media.models import Photo

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 60), (30, 60, 220), (255, 255, 255)


def quarters(size: tuple[int, int] = (600, 400), mode: str = "RGB") -> Image.Image:
    """Return a picture whose quarters are red, green, blue and white, so that a wrong turn is seen."""
    wide, high = size
    image = Image.new("RGB", size, RED)
    image.paste(GREEN, (wide // 2, 0, wide, high // 2))
    image.paste(BLUE, (0, high // 2, wide // 2, high))
    image.paste(WHITE, (wide // 2, high // 2, wide, high))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return a picture as the bytes of a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(size: tuple[int, int] = (600, 400), **options: Any) -> bytes:
    """Return a JPEG of four colours."""
    return encoded(quarters(size), "JPEG", **{"quality": 90, **options})


def sent(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    """Return bytes as a form gets them."""
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def take(actor: User, content: bytes | None = None, **words: Any) -> Photo:
    """Take a picture into the library."""
    return library.add_photo(file=sent(jpeg() if content is None else content), actor=actor, **words)


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header promises very many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def exif(orientation: int = 1) -> Image.Exif:
    """Return EXIF with what must not leak: a place, serial numbers, a name."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = "SECRETMAKER"
    made.get_ifd(0x8769)[0xA431] = "SERIAL-4711"
    made.get_ifd(0x8769)[0x9286] = "SECRETCOMMENT"
    gps = made.get_ifd(0x8825)
    gps[1], gps[2] = "N", (52.0, 31.0, 12.0)
    gps[3], gps[4] = "E", (13.0, 24.0, 36.0)
    return made


def profile_with_red_and_blue_swapped() -> bytes:
    """Return a colour profile in which what is stored as red means blue."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return plain.replace(b"rXYZ", b"tmpX", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"tmpX", b"bXYZ", 1)


def close(found: Any, wanted: tuple[int, int, int], by: int = 12) -> bool:
    """Tell whether a colour is the wanted one, as far as compression keeps it."""
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))
