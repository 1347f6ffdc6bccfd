"""Rules of taking photos in, changing what is said of them, and opening them to readers."""

import datetime as dt
import hashlib
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.tasks import default_task_backend
from django.utils import timezone

from media import library
from media.darkroom import folder_of
from media.models import Photo
from media.tasks import make_renditions
from media.upload import UploadRefused
from tests.media.pictures import jpeg, sent, take

NOON = dt.datetime(2024, 6, 19, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def empty_queue():
    default_task_backend.clear()


def originals(data_folder):
    return [path for path in (data_folder / "originals").rglob("*") if path.is_file()]


# --- Taking in ------------------------------------------------------------------------------------------------


def test_an_upload_is_kept_byte_for_byte_under_its_digest(writer, data_folder):
    content = jpeg()
    photo = take(writer, content)
    digest = hashlib.sha256(content).hexdigest()
    assert photo.digest == digest
    assert (data_folder / "originals" / digest[:2] / f"{digest}.jpg").read_bytes() == content
    assert (photo.width, photo.height, photo.bytes, photo.format) == (600, 400, len(content), "jpeg")
    assert photo.uploaded_by == writer


def test_an_upload_is_not_released(writer):
    assert take(writer).released_at is None


def test_the_moment_of_the_upload_is_given_from_outside(writer):
    assert take(writer, now=NOON).uploaded_at == NOON


def test_text_is_folded_to_one_line(writer):
    photo = take(writer, caption=" A\nbridge \0 ", agency="  Wire\tOne ")
    assert (photo.caption, photo.agency) == ("A bridge", "Wire One")


def test_hostile_text_is_kept_as_the_text_it_is(writer):
    assert take(writer, caption="<script>alert(1)</script>").caption == "<script>alert(1)</script>"


def test_the_same_bytes_are_refused_with_a_link_to_the_first(writer, second_writer):
    first = take(writer, caption="The bridge")
    with pytest.raises(library.AlreadyInLibrary) as refused:
        take(second_writer)
    assert refused.value.photo == first
    assert "The bridge" in refused.value.sentence
    assert Photo.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_sent_twice_at_once_become_one_photo(writer, monkeypatch):
    both_have_looked = threading.Barrier(2, timeout=10)
    look, results = library._refuse_known, []

    def look_then_wait(digest):
        look(digest)
        if not both_have_looked.broken and threading.current_thread().name.startswith("tab"):
            threading.current_thread().name = "waited"
            both_have_looked.wait()

    monkeypatch.setattr(library, "_refuse_known", look_then_wait)

    def send():
        from django.db import connection

        try:
            results.append(take(writer))
        except library.AlreadyInLibrary as refusal:
            results.append(refusal)
        finally:
            connection.close()

    tabs = [threading.Thread(target=send, name=f"tab{number}") for number in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(type(result).__name__ for result in results) == ["AlreadyInLibrary", "Photo"]
    assert Photo.objects.count() == 1


def test_what_is_not_a_picture_leaves_neither_row_nor_file(writer, data_folder):
    with pytest.raises(UploadRefused):
        take(writer, b"nothing")
    assert not Photo.objects.exists()
    assert not originals(data_folder)


def test_a_full_disk_leaves_neither_row_nor_half_a_file(writer, data_folder, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("media.disk.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        take(writer)
    assert not Photo.objects.exists()
    assert not originals(data_folder)


def test_half_a_file_that_a_crash_left_is_replaced(writer, data_folder):
    content = jpeg()
    digest = hashlib.sha256(content).hexdigest()
    left = data_folder / "originals" / digest[:2] / f"{digest}.jpg"
    left.parent.mkdir(parents=True)
    left.write_bytes(content[:100])
    take(writer, content)
    assert left.read_bytes() == content


def test_a_text_that_is_too_long_is_refused_before_anything_is_written(writer, data_folder):
    with pytest.raises(ValidationError):
        take(writer, agency="x" * 201)
    assert not originals(data_folder)


def test_everybody_with_an_account_may_upload(cast):
    for number, person in enumerate(cast.values()):
        assert take(person, jpeg((60 + number, 40))).uploaded_by == person


def test_an_account_that_is_switched_off_may_not_upload(writer):
    writer.is_active = False
    with pytest.raises(PermissionDenied, match="may not upload"):
        take(writer)


def test_renditions_are_ordered_once_the_upload_is_committed(writer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as ordered:
        photo = take(writer)
        assert not default_task_backend.results
    assert len(ordered) == 1
    [result] = default_task_backend.results
    assert result.args == [photo.digest]


def test_the_worker_makes_every_rendition(writer):
    photo = take(writer)
    make_renditions.call(photo.digest)
    assert {path.name for path in folder_of(photo.digest).iterdir()} == {*photo.picture.names(), ".lock"}


# --- Changing -------------------------------------------------------------------------------------------------


def test_one_may_change_what_is_said_of_ones_own_upload(writer):
    photo = take(writer, caption="Before", agency="Wire")
    library.change_photo(photo=photo, actor=writer, caption="After")
    photo.refresh_from_db()
    assert (photo.caption, photo.agency) == ("After", "Wire")


@pytest.mark.parametrize(
    ("person", "allowed"),
    [("writer", True), ("second_writer", False), ("photo_editor", True), ("editor", True), ("chief", True)],
)
def test_who_may_change_a_writers_upload(cast, person, allowed):
    photo = take(cast["writer"], caption="Before")
    assert library.may_change(cast[person], photo) is allowed
    if allowed:
        library.change_photo(photo=photo, actor=cast[person], caption="After")
    else:
        with pytest.raises(PermissionDenied, match="own uploads only"):
            library.change_photo(photo=photo, actor=cast[person], caption="After")
    photo.refresh_from_db()
    assert photo.caption == ("After" if allowed else "Before")


def test_a_text_that_is_too_long_changes_nothing(writer):
    photo = take(writer, alt="Before")
    with pytest.raises(ValidationError):
        library.change_photo(photo=photo, actor=writer, alt="x" * 501)
    photo.refresh_from_db()
    assert photo.alt == "Before"


# --- Opening to readers ---------------------------------------------------------------------------------------


def test_a_release_counts_from_its_moment_on(writer):
    photo = take(writer)
    library.release([photo.pk], at=NOON)
    photo.refresh_from_db()
    assert not photo.is_released(at=NOON - HOUR)
    assert photo.is_released(at=NOON)
    assert not Photo.objects.released(at=NOON - HOUR).exists()
    assert Photo.objects.released(at=NOON).get() == photo


@pytest.mark.parametrize(("first", "second"), [(NOON, NOON + HOUR), (NOON + HOUR, NOON)])
def test_of_two_releases_the_earlier_counts(writer, first, second):
    photo = take(writer)
    library.release([photo.pk], at=first)
    library.release([photo.pk], at=second)
    photo.refresh_from_db()
    assert photo.released_at == NOON


def test_a_recalled_photo_is_closed_again(writer):
    photo = take(writer)
    library.release([photo.pk], at=NOON)
    library.recall([photo.pk])
    photo.refresh_from_db()
    assert not photo.is_released(at=timezone.now())


def test_a_release_is_one_query_for_any_number_of_photos(writer, django_assert_num_queries):
    photos = [take(writer, jpeg((60 + number, 40))) for number in range(3)]
    with django_assert_num_queries(1):
        assert library.release([photo.pk for photo in photos], at=NOON) == 3


# --- Finding --------------------------------------------------------------------------------------------------


def test_search_finds_every_word_in_any_field_whatever_its_capitals(writer):
    bridge = take(writer, caption="A swing bridge at dusk", photographer="Ada Marsh")
    take(writer, jpeg((60, 40)), alt="A bridge", agency="Wire 100%")
    assert list(Photo.objects.search("MARSH bridge")) == [bridge]
    assert Photo.objects.search("bridge").count() == 2
    assert Photo.objects.search("  ").count() == 2
    assert not Photo.objects.search("marsh wire").exists()


def test_search_takes_signs_of_patterns_as_signs(writer):
    take(writer, agency="Wire 100%", caption="under_score")
    assert Photo.objects.search("100%").exists()
    assert not Photo.objects.search("1%0").exists()
    assert not Photo.objects.search("u_der").exists()


def test_search_with_a_zero_byte_or_a_thousand_words_is_a_search(writer):
    take(writer, caption="bridge")
    assert Photo.objects.search("bri\0dge").count() == 1
    assert Photo.objects.search("bridge " * 1000).count() == 1


# --- What the database holds to -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [{"digest": "A" * 64}, {"digest": "ab"}, {"width": 0}, {"height": 0}, {"bytes": 0}, {"format": "gif"}]
)
def test_the_database_refuses_a_photo_that_cannot_be(writer, wrong):
    photo = take(writer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.filter(pk=photo.pk).update(**wrong)


def test_a_person_with_photos_cannot_be_deleted(writer):
    take(writer)
    with pytest.raises(IntegrityError), transaction.atomic():
        writer.delete()


def test_a_photo_is_called_by_its_caption_or_alt_text_or_number(writer):
    photo = take(writer)
    assert str(photo) == f"Photo {photo.pk}"
    photo.alt = "A bridge"
    assert str(photo) == "A bridge"
    photo.caption = "The bridge of Example"
    assert str(photo) == "The bridge of Example"


def test_a_file_that_was_only_opened_is_enough(writer, tmp_path):
    path = tmp_path / "rocket.jpg"
    path.write_bytes(jpeg())
    with path.open("rb") as file:
        assert library.add_photo(file=file, actor=writer).width == 600


def test_sent_files_are_named_by_content_and_never_by_their_own_name(writer):
    photo = library.add_photo(file=sent(jpeg(), "../../etc/passwd.php"), actor=writer)
    assert photo.original.name == f"originals/{photo.digest[:2]}/{photo.digest}.jpg"
