"""The bell, the page of notices and the page of choices; and what others may not do there."""

import datetime as dt

import pytest

from articles import workflow
from articles.notices import telling
from articles.notices.models import Choice, Notice, Webhook
from articles.statuses import Status
from tests.builders import make_story

HOOK = "https://chat.example/hooks/abcdefghijklmnop"


@pytest.fixture
def sent_back(cast, writer, editor, now):
    article = make_story(writer=writer, status=Status.IN_REVIEW, headline="A <b>bridge</b>")
    return workflow.send_back(article.pk, actor=editor, now=now, note="Who <i>paid</i>?")


def heaps(writer, editor, now, number):
    article = make_story(writer=writer)
    for minute in range(number):
        telling.tell_test(person=writer, room=False, now=now + dt.timedelta(minutes=minute))
    return article


class TestTheBell:
    def test_counts_what_is_unread_on_every_page_of_the_desk(self, sent_back, as_user, writer):
        page = as_user(writer).get("/desk/").content.decode()
        assert 'aria-label="Notices, 1 unread"' in page

    def test_stops_counting_at_nine(self, as_user, writer, editor, now):
        heaps(writer, editor, now, 12)
        answer = as_user(writer).get("/desk/notices/count/").json()
        assert answer == {"unread": 10, "shown": "9+", "label": "Notices, more than 9 unread"}

    def test_says_nothing_to_somebody_who_is_not_signed_in(self, reader):
        assert reader.get("/desk/notices/count/").status_code == 302

    def test_asks_nothing_of_readers(self, reader, db, django_assert_max_num_queries):
        with django_assert_max_num_queries(4):
            assert "bell" not in reader.get("/").content.decode()

    def test_opening_the_story_marks_its_notices_read(self, sent_back, as_user, writer, editor):
        other = Notice.objects.filter(recipient=editor).first()
        client = as_user(writer)
        assert 'aria-label="Notices"' in client.get(sent_back.get_absolute_url()).content.decode()
        assert Notice.objects.get(recipient=writer).read_at
        other.refresh_from_db()
        assert other.read_at is None  # one's own only


class TestThePage:
    def test_lists_what_was_told_with_the_note_and_no_markup_of_it(self, sent_back, as_user, writer):
        page = as_user(writer).get("/desk/notices/").content.decode()
        assert "A &lt;b&gt;bridge&lt;/b&gt;" in page
        assert "sent back by Edda Editor" in page
        assert "Who &lt;i&gt;paid&lt;/i&gt;?" in page

    def test_lists_nobody_elses(self, sent_back, as_user, second_writer):
        page = as_user(second_writer).get("/desk/notices/").content.decode()
        assert "Nothing yet." in page

    def test_one_is_marked_read_and_then_all(self, as_user, writer, editor, now):
        heaps(writer, editor, now, 3)
        client = as_user(writer)
        first = Notice.objects.order_by("pk").first()
        client.post("/desk/notices/", {"read": first.pk})
        assert Notice.objects.unread().count() == 2
        client.post("/desk/notices/", {"read": "all"})
        assert not Notice.objects.unread().exists()

    @pytest.mark.parametrize("read", ["", "nonsense", "-1", "9" * 30])
    def test_nonsense_marks_nothing(self, sent_back, as_user, writer, read):
        assert as_user(writer).post("/desk/notices/", {"read": read}).status_code == 302
        assert Notice.objects.filter(recipient=writer).unread().exists()

    def test_nobody_marks_anothers_as_read(self, sent_back, as_user, writer, chief):
        as_user(chief).post("/desk/notices/", {"read": Notice.objects.get(recipient=writer).pk})
        assert Notice.objects.get(recipient=writer).read_at is None

    def test_pages_lead_to_every_notice_once(self, as_user, writer, editor, now):
        heaps(writer, editor, now, 70)
        Notice.objects.filter(pk__gt=Notice.objects.order_by("pk")[20].pk).update(at=now)  # many at one moment
        client, url, seen = as_user(writer), "/desk/notices/", []
        while url:
            context = client.get(url).context
            seen += [notice.pk for notice in context["notices"]]
            url = f"/desk/notices/?before={context['older']}" if context["older"] else ""
        assert len(seen) == len(set(seen)) == 70

    @pytest.mark.parametrize("number", [2, 200])
    def test_costs_the_same_for_any_number_of_notices(
        self, sent_back, as_user, writer, editor, now, number, django_assert_num_queries
    ):
        heaps(writer, editor, now, number)
        client = as_user(writer)
        with django_assert_num_queries(6):  # those of every page of the desk, notices, deliveries
            assert client.get("/desk/notices/").status_code == 200

    def test_a_place_that_is_not_there_is_empty(self, sent_back, as_user, writer, editor):
        others = Notice.objects.filter(recipient=editor).first().pk
        for before in ("nonsense", "99999999", str(others)):
            assert "There is nothing older." in as_user(writer).get(f"/desk/notices/?before={before}").content.decode()


class TestChoices:
    def test_are_kept(self, as_user, writer):
        client = as_user(writer)
        client.post("/desk/notices/choices/", {"part": "mine", "wanted": ["sent_back:desk", "approved:mail"]})
        page = client.get("/desk/notices/choices/").content.decode()
        assert 'value="approved:mail" checked' in page
        assert 'value="sent_back:mail">' in page
        assert Choice.objects.filter(person=writer).exists()

    def test_an_address_is_kept_and_never_shown_whole(self, as_user, writer, caplog):
        client = as_user(writer)
        client.post("/desk/notices/choices/", {"part": "hook", "url": HOOK})
        assert Webhook.objects.get(person=writer).url == HOOK
        page = client.get("/desk/notices/choices/").content.decode()
        assert "https://chat.example/…mnop" in page
        assert "abcdefgh" not in page
        assert "abcdefgh" not in caplog.text
        client.post("/desk/notices/choices/", {"part": "hook", "forget": "1"})
        assert not Webhook.objects.exists()

    def test_saving_without_an_address_forgets_nothing(self, as_user, writer):
        client = as_user(writer)
        client.post("/desk/notices/choices/", {"part": "hook", "url": HOOK})
        client.post("/desk/notices/choices/", {"part": "hook", "url": ""})
        assert Webhook.objects.exists()

    def test_a_bad_address_is_refused_with_a_sentence(self, as_user, writer):
        answer = as_user(writer).post(
            "/desk/notices/choices/", {"part": "hook", "url": "http://10.0.0.1/x"}, follow=True
        )
        assert "Not saved. The address must begin with https://." in answer.content.decode()

    @pytest.mark.parametrize("who", ["writer", "photo_editor", "editor"])
    def test_the_newsrooms_room_is_the_chiefs(self, cast, as_user, who, now):
        client = as_user(cast[who])
        assert "chat room" not in client.get("/desk/notices/choices/").content.decode()
        for data in ({"part": "room-hook", "url": HOOK}, {"part": "room", "wanted": "late:chat"}):
            client.post("/desk/notices/choices/", data)
        assert client.post("/desk/notices/test/", {"room": "1"}).status_code == 403
        assert not Webhook.objects.exists()
        assert not Choice.objects.exists()

    def test_a_chief_sets_the_room_and_what_is_told_there(self, as_user, chief):
        client = as_user(chief)
        client.post("/desk/notices/choices/", {"part": "room-hook", "url": HOOK})
        client.post("/desk/notices/choices/", {"part": "room", "wanted": ["submitted:chat"]})
        assert Webhook.objects.get().person is None
        page = client.get("/desk/notices/choices/").content.decode()
        assert 'value="submitted:chat" checked> <span>A story is submitted' in page
        assert "abcdefgh" not in page

    def test_tests_are_sent_one_at_a_time(self, as_user, writer):
        client = as_user(writer)
        for _ in range(3):
            client.post("/desk/notices/test/")
        assert Notice.objects.filter(kind="test", recipient=writer).count() == 1

    def test_by_get_nothing_is_sent(self, as_user, writer):
        assert as_user(writer).get("/desk/notices/test/").status_code == 405
