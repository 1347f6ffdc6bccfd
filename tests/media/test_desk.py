"""Rules of the photo library's pages on the desk."""

import pytest
from django.conf.global_settings import FILE_UPLOAD_HANDLERS
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from media import desk
from media.models import Photo
from tests.media.pictures import jpeg, sent, take

GRID = "/desk/media/photo/"
ADD = "/desk/media/photo/add/"
PICKER = "/desk/media/photo/picker/"
UPLOAD = "/desk/media/photo/upload/"
WORDS = {
    "alt": "A bridge",
    "caption": "The bridge at dusk",
    "agency": "Wire",
    "photographer": "Ada Marsh",
    "source": "Harbour Office",
    "distributor": "Post",
}
CREDIT = "Wire / Ada Marsh / Harbour Office via Post"


@pytest.fixture
def photo(writer):
    return take(writer, **WORDS)


def page_of(photo):
    return reverse("admin:media_photo_change", args=[photo.pk])


# --- The grid -------------------------------------------------------------------------------------------------


def test_the_grid_shows_each_photo_with_its_credit(as_user, second_writer, photo):
    html = as_user(second_writer).get(GRID).content.decode()
    assert photo.picture.thumb in html
    assert CREDIT in html


def test_the_grid_says_what_has_no_credit(as_user, writer):
    take(writer)
    assert "No credit yet" in as_user(writer).get(GRID).content.decode()


def test_the_grid_finds_words_of_caption_and_credit(as_user, writer, photo):
    take(writer, jpeg((60, 40)), caption="Something else")
    html = as_user(writer).get(GRID, {"q": "marsh dusk"}).content.decode()
    assert "The bridge at dusk" in html
    assert "Something else" not in html


def test_the_grid_says_when_nothing_fits(as_user, writer, photo):
    assert "No photo fits" in as_user(writer).get(GRID, {"q": "zebra"}).content.decode()


def test_the_grid_can_be_narrowed_to_ones_own_and_to_what_lacks_a_credit(as_user, writer, second_writer, photo):
    take(second_writer, jpeg((60, 40)), caption="Second")
    mine = as_user(writer).get(GRID, {"by": "me"}).content.decode()
    bare = as_user(writer).get(GRID, {"credit": "missing"}).content.decode()
    assert "The bridge at dusk" in mine
    assert "Second" not in mine
    assert "Second" in bare
    assert "The bridge at dusk" not in bare


def test_the_grid_costs_the_same_however_many_photos_there_are(as_user, writer, django_assert_num_queries):
    client = as_user(writer)
    for number in range(3):
        take(writer, jpeg((60 + number, 40)))
    with django_assert_num_queries(6):  # session, user, a bounded count, the page, the bell, what is late
        client.get(GRID)
    for number in range(9):
        take(writer, jpeg((80 + number, 40)))
    with django_assert_num_queries(6):
        client.get(GRID)


def test_the_grid_never_counts_to_the_end(writer, monkeypatch):
    for number in range(4):
        take(writer, jpeg((60 + number, 40)))
    monkeypatch.setattr(desk, "COUNTED", 3)
    assert desk.GridPaginator(Photo.objects.all(), 2).count == 3


def test_hostile_words_are_shown_as_words(as_user, writer):
    photo = take(writer, **dict.fromkeys(WORDS, '"><script>alert(1)</script>'))
    for address in (GRID, page_of(photo)):
        html = as_user(writer).get(address).content.decode()
        assert "<script>alert(1)" not in html
        assert "&lt;script&gt;alert(1)" in html


# --- Uploading ------------------------------------------------------------------------------------------------


def test_an_upload_leads_to_the_photos_page(as_user, writer):
    answer = as_user(writer).post(ADD, {"file": sent(jpeg()), **WORDS}, follow=True)
    photo = Photo.objects.get()
    assert answer.redirect_chain == [(page_of(photo), 302)]
    assert photo.credit_line == CREDIT
    assert photo.uploaded_by == writer
    assert CREDIT in answer.content.decode()
    assert LogEntry.objects.get().user == writer


def test_an_upload_without_credit_is_taken_with_a_word_of_warning(as_user, writer):
    answer = as_user(writer).post(ADD, {"file": sent(jpeg())}, follow=True)
    assert "no credit yet" in answer.content.decode()


def test_a_refused_file_is_explained_and_what_was_typed_is_kept(as_user, writer):
    answer = as_user(writer).post(ADD, {"file": sent(b"<svg/>", "logo.svg"), **WORDS})
    html = answer.content.decode()
    assert answer.status_code == 400
    assert "SVG drawing" in html
    assert "The bridge at dusk" in html
    assert not Photo.objects.exists()


def test_an_empty_file_and_no_file_are_explained(as_user, writer):
    client = as_user(writer)
    assert "This file is empty" in client.post(ADD, {"file": sent(b"")}).content.decode()
    assert client.post(ADD, {}).status_code == 400


def test_the_same_file_again_shows_the_photo_that_is_there(as_user, second_writer, photo):
    html = as_user(second_writer).post(ADD, {"file": sent(jpeg())}).content.decode()
    assert page_of(photo) in html
    assert photo.picture.thumb in html


def test_a_file_beyond_the_limit_does_not_fill_the_disk(as_user, writer, settings):
    settings.UPLOAD_MAX_BYTES = 100_000
    settings.FILE_UPLOAD_HANDLERS = ["media.upload.StopAtLimit", *FILE_UPLOAD_HANDLERS]
    answer = as_user(writer).post(ADD, {"file": sent(jpeg() + bytes(400_000)), "caption": "Kept words"})
    html = answer.content.decode()
    assert "0.4 MB" in html
    assert "Kept words" in html
    assert as_user(writer).post(ADD, {"file": sent(jpeg((60, 40)))}).status_code == 302


# --- The page of one photo ------------------------------------------------------------------------------------


def test_the_page_shows_picture_facts_and_printed_credit(as_user, second_writer, photo):
    html = as_user(second_writer).get(page_of(photo)).content.decode()
    for fact in (photo.picture.webp_srcset, "600 × 400 pixels", "JPEG", "Wilma Writer", f"({CREDIT})"):
        assert fact in html


def test_the_page_costs_few_queries(as_user, writer, photo, django_assert_max_num_queries):
    client = as_user(writer)
    client.get(page_of(photo))  # once for what a process asks one time only, such as the kinds of content
    with django_assert_max_num_queries(5):  # session, user, photo, the bell, what is late
        client.get(page_of(photo))


def test_words_are_saved_from_the_page(as_user, writer, photo):
    answer = as_user(writer).post(page_of(photo), {**WORDS, "caption": "The bridge at dawn"})
    photo.refresh_from_db()
    assert answer.status_code == 302
    assert photo.caption == "The bridge at dawn"


@pytest.mark.parametrize(
    ("person", "status"),
    [("writer", 302), ("second_writer", 403), ("photo_editor", 302), ("editor", 302), ("chief", 302)],
)
def test_a_post_to_the_page_gains_what_the_library_allows_and_no_more(as_user, cast, photo, person, status):
    answer = as_user(cast[person]).post(page_of(photo), {**WORDS, "caption": "Changed"})
    photo.refresh_from_db()
    assert answer.status_code == status
    assert (photo.caption == "Changed") is (status == 302)


def test_who_may_not_change_a_photo_is_told_and_gets_no_fields(as_user, second_writer, photo):
    html = as_user(second_writer).get(page_of(photo)).content.decode()
    assert "may change its words" in html
    assert 'name="caption"' not in html


def test_a_forged_post_changes_neither_file_nor_owner_nor_release(as_user, writer, second_writer, photo):
    forged = {
        "digest": "0" * 64,
        "uploaded_by": second_writer.pk,
        "released_at": "2020-01-01",
        "width": 1,
        "original": "x",
    }
    before = Photo.objects.values().get()
    as_user(writer).post(page_of(photo), {**WORDS, **forged})
    assert Photo.objects.values().get() == before


@pytest.mark.parametrize("person", ["writer", "photo_editor", "editor", "chief"])
def test_nobody_deletes_a_photo(as_user, cast, photo, person):
    client = as_user(cast[person])
    assert client.post(f"/desk/media/photo/{photo.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(GRID, {"action": "delete_selected", "_selected_action": [photo.pk], "post": "yes"})
    assert Photo.objects.filter(pk=photo.pk).exists()


@pytest.mark.parametrize("address", [GRID, ADD, "/desk/media/photo/1/change/"])
def test_readers_are_sent_to_the_sign_in_page(reader, db, address):
    answer = reader.get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"/desk/login/?next={address}"


# --- The picker -----------------------------------------------------------------------------------------------


def test_the_picker_tells_all_that_the_writing_page_needs(as_user, second_writer, photo):
    [item] = as_user(second_writer).get(PICKER).json()["results"]
    assert item == {
        "id": photo.pk,
        "digest": photo.digest,
        "title": "The bridge at dusk",
        "alt": "A bridge",
        "caption": "The bridge at dusk",
        "credit": CREDIT,
        "width": 600,
        "height": 400,
        "thumb": f"/photos/{photo.digest}/320.webp",
        "thumb_width": 320,
        "thumb_height": 213,
    }


def test_the_picker_pages_newest_first_without_counting(as_user, writer, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(desk, "PICKER_PAGE", 2)
    taken = [take(writer, jpeg((60 + number, 40))).pk for number in range(5)]
    client, seen, after = as_user(writer), [], ""
    while after is not None:
        with django_assert_num_queries(3):  # session, user, the page
            page = client.get(PICKER, {"after": after}).json()
        seen += [item["id"] for item in page["results"]]
        after = page["next"]
    assert seen == taken[::-1]


def test_the_picker_searches(as_user, writer, photo):
    client = as_user(writer)
    assert client.get(PICKER, {"q": "dusk"}).json()["results"]
    assert not client.get(PICKER, {"q": "zebra"}).json()["results"]


def test_the_picker_answers_for_known_photos_in_the_order_asked(as_user, writer, photo):
    second = take(writer, jpeg((60, 40)))
    answer = as_user(writer).get(PICKER, {"ids": f"{second.pk},nonsense,{photo.pk},999999,²"}).json()
    assert [item["id"] for item in answer["results"]] == [second.pk, photo.pk]


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": "-1"}, {"after": "9" * 30}, {"ids": ""}, {"q": "\0"}])
def test_nonsense_does_not_upset_the_picker(as_user, writer, photo, query):
    assert as_user(writer).get(PICKER, query).status_code == 200


def test_the_picker_is_for_the_desk(reader, photo):
    answer = reader.get(PICKER)
    assert answer.status_code == 401
    assert "signed out" in answer.json()["error"]


def test_the_picker_is_kept_by_no_cache(as_user, writer):
    assert "no-store" in as_user(writer).get(PICKER)["Cache-Control"]


# --- Uploading in place ---------------------------------------------------------------------------------------


def test_the_writing_page_uploads_in_place_and_gets_the_pickers_item(as_user, writer):
    client = as_user(writer)
    answer = client.post(UPLOAD, {"file": sent(jpeg()), **WORDS})
    assert answer.status_code == 201
    assert answer.json() == client.get(PICKER).json()["results"][0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"file": b"GIF89a" + bytes(20)}, "This is a GIF"),
        ({"file": b""}, "This file is empty"),
        ({}, "required"),
        ({"file": jpeg(), "alt": "x" * 501}, "Alt text: "),
    ],
)
def test_a_refusal_is_one_sentence_in_json(as_user, writer, data, words):
    sending = {name: sent(value) if name == "file" else value for name, value in data.items()}
    answer = as_user(writer).post(UPLOAD, sending)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert not Photo.objects.exists()


def test_the_same_file_again_names_the_one_that_is_there(as_user, second_writer, photo):
    answer = as_user(second_writer).post(UPLOAD, {"file": sent(jpeg())})
    assert answer.status_code == 400
    assert answer.json()["existing"]["id"] == photo.pk


def test_uploading_in_place_is_for_the_desk_and_needs_the_token(reader, writer):
    assert reader.post(UPLOAD, {"file": sent(jpeg())}).status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(writer)
    assert strict.post(UPLOAD, {"file": sent(jpeg())}).status_code == 403
    assert strict.post(ADD, {"file": sent(jpeg())}).status_code == 403
    assert strict.get(UPLOAD).status_code == 405
    assert not Photo.objects.exists()
