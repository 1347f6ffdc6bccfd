"""Rules of what happens to the pixels on their way to readers."""

import threading

import pytest
from PIL import Image

from media import darkroom
from media.darkroom import NotMade, develop, folder_of, missing
from tests.media.pictures import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    close,
    encoded,
    exif,
    jpeg,
    profile_with_red_and_blue_swapped,
    quarters,
    take,
)


def developed(photo) -> dict[str, Image.Image]:
    """Make all renditions of a photo and open them, by name."""
    develop(photo)
    return {path.name: Image.open(path) for path in folder_of(photo.digest).glob("[!.]*")}


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    wide, high = image.size
    points = [(x, y) for y in (high // 8, high * 7 // 8) for x in (wide // 8, wide * 7 // 8)]
    return [image.convert("RGB").getpixel(point) for point in points]


def shows_quarters(image: Image.Image) -> bool:
    return all(close(*pair) for pair in zip(corners(image), (RED, GREEN, BLUE, WHITE), strict=True))


def test_every_promised_rendition_is_made_in_its_format_and_size(writer):
    photo = take(writer, jpeg((1500, 1000)))
    made = developed(photo)
    assert set(made) == set(photo.picture.names())
    for width in photo.picture.widths:
        assert made[f"{width}.webp"].format == "WEBP"
        assert made[f"{width}.jpg"].format == "JPEG"
        assert made[f"{width}.webp"].size == made[f"{width}.jpg"].size == (width, photo.picture.height_at(width))
    assert made["share.jpg"].size == (1200, 630)
    assert all(shows_quarters(image) for image in made.values())
    assert missing(photo.picture) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(writer, orientation, kind):
    turned = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = quarters((200, 120))
    image = image.transpose(turned) if turned is not None else image
    photo = take(writer, encoded(image, kind, exif=exif(orientation)))
    assert (photo.width, photo.height) == (200, 120)
    assert all(shows_quarters(made) for made in developed(photo).values())


def test_a_jpeg_decoded_at_a_part_of_its_size_is_the_same_picture(writer, monkeypatch):
    monkeypatch.setattr("media.renditions.WIDTHS", (320, 480))
    photo = take(writer, jpeg((5200, 4000), exif=exif(6)))
    made = {kind: developed(photo)[kind] for kind in ("320.jpg", "share.jpg")}
    assert (photo.width, photo.height) == (4000, 5200)
    assert made["320.jpg"].size == (320, 416)
    assert made["share.jpg"].size == (1200, 630)
    assert close(corners(made["320.jpg"])[0], BLUE)


@pytest.mark.parametrize("size", [(1, 1), (9000, 40), (40, 6000), (3, 2000), (1, 20_000)])
def test_pictures_of_odd_shapes_have_renditions(writer, size):
    photo = take(writer, jpeg(size))
    made = developed(photo)
    assert set(made) == set(photo.picture.names())
    assert made["share.jpg"].size == photo.picture.share_size


def test_noise_in_a_very_narrow_picture_can_be_written(writer):
    noise = Image.effect_noise((2, 9000), 90).convert("RGB")
    assert "share.jpg" in developed(take(writer, encoded(noise, "PNG")))


def test_cmyk_becomes_rgb(writer):
    made = developed(take(writer, encoded(quarters(mode="CMYK"), "JPEG", quality=95)))
    assert all(image.mode == "RGB" for image in made.values())
    assert close(corners(made["600.jpg"])[0], RED, by=25)


def test_colours_are_converted_by_their_own_profile(writer):
    made = developed(take(writer, jpeg(icc_profile=profile_with_red_and_blue_swapped())))
    first = corners(made["600.jpg"])[0]
    assert first[2] > 150 > first[0]
    assert all("icc_profile" not in image.info for image in made.values())


@pytest.mark.parametrize("profile", [b"not a profile", profile_with_red_and_blue_swapped()[:200]])
def test_a_broken_profile_costs_nobody_the_picture(writer, profile):
    assert shows_quarters(developed(take(writer, jpeg(icc_profile=profile)))["600.jpg"])


def test_a_profile_of_another_colour_space_is_passed_over(writer):
    content = encoded(quarters(mode="CMYK"), "JPEG", icc_profile=profile_with_red_and_blue_swapped())
    assert close(corners(developed(take(writer, content))["600.jpg"])[0], RED, by=25)


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "WEBP"), ("RGBA", "AVIF")])
def test_what_is_transparent_is_white(writer, mode, kind):
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 100, 100))
    made = developed(take(writer, encoded(image.convert(mode), kind)))
    for rendition in made.values():
        assert rendition.mode == "RGB"
        left, right, _, _ = corners(rendition)
        assert close(left, (0, 0, 0))
        assert close(right, WHITE)


def test_a_palette_with_a_transparent_colour_is_understood(writer):
    image = quarters((200, 100)).quantize(4)
    made = developed(take(writer, encoded(image, "PNG", transparency=image.getpixel((10, 10)))))
    assert close(corners(made["200.jpg"])[0], WHITE)
    assert close(corners(made["200.jpg"])[1], GREEN, by=40)


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped(writer):
    image = Image.new("I;16", (200, 100), 0x8000)
    made = developed(take(writer, encoded(image, "PNG")))
    assert close(corners(made["200.jpg"])[0], (128, 128, 128), by=3)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_and_black_and_white_come_out_as_such(writer, mode):
    image = Image.new("L", (200, 100), 0)
    image.paste(255, (100, 0, 200, 100))
    left, right, _, _ = corners(developed(take(writer, encoded(image.convert(mode), "PNG")))["200.jpg"])
    assert close(left, (0, 0, 0))
    assert close(right, WHITE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_no_place_no_serial_number_no_comment_leaves_the_house(writer, kind):
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRETXMP</x:xmpmeta>"
    content = encoded(quarters(), kind, exif=exif(), xmp=xmp, comment=b"SECRETREMARK", dpi=(77, 77))
    assert b"SERIAL-4711" in content
    photo = take(writer, content)
    for name, image in developed(photo).items():
        raw = (folder_of(photo.digest) / name).read_bytes()
        for secret in (b"SECRET", b"SERIAL", b"Exif", b"xmpmeta", b"GPS", b"Photoshop", b"ICC_PROFILE"):
            assert secret not in raw, (name, secret)
        assert not image.getexif()
        assert not {"exif", "xmp", "comment", "icc_profile", "dpi", "photoshop"} & set(image.info)


def test_what_stood_behind_the_picture_does_not_leave_the_house(writer):
    photo = take(writer, jpeg() + b"<script>alert(1)</script>")
    develop(photo)
    assert all(b"<script>" not in path.read_bytes() for path in folder_of(photo.digest).iterdir())


def test_all_renditions_come_from_one_decoding(writer, monkeypatch):
    photo, decoded = take(writer, jpeg((2500, 1500))), []
    expose = darkroom._expose
    monkeypatch.setattr(darkroom, "_expose", lambda *args: decoded.append(1) or expose(*args))
    develop(photo)
    develop(photo)
    assert decoded == [1]


def test_the_same_picture_wanted_many_times_at_once_is_made_once(writer, monkeypatch):
    photo, decoded = take(writer), []
    expose = darkroom._expose
    monkeypatch.setattr(darkroom, "_expose", lambda *args: decoded.append(1) or expose(*args))
    wanting = [threading.Thread(target=develop, args=(photo,)) for _ in range(6)]
    for thread in wanting:
        thread.start()
    for thread in wanting:
        thread.join()
    assert decoded == [1]
    assert missing(photo.picture) == []


def test_only_what_is_missing_is_made_again(writer):
    photo = take(writer)
    develop(photo)
    kept = folder_of(photo.digest) / "320.jpg"
    before = kept.stat().st_mtime_ns
    (folder_of(photo.digest) / "480.webp").unlink()
    develop(photo)
    assert missing(photo.picture) == []
    assert kept.stat().st_mtime_ns == before


def test_a_rendition_is_there_whole_or_not_at_all(writer, monkeypatch):
    photo = take(writer)

    def breaks_off(self, out, **options):
        out.write(b"half a pict")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Image.Image, "save", breaks_off)
        with pytest.raises(OSError, match="No space"):
            develop(photo)
    assert [path.name for path in folder_of(photo.digest).iterdir()] == [".lock"]
    develop(photo)
    assert missing(photo.picture) == []


def test_a_missing_or_broken_original_is_said_and_nothing_is_made(writer, data_folder):
    photo = take(writer)
    original = data_folder / photo.original.name
    original.write_bytes(original.read_bytes()[:200])
    with pytest.raises(NotMade):
        develop(photo)
    original.unlink()
    with pytest.raises(NotMade):
        develop(photo)
    assert missing(photo.picture)
