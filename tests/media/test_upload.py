"""Rules of what may enter the library: the content decides, and each refusal is a sentence."""

import io

import pytest
from django.core.files.base import File
from PIL import Image, ImageFile

from media.upload import UploadRefused, examine
from tests.media.pictures import encoded, exif, jpeg, png_that_claims, quarters, sent


def found(content: bytes, name: str = "photo.jpg", *, max_bytes: int = 60_000_000, max_pixels: int = 50_000_000):
    return examine(sent(content, name), max_bytes=max_bytes, max_pixels=max_pixels)


def refusal(content: bytes, name: str = "photo.jpg", **limits: int) -> str:
    with pytest.raises(UploadRefused) as refused:
        found(content, name, **limits)
    sentence = refused.value.sentence
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_four_formats_are_taken(kind):
    result = found(encoded(quarters((60, 40)), kind))
    assert (result.format, result.width, result.height) == (kind.lower(), 60, 40)


def test_the_content_decides_and_not_the_name():
    assert found(jpeg((60, 40)), "logo.png").extension == "jpg"
    assert found(jpeg((60, 40)), "photo.jpg.php").format == "jpeg"
    assert found(jpeg((60, 40)), "CON").format == "jpeg"


def test_the_digest_is_that_of_the_bytes_as_they_came():
    assert found(jpeg((60, 40)) + b"anything").digest != found(jpeg((60, 40))).digest
    assert len(found(jpeg((60, 40))).digest) == 64


def test_the_file_is_left_at_its_beginning():
    file = sent(jpeg((60, 40)))
    examine(file, max_bytes=10**6, max_pixels=10**6)
    assert file.tell() == 0


def test_a_plain_open_file_is_as_good_as_an_upload(tmp_path):
    path = tmp_path / "picture.jpg"
    path.write_bytes(jpeg((60, 40)))
    with path.open("rb") as file:
        assert examine(File(file), max_bytes=10**6, max_pixels=10**6).bytes == path.stat().st_size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_width_and_height_are_those_of_the_upright_picture(orientation):
    result = found(jpeg((60, 40), exif=exif(orientation)))
    assert (result.width, result.height) == ((40, 60) if orientation >= 5 else (60, 40))


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_an_orientation_that_does_not_exist_is_none(orientation):
    assert found(jpeg((60, 40), exif=exif(orientation))).width == 60


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_is_no_reason_to_refuse_a_picture():
    assert found(jpeg((60, 40), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + bytes(40))).width == 60


def test_an_empty_file_is_refused():
    assert "empty" in refusal(b"")


def test_a_file_over_the_limit_is_refused_with_both_sizes():
    sentence = refusal(jpeg() + bytes(3_000_000), max_bytes=2_000_000)
    assert "3.0 MB" in sentence
    assert "2 MB" in sentence


def test_more_pixels_than_the_limit_are_refused_from_the_header_alone(monkeypatch):
    content = jpeg()
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    assert "600 × 400" in refusal(content, max_pixels=200_000)
    assert "50 megapixels" in refusal(png_that_claims(9_000, 9_000))


@pytest.mark.parametrize("size", [(40_000, 40_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused(size):
    assert "50 megapixels" in refusal(png_that_claims(*size), "bomb.png")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("part", [0.01, 0.3, 0.5, 0.9])
def test_a_picture_that_was_cut_off_is_refused(kind, part):
    noise = Image.effect_noise((200, 200), 80).convert("RGB")
    whole = encoded(noise, kind)
    assert "Upload a JPEG" in (sentence := refusal(whole[: max(16, int(len(whole) * part))])) or "cut off" in sentence


def test_a_picture_broken_in_the_middle_is_refused():
    whole = bytearray(encoded(quarters((200, 200)), "PNG"))
    middle = whole.index(b"IDAT") + 12
    whole[middle : middle + 8] = b"\xff" * 8
    assert "damaged" in refusal(bytes(whole))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_a_moving_picture_is_refused(kind):
    frames = [quarters((40, 40)), quarters((40, 40)).rotate(90)]
    moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert "moves" in refusal(moving)


def test_a_jpeg_with_a_second_picture_inside_is_a_still():
    both = encoded(quarters((60, 40)), "MPO", save_all=True, append_images=[quarters((60, 40))])
    assert found(both).format == "jpeg"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (encoded(quarters((9, 9)), "GIF"), "PNG"),
        (encoded(quarters((9, 9)), "TIFF"), "JPEG"),
        (encoded(quarters((9, 9)), "BMP"), "JPEG or PNG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50), "Most Compatible"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1" + bytes(50), "still"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>", "PNG"),
        (b"%PDF-1.7 ...", "JPEG or PNG"),
        (b"<html><script>alert(1)</script></html>", "not a picture"),
        (b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)", "PNG"),
        (b"\0" * 5000, "not a picture"),
    ],
)
def test_everything_else_is_refused_with_what_to_do_instead(content, word):
    assert word in refusal(content, "thing.jpg")


def test_a_jpeg_with_html_behind_it_is_a_jpeg():
    assert found(jpeg((60, 40)) + b"<script>alert(1)</script>").format == "jpeg"


def test_nothing_but_the_announced_format_is_tried():
    hidden = b"\xff\xd8\xff" + encoded(quarters((9, 9)), "GIF")
    assert "damaged" in refusal(hidden)


def test_the_file_is_read_in_pieces():
    class Counting(io.BytesIO):
        largest = 0

        def read(self, size=-1, /):
            data = super().read(size)
            Counting.largest = max(Counting.largest, len(data))
            return data

    noise = encoded(Image.effect_noise((1500, 1500), 90).convert("RGB"), "JPEG", quality=98)
    examine(File(Counting(noise), name="noise.jpg"), max_bytes=10**8, max_pixels=10**8)
    assert len(noise) > 1_000_000
    assert Counting.largest <= 2**16
