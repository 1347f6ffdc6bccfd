"""Rules of giving out renditions: who sees which, and what caches may keep."""

import datetime as dt
import io

import pytest
import time_machine
from django.urls import Resolver404, resolve
from PIL import Image

from media import library
from media.darkroom import folder_of
from media.views import rendition
from tests.media.pictures import take

NOON = dt.datetime(2024, 6, 19, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def photo(writer):
    return take(writer)


@pytest.fixture
def released(photo):
    library.release([photo.pk], at=NOON)
    return photo


@pytest.fixture(autouse=True)
def afternoon():
    with time_machine.travel(NOON + HOUR, tick=False):
        yield


def test_readers_get_a_released_photo_in_every_size_and_format(reader, released):
    for name in released.picture.names():
        answer = reader.get(f"/photos/{released.digest}/{name}")
        image = Image.open(io.BytesIO(answer.getvalue()))
        assert answer.status_code == 200
        assert answer["Content-Type"] == ("image/webp" if name.endswith("webp") else "image/jpeg")
        assert f"image/{image.format.lower()}" == answer["Content-Type"]


def test_a_released_photo_may_be_kept_for_ever_and_depends_on_no_cookie(reader, released):
    reader.cookies["sessionid"] = "whatever"
    answer = reader.get(released.picture.src)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer.has_header("Content-Disposition")


def test_a_picture_is_not_compressed_a_second_time(reader, released):
    answer = reader.get(released.picture.src, headers={"accept-encoding": "gzip, br"})
    assert not answer.has_header("Content-Encoding")
    assert int(answer["Content-Length"]) == len(answer.getvalue())


def test_a_released_photo_costs_one_query_signed_in_or_not(
    reader, as_user, editor, released, django_assert_num_queries
):
    for client in (reader, as_user(editor)):
        with django_assert_num_queries(1):
            assert client.get(released.picture.src).status_code == 200


def test_readers_do_not_find_a_photo_that_is_not_released(reader, photo):
    for name in photo.picture.names():
        assert reader.get(f"/photos/{photo.digest}/{name}").status_code == 404


def test_an_unreleased_photo_is_not_even_made_for_readers(reader, photo):
    reader.get(photo.picture.src)
    assert not folder_of(photo.digest).exists()


@pytest.mark.parametrize("person", ["writer", "second_writer", "editor", "photo_editor", "chief"])
def test_everybody_on_the_desk_sees_an_unreleased_photo_and_no_cache_keeps_it(as_user, cast, photo, person):
    answer = as_user(cast[person]).get(photo.picture.thumb)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


def test_an_account_that_is_switched_off_is_a_reader(as_user, editor, photo):
    client = as_user(editor)
    editor.is_active = False
    editor.save()
    assert client.get(photo.picture.thumb).status_code == 404


def test_a_photo_of_a_scheduled_story_opens_at_its_time(reader, photo):
    library.release([photo.pk], at=NOON + 2 * HOUR)
    assert reader.get(photo.picture.src).status_code == 404
    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        assert reader.get(photo.picture.src).status_code == 200


def test_a_recalled_photo_is_not_found(reader, released):
    library.recall([released.pk])
    assert reader.get(released.picture.src).status_code == 404


def test_who_has_it_already_is_told_so_without_a_file(reader, released):
    etag = reader.get(released.picture.src)["ETag"]
    again = reader.get(released.picture.src, headers={"if-none-match": etag})
    assert again.status_code == 304
    assert again["ETag"] == etag
    assert "immutable" in again["Cache-Control"]
    assert not again.content


def test_each_rendition_has_an_etag_of_its_own(reader, released):
    etags = {reader.get(f"/photos/{released.digest}/{name}")["ETag"] for name in released.picture.names()}
    assert len(etags) == len(list(released.picture.names()))


def test_head_says_what_get_would(reader, released):
    answer = reader.head(released.picture.src)
    assert answer.status_code == 200
    assert answer["Content-Length"] == reader.get(released.picture.src)["Content-Length"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_else_than_get_and_head_is_answered(reader, released, method):
    assert getattr(reader, method)(released.picture.src).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/photos/{d}/321.jpg",
        "/photos/{d}/640.jpg",  # wider than the picture
        "/photos/{d}/0320.jpg",
        "/photos/{d}/-320.jpg",
        "/photos/{d}/99999999999999999999.jpg",
        "/photos/{d}/320.png",
        "/photos/{d}/320.jpg/",
        "/photos/{d}/share.webp",
        "/photos/{d}/.lock",
        "/photos/{d}/",
        "/photos/{D}/320.jpg",
        "/photos/../{d}/320.jpg",
        "/photos/abc/320.jpg",
        "/originals/{dd}/{d}.jpg",
        "/renditions/{dd}/{d}/320.jpg",
    ],
)
def test_sizes_and_names_from_outside_are_not_trusted(reader, released, path):
    digest = released.digest
    wrong = path.format(d=digest, D=digest.upper(), dd=digest[:2])
    assert reader.get(wrong).status_code == 404


def reaches_the_view(path: str) -> bool:
    try:
        return resolve(path).func is rendition
    except Resolver404:
        return False


@pytest.mark.parametrize("name", ["1921.jpg", "0320.jpg", "320.gif", "original.jpg"])
def test_a_size_that_cannot_be_reaches_neither_view_nor_database(name):
    assert reaches_the_view(f"/photos/{'ab' * 32}/320.jpg")
    assert not reaches_the_view(f"/photos/{'ab' * 32}/{name}")
    assert not reaches_the_view(f"/photos/{'AB' * 32}/320.jpg")


def test_what_the_worker_has_not_made_yet_is_made_on_demand(reader, released):
    assert not folder_of(released.digest).exists()
    assert reader.get(released.picture.small).status_code == 200
    assert (folder_of(released.digest) / "480.jpg").exists()


def test_a_missing_original_is_not_found_and_stands_in_the_log(reader, released, data_folder, caplog):
    (data_folder / released.original.name).unlink()
    assert reader.get(released.picture.src).status_code == 404
    assert released.digest in caplog.text


def test_renditions_outlive_their_original(reader, released, data_folder):
    reader.get(released.picture.src)
    (data_folder / released.original.name).unlink()
    assert reader.get(released.picture.src).status_code == 200
