"""Rules of sizes and addresses. No file is needed for any of them."""

import re

import pytest
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from hypothesis import example, given
from hypothesis import strategies as st

from media.renditions import MAX_HEIGHT, WIDTHS, Picture

DIGEST = "ab" * 32
pictures = st.builds(Picture, digest=st.just(DIGEST), width=st.integers(1, 60_000), height=st.integers(1, 60_000))


def test_a_large_picture_is_rendered_at_every_width():
    assert Picture(DIGEST, 6000, 4000).widths == WIDTHS


def test_a_picture_is_never_enlarged_and_is_also_rendered_at_its_own_width():
    assert Picture(DIGEST, 1000, 500).widths == (320, 480, 640, 960, 1000)
    assert Picture(DIGEST, 960, 500).widths == (320, 480, 640, 960)
    assert Picture(DIGEST, 40, 30).widths == (40,)


def test_a_picture_too_tall_for_webp_is_rendered_narrower():
    picture = Picture(DIGEST, 100, 50_000)
    assert picture.widths == (32,)
    assert picture.height_at(32) <= MAX_HEIGHT


@given(pictures)
@example(Picture(DIGEST, 1, 60_000))
@example(Picture(DIGEST, 60_000, 1))
def test_every_rendition_has_pixels_fits_into_webp_and_is_not_enlarged(picture):
    assert picture.widths == tuple(sorted(set(picture.widths)))
    for width in picture.widths:
        assert 1 <= width <= min(picture.width, WIDTHS[-1])
        assert 1 <= picture.height_at(width) <= MAX_HEIGHT
    assert picture.src_width in picture.widths
    assert picture.small_width <= 480
    assert picture.thumb_width <= 320


@given(pictures)
def test_the_share_picture_lies_inside_the_original_and_is_not_enlarged(picture):
    left, top, right, bottom = picture.share_box
    assert -1e-6 <= left < right <= picture.width + 1e-6
    assert -1e-6 <= top < bottom <= picture.height + 1e-6
    assert picture.share_width <= 1200
    assert picture.share_height <= 630
    assert picture.share_width <= picture.width
    assert picture.share_height <= picture.height
    # Around the centre, to the pixel.
    assert left + right == pytest.approx(picture.width)
    assert top + bottom == pytest.approx(picture.height)


def test_the_share_picture_is_1200_by_630_where_the_original_has_it():
    assert Picture(DIGEST, 6000, 4000).share_size == (1200, 630)
    assert Picture(DIGEST, 600, 600).share_size == (600, 315)


def test_srcset_names_every_width_once():
    picture = Picture(DIGEST, 700, 350)
    assert picture.webp_srcset == (
        f"/photos/{DIGEST}/320.webp 320w, /photos/{DIGEST}/480.webp 480w, "
        f"/photos/{DIGEST}/640.webp 640w, /photos/{DIGEST}/700.webp 700w"
    )
    assert [source.type for source in picture.sources] == ["image/webp", "image/jpeg"]


@given(pictures)
def test_every_address_leads_to_the_view(picture):
    for name in picture.names():
        assert resolve(f"/photos/{DIGEST}/{name}").func.__name__ == "rendition"
    assert picture.share == reverse("rendition_share", args=[DIGEST])
    assert picture.small == reverse("rendition_jpeg", args=[DIGEST, picture.small_width])
    assert picture.thumb == reverse("rendition_webp", args=[DIGEST, picture.thumb_width])


def test_the_lite_edition_gets_one_small_jpeg():
    assert Picture(DIGEST, 6000, 4000).small == f"/photos/{DIGEST}/480.jpg"
    assert Picture(DIGEST, 300, 4000).small == f"/photos/{DIGEST}/300.jpg"


def test_a_picture_without_pixels_is_refused():
    with pytest.raises(ValueError, match="at least one pixel"):
        Picture(DIGEST, 0, 10)


def test_pictures_can_be_compared_and_stand_in_sets():
    assert {Picture(DIGEST, 3, 2), Picture(DIGEST, 3, 2)} == {Picture(DIGEST, 3, 2)}


def drawn(**context):
    return render_to_string("media/_picture.html", {"picture": Picture(DIGEST, 2400, 1600), **context})


def test_the_picture_element_offers_webp_then_jpeg_with_its_size():
    html = drawn(alt="A bridge", sizes="50vw")
    assert re.search(r'<source type="image/webp" srcset="[^"]+ 1920w" sizes="50vw">', html)
    assert f'<img src="/photos/{DIGEST}/1280.jpg"' in html
    assert 'width="1280" height="853"' in html
    assert 'alt="A bridge"' in html


def test_the_picture_on_top_of_a_page_is_fetched_first_all_others_when_they_come_into_view():
    assert 'fetchpriority="high"' in drawn(alt="", loading="eager")
    assert 'loading="lazy"' not in drawn(alt="", loading="eager")
    assert 'loading="lazy"' in drawn(alt="")
    assert 'sizes="100vw"' in drawn(alt="")


def test_an_alt_text_cannot_break_out_of_its_attribute():
    assert 'alt="&quot;&gt;&lt;script&gt;"' in drawn(alt='"><script>')
