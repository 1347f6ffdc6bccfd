"""The calendar: what stands on which day, whose drag moves a story, and days of 23 and 25 hours."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from articles import workflow
from articles.models import Article, Event, PublishedArticle
from articles.statuses import Status
from tests.builders import NOW, make_section, make_story, publish_again

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
URL = "/desk/calendar/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def scheduled(*, writer, editor, at=NOW + HOUR, **values):
    article = make_story(writer=writer, editor=editor, status=Status.APPROVED, **values)
    return workflow.schedule(article.pk, publish_at=at, actor=editor, now=NOW)


def days(html):
    """Return the headlines by day, as a week shows them."""
    parts = re.split(r'data-day="([\d-]+)"', html)
    return {
        day: re.findall(r'class="headline"[^>]*>([^<]*)<', part)
        for day, part in zip(parts[1::2], parts[2::2], strict=True)
    }


def get(client, **query):
    return client.get(URL, query).content.decode()


def move(client, article, at, *, fold="", query="view=week&on=2024-06-19"):
    url = f"{reverse('admin:calendar_move', args=[article.pk])}?{query}"
    return client.post(url, {"publish_at": at, "publish_at_fold": fold})


class TestWhatStandsWhere:
    def test_a_week_shows_what_is_planned_scheduled_and_published_on_its_days(self, as_user, writer, editor):
        scheduled(writer=writer, editor=editor, at=NOW + DAY, headline="To come")
        make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Is out")
        planned = make_story(writer=writer, headline="Planned")
        workflow.arrange(planned.pk, actor=editor, now=NOW, due_at=NOW + 2 * DAY)
        embargoed = make_story(writer=writer, headline="Kept in")
        workflow.embargo(embargoed.pk, until=NOW + 3 * DAY, reason="Ministry", actor=editor, now=NOW)
        make_story(writer=writer, headline="No time at all")
        html = get(as_user(writer))
        assert days(html) == {
            "2024-06-17": [], "2024-06-18": [], "2024-06-19": ["Is out"], "2024-06-20": ["To come"],
            "2024-06-21": ["Planned"], "2024-06-22": ["Kept in"], "2024-06-23": [],
        }  # fmt: skip
        assert "17 to 23 June 2024" in html
        assert "Embargo ends" in html

    def test_today_is_marked_and_other_weeks_say_so_too(self, as_user, writer):
        html = get(as_user(writer))
        assert html.count('class="day today"') == 1
        assert 'class="day today"' not in get(as_user(writer), on="2024-07-19")
        assert "on=2024-06-12" in html
        assert "on=2024-06-26" in html

    def test_a_late_evening_belongs_to_the_newsrooms_day(self, as_user, writer, editor):
        scheduled(
            writer=writer,
            editor=editor,
            at=dt.datetime(2024, 6, 20, 22, 30, tzinfo=dt.UTC),
            headline="Half past midnight",
        )
        assert days(get(as_user(writer)))["2024-06-21"] == ["Half past midnight"]

    def test_an_embargo_is_marked_on_its_card(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED, headline="Kept in")
        workflow.embargo(article.pk, until=NOW + HOUR, reason="Ministry", actor=editor, now=NOW)
        workflow.schedule(article.pk, publish_at=NOW + DAY, actor=editor, now=NOW)
        assert "Embargo until" in get(as_user(writer))

    def test_many_versions_of_a_day_are_one_card(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="One", now=NOW - 3 * HOUR)
        publish_again(article, writer=writer, editor=editor, now=NOW - HOUR, headline="Two")
        publish_again(article, writer=writer, editor=editor, now=NOW - HOUR / 2, headline="Three")
        html = get(as_user(writer))
        assert days(html)["2024-06-19"] == ["Three"]
        assert "3 versions" in html

    def test_a_schedule_taken_back_and_a_spiked_story_are_not_on_it(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor, headline="Taken back")
        workflow.unschedule(article.pk, actor=editor, now=NOW)
        html = get(as_user(writer))
        assert "Taken back" not in html
        assert "Nothing is planned, scheduled or published in this week." in html

    def test_a_section_shows_itself_and_its_subsections(self, as_user, writer, editor):
        make_section("sport")
        scheduled(writer=writer, editor=editor, headline="World", section="news/world")
        scheduled(writer=writer, editor=editor, headline="Sport", section="sport")
        client = as_user(writer)
        assert days(get(client, section="news"))["2024-06-19"] == ["World"]
        assert days(get(client, section="sport"))["2024-06-19"] == ["Sport"]
        assert days(get(client, section="nowhere"))["2024-06-19"] == ["World", "Sport"]

    @pytest.mark.parametrize("query", [{"on": "yesterday"}, {"on": "9999-12-31"}, {"on": "0001-01-01"}, {"view": "year"}, {"move": "x"},
                                       {"move": "9" * 40}, {"section": "\x00"}])  # fmt: skip
    def test_nonsense_in_the_address_is_no_fault(self, as_user, editor, query):
        assert as_user(editor).get(URL, query).status_code == 200

    def test_nobody_comes_in_without_signing_in(self, reader, writer, editor):
        assert reader.get(URL).status_code == 302
        article = scheduled(writer=writer, editor=editor)
        assert move(reader, article, "2024-06-21T10:00").status_code == 302
        assert Article.objects.get().publish_at == NOW + HOUR

    def test_it_is_one_click_from_home_and_a_story_two(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        client = as_user(writer)
        assert f'href="{URL}"' in client.get("/desk/").content.decode()
        assert f'href="{article.get_absolute_url()}"' in get(client)


class TestClockChanges:
    @pytest.mark.parametrize(("day", "hours"), [("2024-03-31", 23), ("2024-10-27", 25), ("2024-06-19", 24)])
    def test_a_day_has_as_many_hours_as_it_has(self, as_user, writer, day, hours):
        html = get(as_user(writer), view="day", on=day)
        assert html.count("data-hour=") == hours
        assert (f"a day of {hours} hours" in html) == (hours != 24)

    def test_both_hours_of_the_same_name_hold_their_own_stories(self, as_user, writer, editor):
        for minute in (0, 60):
            at = dt.datetime(2024, 10, 27, 0, 30, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
            scheduled(writer=writer, editor=editor, at=at, headline=f"After {minute}")
        html = get(as_user(writer), view="day", on="2024-10-27")
        parts = re.split(r'data-hour="([^"]+)" data-offset="([^"]+)"', html)
        found = {
            (hour, offset): re.findall(r'class="headline"[^>]*>([^<]*)<', part)
            for hour, offset, part in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
        }
        assert found["2024-10-27T02", "+0200"] == ["After 0"]
        assert found["2024-10-27T02", "+0100"] == ["After 60"]
        assert "02:00 CEST" in html
        assert "02:00 CET" in html

    def test_a_day_that_lacks_the_hour_refuses_the_drop_and_asks_for_another(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor, at=dt.datetime(2025, 3, 29, 1, 30, tzinfo=dt.UTC))
        response = move(as_user(editor), article, "2025-03-30T02:30", query="view=week&on=2025-03-29")
        html = response.content.decode()
        assert response.status_code == 422
        assert "02:30 does not come" in html
        assert "data-open-now" in html

    def test_a_day_that_has_the_hour_twice_asks_which(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor, at=dt.datetime(2024, 10, 26, 0, 30, tzinfo=dt.UTC))
        client = as_user(editor)
        html = move(client, article, "2024-10-27T02:30").content.decode()
        assert html.count('name="publish_at_fold"') == 2
        move(client, article, "2024-10-27T02:30", fold="1")
        assert Article.objects.get().publish_at == dt.datetime(2024, 10, 27, 1, 30, tzinfo=dt.UTC)


class TestMoving:
    def test_a_move_is_a_reschedule_and_can_be_undone(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        client = as_user(editor)
        response = move(client, article, "2024-06-27T10:00")
        assert response["Location"] == "/desk/calendar/?view=week&on=2024-06-27"
        html = client.get(response["Location"]).content.decode()
        assert "moved to" in html
        assert "Thursday 27 June 2024, 10:00 in Berlin (CEST, UTC+02:00)" in html
        assert Event.objects.first().label.startswith("Rescheduled from 19 June 2024, 15:05 CEST")
        undo = re.search(r'name="publish_at" value="(2024-06-19[^"]+)"', html)[1]
        assert move(client, article, undo.replace("&#x2B;", "+").replace("&#43;", "+")).status_code == 302
        assert Article.objects.get().publish_at == NOW + HOUR
        client.get(URL)
        assert "moved to" not in get(client)

    @pytest.mark.parametrize("who", ["writer", "second_writer", "photo_editor"])
    def test_who_may_not_schedule_has_no_button_and_a_forged_move_gains_nothing(self, cast, as_user, editor, who):
        article = scheduled(writer=cast["writer"], editor=editor)
        client = as_user(cast[who])
        html = get(client)
        assert "data-move" not in html
        assert 'id="drop"' not in html
        response = move(client, article, "2024-06-21T10:00")
        assert response.status_code == 409
        assert "Your role does not allow" in response.content.decode()
        assert Article.objects.get().publish_at == NOW + HOUR

    @pytest.mark.parametrize(
        "status", [Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, Status.PUBLISHED, Status.SPIKED]
    )
    def test_only_what_is_scheduled_can_be_moved(self, as_user, writer, editor, status):
        article = make_story(writer=writer, editor=editor, status=status)
        response = move(as_user(editor), article, "2024-06-21T10:00")
        assert response.status_code == 409
        assert "Only a scheduled story can be moved" in response.content.decode()
        assert not PublishedArticle.objects.filter(visible_from__gt=NOW).exists()

    def test_neither_the_past_nor_an_embargo_gives_way(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.embargo(article.pk, until=NOW + HOUR, reason="Ministry", actor=editor, now=NOW)
        workflow.schedule(article.pk, publish_at=NOW + DAY, actor=editor, now=NOW)
        client = as_user(editor)
        assert "has passed" in move(client, article, "2024-06-18T10:00").content.decode()
        assert "under embargo" in move(client, article, "2024-06-19T14:30").content.decode()
        assert Article.objects.get().publish_at == NOW + DAY

    def test_the_move_link_opens_the_dialog_with_the_time_it_has(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        html = get(as_user(editor), move=article.pk)
        assert 'value="2024-06-19T15:05"' in html
        assert "Now it goes out" in html
        assert 'id="move"' not in get(as_user(writer), move=article.pk)

    def test_what_is_out_already_cannot_be_moved(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        with time_machine.travel(NOW + 2 * HOUR, tick=False):
            client = as_user(editor)
            assert "data-move" not in get(client)
            assert move(client, article, "2024-06-21T10:00").status_code == 409
        assert Article.objects.get().status == Status.PUBLISHED


def test_two_stories_and_two_hundred_cost_the_same(as_user, writer, editor, django_assert_max_num_queries):
    client = as_user(editor)
    get(client)
    counts = []
    for count in (1, 66):
        for number in range(count):
            at = NOW + dt.timedelta(minutes=1 + number)
            scheduled(writer=writer, editor=editor, at=at)
            planned = make_story(writer=writer)
            workflow.arrange(planned.pk, actor=editor, now=NOW, due_at=at)
            make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        for view in ("day", "week"):
            with django_assert_max_num_queries(14) as queries:
                assert get(client, view=view).count('class="entry"') >= 3 * count
            counts.append(len(queries))
    assert len(set(counts)) == 1
