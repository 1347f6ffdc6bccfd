"""The budget: which lines a day has, who may change which cell, and how a story starts as a line."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import workflow
from articles.content import StoryContent
from articles.desk import budget
from articles.models import Article, Revision
from articles.statuses import Status
from tests.builders import NOW, make_section, make_story

BUDGET = "/desk/budget/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def make_line(slugline, *, actor, **plan):
    return workflow.start(content=StoryContent(), plan={"slugline": slugline, **plan}, actor=actor, now=NOW)


def lines(client, query=""):
    return re.findall(
        r'<tr id="line-\d+" data-story="\d+" data-name="([^"]*)"', client.get(BUDGET + query).content.decode()
    )


def change(client, article, **cells):
    return client.post(reverse("admin:budget_line", args=[article.pk]) + "?part=line", cells)


class TestDays:
    def test_a_day_has_what_is_due_on_it_by_the_newsrooms_clock(self, as_user, writer, editor):
        make_line("evening", actor=editor, due_at=dt.datetime(2024, 6, 19, 20, 0, tzinfo=dt.UTC))
        make_line("noon", actor=editor, due_at=dt.datetime(2024, 6, 19, 10, 0, tzinfo=dt.UTC))
        make_line("midnight", actor=editor, due_at=dt.datetime(2024, 6, 19, 22, 0, tzinfo=dt.UTC))
        make_line("no-date", actor=editor)
        client = as_user(writer)
        assert lines(client) == ["noon", "evening"]
        assert lines(client, "?day=2024-06-20") == ["midnight"]
        assert lines(client, "?day=none") == ["no-date"]
        assert lines(client, "?day=overdue") == ["noon"]
        assert lines(client, "?day=2024-06-19&sort=slugline") == ["evening", "noon"]

    def test_a_day_on_which_clocks_change_has_all_its_hours(self, as_user, writer, editor):
        make_line("first", actor=editor, due_at=dt.datetime(2024, 10, 26, 22, 0, tzinfo=dt.UTC))
        make_line("last", actor=editor, due_at=dt.datetime(2024, 10, 27, 22, 59, tzinfo=dt.UTC))
        assert lines(as_user(writer), "?day=2024-10-27") == ["first", "last"]

    def test_spiked_stories_leave_the_budget_and_published_ones_stay(self, as_user, writer, editor):
        spiked = make_story(writer=writer, headline="Spiked")
        out = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Out")
        for article in (spiked, out):
            workflow.arrange(article.pk, actor=editor, now=NOW, due_at=NOW + dt.timedelta(hours=1))
        workflow.spike(spiked.pk, actor=editor, now=NOW)
        assert lines(as_user(writer)) == ["Out"]

    def test_an_empty_day_says_so(self, as_user, writer):
        client = as_user(writer)
        assert "Nothing is due on this day" in client.get(BUDGET).content.decode()
        assert "Nothing is overdue" in client.get(BUDGET + "?day=overdue").content.decode()

    @pytest.mark.parametrize("query", ["day=9999-99-99", "day=0001-01-01", "day=x%00", "sort=x", "edit=x", "after=x.y", "edit=99999999999999999999"])  # fmt: skip
    def test_an_address_that_names_nothing_shows_today(self, as_user, writer, query):
        assert as_user(writer).get(f"{BUDGET}?{query}").status_code == 200

    def test_a_long_day_goes_on_on_the_next_page(self, as_user, writer, editor, monkeypatch):
        monkeypatch.setattr(budget, "LINES", 2)
        for number in range(5):
            make_line(f"line-{number}", actor=editor, due_at=NOW + dt.timedelta(minutes=number + 1))
        client, seen, query = as_user(writer), [], "?day=2024-06-19"
        while query:
            html = client.get(BUDGET + query).content.decode()
            seen += re.findall(r'data-name="([^"]*)"', html)
            found = re.search(r'href="(\?day=[^"]*after=[^"]*)"', html)
            query = found and found[1].replace("&amp;", "&")
        assert seen == [f"line-{number}" for number in range(5)]


class TestCells:
    def test_each_cell_is_kept_by_itself(self, as_user, writer, second_writer, editor):
        article = make_line("vote", actor=editor, due_at=NOW)
        client = as_user(editor)
        for cells in (
            {"slugline": "budget-vote"},
            {"assigned_to": second_writer.pk},
            {"asked_editor": editor.pk},
            {"words_planned": "600"},
            {"pictures_planned": "2"},
            {"due_at": "2024-06-20T18:30"},
        ):
            assert change(client, article, **cells).status_code == 200, cells
        article = Article.objects.get()
        assert (article.slugline, article.assigned_to, article.asked_editor) == ("budget-vote", second_writer, editor)
        assert (article.words_planned, article.pictures_planned) == (600, 2)
        assert article.due_at == dt.datetime(2024, 6, 20, 16, 30, tzinfo=dt.UTC)
        assert change(client, article, due_at="", words_planned="").status_code == 200
        article = Article.objects.get()
        assert (article.due_at, article.words_planned, article.slugline) == (None, None, "budget-vote")

    def test_the_answer_is_the_line_as_it_is_now(self, as_user, editor):
        article = make_line("vote", actor=editor)
        html = change(as_user(editor), article, slugline=" new  name ").content.decode()
        assert html.lstrip().startswith("<tr")
        assert 'data-value="new name"' in html

    def test_headline_and_section_are_words_and_change_as_words_do(self, as_user, writer, editor):
        article = make_story(writer=writer)
        section = make_section("culture/books")
        change(as_user(writer), article, headline="Better", section=section.pk)
        article = Article.objects.get()
        assert (article.headline, article.section) == ("Better", section)
        assert Revision.objects.count() == 2
        assert Revision.objects.newest_first().first().created_by == writer

    def test_words_of_a_story_in_review_are_not_changed_from_the_budget(self, as_user, writer, editor):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        answer = change(as_user(editor), article, headline="Sly")
        assert (answer.status_code, Article.objects.get().headline) == (409, "The bridge opens again")
        assert "Change its words on its own page" in answer.json()["said"]

    def test_a_refused_cell_says_why_and_changes_nothing(self, as_user, writer, editor):
        article = make_line("vote", actor=editor)
        client = as_user(editor)
        for cells, sentence in (
            ({"words_planned": "-1"}, "Words from 0 to 100000"),
            ({"words_planned": "many"}, "Words: Enter a whole number."),
            ({"due_at": "tomorrow"}, "Due: "),
            ({"assigned_to": "99999"}, "Writer: "),
            ({"asked_editor": writer.pk}, "Editor: "),
            ({"slugline": "x" * 61}, "61 characters"),
        ):
            answer = change(client, article, **cells)
            assert answer.status_code == 409, cells
            assert sentence in answer.json()["said"]
        assert Article.objects.get().slugline == "vote"

    def test_nobody_plans_by_a_forged_request_what_is_not_theirs(self, cast, as_user, writer, editor):
        article = make_line("vote", actor=editor)
        for name in ("writer", "second_writer", "photo_editor"):
            assert change(as_user(cast[name]), article, slugline="mine").status_code == 409, name
            html = as_user(cast[name]).get(BUDGET + "?day=none").content.decode()
            assert "data-fact" not in html, name
        workflow.arrange(article.pk, actor=editor, now=NOW, assigned_to=writer)
        assert change(as_user(writer), article, slugline="ours").status_code == 200
        assert change(as_user(writer), article, assigned_to=cast["second_writer"].pk).status_code == 409
        assert Article.objects.get().assigned_to == writer
        assert as_user(editor).get(reverse("admin:budget_line", args=[article.pk])).status_code == 405

    def test_without_script_a_line_is_a_form(self, as_user, editor):
        article = make_line("vote", actor=editor)
        client = as_user(editor)
        html = client.get(f"{BUDGET}?day=none&edit={article.pk}").content.decode()
        assert f'form="form-{article.pk}"' in html
        url = reverse("admin:budget_line", args=[article.pk]) + "?day=none"
        response = client.post(url, {"slugline": "vote", "headline": "The vote", "section": "", "words_planned": "300"}, follow=True)  # fmt: skip
        assert response.redirect_chain[-1][0] == f"{BUDGET}?day=none"
        article = Article.objects.get()
        assert (article.headline, article.words_planned) == ("The vote", 300)

    def test_without_script_a_refused_line_keeps_what_was_typed_and_changes_nothing_of_it(self, as_user, editor):
        article = make_line("vote", actor=editor)
        url = reverse("admin:budget_line", args=[article.pk]) + "?day=none"
        response = as_user(editor).post(url, {"slugline": "typed", "headline": "Typed", "words_planned": "999999"})
        assert response.status_code == 409
        assert 'value="typed"' in response.content.decode()
        article = Article.objects.get()
        assert (article.slugline, article.headline) == ("vote", "")


class TestNewLines:
    def test_a_line_starts_a_story_for_somebody(self, as_user, writer, editor):
        section = make_section()
        data = {"slugline": "vote", "section": section.pk, "assigned_to": writer.pk, "due_at": "2024-06-20T18:00", "words_planned": "500", "brief": "Who?"}  # fmt: skip
        response = as_user(editor).post(BUDGET, data, follow=True)
        assert response.redirect_chain[-1][0] == f"{BUDGET}?day=2024-06-20"
        article = Article.objects.get()
        assert (article.slugline, article.section, article.assigned_to, article.brief) == (
            "vote",
            section,
            writer,
            "Who?",
        )
        assert article.is_planned
        assert "vote" in as_user(writer).get("/desk/").content.decode()

    def test_writers_start_lines_for_themselves_and_for_nobody_else(self, as_user, writer, second_writer):
        client = as_user(writer)
        client.post(BUDGET, {"slugline": "mine", "assigned_to": writer.pk})
        assert Article.objects.get().assigned_to == writer
        assert client.post(BUDGET, {"slugline": "theirs", "assigned_to": second_writer.pk}).status_code == 422
        assert Article.objects.count() == 1

    def test_a_line_without_a_name_is_refused_with_what_was_typed(self, as_user, writer):
        response = as_user(writer).post(BUDGET, {"slugline": " ", "brief": "A good idea"})
        assert response.status_code == 422
        assert "Give the line a short name." in response.content.decode()
        assert "A good idea" in response.content.decode()
        assert not Article.objects.exists()


class TestTheStoryPageAndHome:
    def test_the_assignee_finds_it_at_home_due_first_and_overdue_in_words(self, as_user, writer, editor):
        make_line("later", actor=editor, assigned_to=writer, due_at=NOW + dt.timedelta(days=1))
        make_line(
            "late",
            actor=editor,
            assigned_to=writer,
            due_at=NOW - dt.timedelta(hours=2),
            brief="Ask the harbour master.",
        )
        html = as_user(writer).get("/desk/").content.decode()
        part = html[html.index("Assigned to you") :]
        assert part.index("late") < part.index("later")
        for words in ("Overdue since today, 12:05 CEST", "Due tomorrow, 14:05 CEST", "Ask the harbour master."):
            assert words in part
        assert "Assigned to you" not in as_user(editor).get("/desk/").content.decode()

    def test_the_brief_stands_on_the_storys_page_for_everybody_and_is_changed_by_who_may(
        self, cast, as_user, writer, editor
    ):
        article = make_line("vote", actor=editor, assigned_to=writer, brief="Ask <b>who</b> paid.")
        url = reverse("admin:plan", args=[article.pk])
        for name, user in cast.items():
            html = as_user(user).get(article.get_absolute_url()).content.decode()
            assert "Ask &lt;b&gt;who&lt;/b&gt; paid." in html, name
            assert (f'action="{url}"' in html) == (name in {"writer", "editor", "chief"}), name
        answer = as_user(writer).post(url + "?part=panel", {"words_planned": "450"})
        assert "0 of 450 words" in answer.content.decode()
        answer = as_user(cast["second_writer"]).post(url + "?part=panel", {"brief": "Forged"})
        assert (answer.status_code, Article.objects.get().brief) == (409, "Ask <b>who</b> paid.")
        response = as_user(writer).post(url, {"slugline": "vote-2"}, follow=True)
        assert "The plan is changed." in response.content.decode()


class TestTheCost:
    def test_the_budget_costs_the_same_with_two_lines_and_with_two_hundred(self, as_user, writer, editor):
        client = as_user(editor)
        client.get(BUDGET)

        def cost(url):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            return len(queries)

        for number in range(2):
            make_line(f"line-{number}", actor=editor, assigned_to=writer, due_at=NOW)
            make_line(f"undated-{number}", actor=editor)
        article = Article.objects.first()
        urls = (BUDGET, BUDGET + "?day=none", BUDGET + "?day=overdue&sort=writer", f"{BUDGET}?edit={article.pk}")
        before = [cost(url) for url in urls]
        rows = [Article(slugline=f"Row {number}", language="en", created_by=writer, created_at=NOW, changed_at=NOW,
                        assigned_to=writer, due_at=NOW if number % 2 else None) for number in range(400)]  # fmt: skip
        Article.objects.bulk_create(rows)
        assert [cost(url) for url in urls] == before
        assert max(before) <= 16
