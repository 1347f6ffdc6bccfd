"""The board: what stands in which column, what moves, what each filter shows, and what it costs."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import workflow
from articles.content import StoryContent
from articles.desk import board
from articles.models import Article
from articles.statuses import Status
from tests.builders import NOW, make_author, make_section, make_story

BOARD = "/desk/board/"
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def make_line(slugline, *, actor, **plan):
    return workflow.start(content=StoryContent(), plan={"slugline": slugline, **plan}, actor=actor, now=NOW)


def shown(client, query=""):
    """Return the names of the cards in each column that has any."""
    html = client.get(f"{BOARD}?part=columns&{query}").content.decode()
    columns = {}
    for part in html.split('<section class="column"')[1:]:
        names = re.findall(r'data-name="([^"]*)"', part)
        if names:
            columns[re.search(r'data-column="(\w+)"', part)[1]] = names
    return columns


def move_url(article, verb):
    return reverse("admin:board_move", args=[article.pk, verb])


def moves_of(client, article):
    html = client.get(reverse("admin:board_card", args=[article.pk]) + "?part=moves").content.decode()
    found = re.findall(r'data-verb="(\w+)" data-to="(\w*)"( data-asks)?( data-refusal)?', html)
    return {verb: (to, bool(asks), bool(refused)) for verb, to, asks, refused in found}


class TestColumns:
    def test_every_state_has_its_column_and_spiked_stories_none(self, as_user, writer, editor):
        make_line("line", actor=editor)
        make_story(writer=writer, headline="Written")
        make_story(writer=writer, status=Status.IN_REVIEW, headline="Waiting")
        make_story(writer=writer, editor=editor, status=Status.APPROVED, headline="Ready")
        timed = make_story(writer=writer, editor=editor, status=Status.APPROVED, headline="Timed")
        workflow.schedule(timed.pk, publish_at=NOW + dt.timedelta(hours=1), actor=editor, now=NOW)
        make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Out")
        make_story(writer=writer, status=Status.SPIKED, headline="Spiked")
        assert shown(as_user(writer)) == {
            "planned": ["line"],
            "draft": ["Written"],
            "in_review": ["Waiting"],
            "approved": ["Ready"],
            "scheduled": ["Timed"],
            "published": ["Out"],
        }

    def test_what_went_out_leaves_the_board_after_three_days(self, as_user, writer, editor):
        make_story(
            writer=writer, editor=editor, status=Status.PUBLISHED, headline="Out", now=NOW - dt.timedelta(days=4)
        )
        assert shown(as_user(writer)) == {}

    def test_planned_lines_stand_by_when_they_are_due_and_reviews_by_how_long_they_wait(self, as_user, writer, editor):
        make_line("never", actor=editor)
        make_line("late", actor=editor, due_at=NOW + dt.timedelta(days=2))
        make_line("soon", actor=editor, due_at=NOW + dt.timedelta(hours=2))
        make_story(writer=writer, status=Status.IN_REVIEW, headline="Second", now=NOW - dt.timedelta(hours=1))
        make_story(writer=writer, status=Status.IN_REVIEW, headline="First", now=NOW - dt.timedelta(hours=2))
        columns = shown(as_user(writer))
        assert columns["planned"] == ["soon", "late", "never"]
        assert columns["in_review"] == ["First", "Second"]

    def test_a_card_says_who_when_and_how_much(self, as_user, writer, editor):
        make_line("vote", actor=editor, assigned_to=writer, due_at=NOW - dt.timedelta(hours=1), words_planned=600, pictures_planned=1)  # fmt: skip
        html = as_user(writer).get(BOARD).content.decode()
        for words in ("Wilma Writer", "Overdue since today, 13:05 CEST", "0 of 600 words", "0 of 1 picture"):
            assert words in html

    def test_an_empty_board_says_so_and_offers_a_start(self, as_user, writer):
        html = as_user(writer).get(BOARD).content.decode()
        assert "The board is empty" in html
        assert "Write a story" in html
        html = as_user(writer).get(BOARD + "?q=nothing-like-it").content.decode()
        assert "No story on the board fits these filters." in html

    def test_a_column_is_counted_to_99_and_no_further(self, as_user, writer, monkeypatch):
        monkeypatch.setattr(board, "COUNTED", 3)
        for number in range(5):
            make_story(writer=writer, headline=f"Story {number}")
        assert re.search(r'data-column="draft" data-count="3\+"', as_user(writer).get(BOARD).content.decode())

    def test_more_goes_through_a_column_without_leaving_one_out(self, as_user, writer, editor, monkeypatch):
        monkeypatch.setattr(board, "CARDS", 3)
        for number in range(7):
            make_line(f"due-{number}", actor=editor, due_at=NOW + dt.timedelta(hours=number) if number < 4 else None)
        client, seen, after = as_user(writer), [], ""
        for _ in range(3):
            address = f"{BOARD}?part=cards&column=planned&after={after}" if after else f"{BOARD}?part=columns"
            html = client.get(address).content.decode()
            seen += re.findall(r'data-name="([^"]*)"', html)
            after = (re.search(r'data-more="([^"]*)"', html) or [None, ""])[1]
        assert seen == [f"due-{number}" for number in range(7)]
        assert after == ""

    def test_more_works_without_script_as_a_page_of_one_column(self, as_user, writer, editor, monkeypatch):
        monkeypatch.setattr(board, "CARDS", 1)
        for number in range(3):
            make_story(writer=writer, headline=f"Story {number}", now=NOW + dt.timedelta(minutes=number))
        client = as_user(writer)
        link = re.search(r'href="([^"]*column=draft[^"]*)"', client.get(BOARD).content.decode())[1].replace(
            "&amp;", "&"
        )
        html = client.get(link).content.decode()
        assert "Story 1" in html
        assert "Story 2" not in html
        assert "Back to the whole board" in html

    @pytest.mark.parametrize(
        "after", ["x", "1.", ".1", "none.x", "9" * 17 + ".1", "-" + "9" * 16 + ".1", "none.5", "1\x00.2"]
    )
    def test_a_cursor_that_is_none_is_no_fault(self, as_user, writer, after):
        make_story(writer=writer)
        for column in ("draft", "planned", "nonsense"):
            assert as_user(writer).get(BOARD, {"column": column, "after": after, "part": "cards"}).status_code == 200


class TestFilters:
    def test_stories_are_found_by_section_person_due_day_and_words(self, as_user, writer, second_writer, editor):
        make_story(writer=writer, headline="Books here", section="culture/books")
        make_story(writer=second_writer, headline="World here", section="news/world", bylines=[make_author("Sven", user=second_writer)])  # fmt: skip
        make_line("for-sven", actor=editor, assigned_to=second_writer, due_at=NOW + dt.timedelta(hours=1))
        make_line("late-one", actor=editor, due_at=NOW - dt.timedelta(days=3))
        client = as_user(writer)
        assert shown(client, "section=culture") == {"draft": ["Books here"]}
        assert shown(client, "section=culture/books") == {"draft": ["Books here"]}
        assert shown(client, f"person={second_writer.pk}") == {"draft": ["World here"], "planned": ["for-sven"]}
        assert shown(client, "due=2024-06-19") == {"planned": ["for-sven"]}
        assert shown(client, "due=overdue") == {"planned": ["late-one"]}
        assert shown(client, "due=none") == {"draft": ["World here", "Books here"]}
        assert shown(client, "q=SVEN+for") == {"planned": ["for-sven"]}
        assert shown(client, "q=books&section=news") == {}

    @pytest.mark.parametrize("query", ["section=no/where", "person=x", "person=99999", "due=2024-13-40", "due=9999-12-31", "due=0001-01-01", "q=%00", "q=%25", "shown=draft:x&shown=x:9"])  # fmt: skip
    def test_what_there_is_not_filters_nothing_or_finds_nothing_and_is_no_fault(self, as_user, writer, query):
        make_story(writer=writer)
        assert as_user(writer).get(f"{BOARD}?{query}").status_code == 200

    def test_the_filters_stay_in_the_address_of_more(self, as_user, writer, monkeypatch):
        monkeypatch.setattr(board, "CARDS", 1)
        for number in range(2):
            make_story(writer=writer, headline=f"Story {number}")
        html = as_user(writer).get(BOARD + "?section=news&q=story").content.decode()
        assert re.search(r'href="[^"]*column=draft[^"]*section=news&amp;q=story"', html)

    def test_a_day_is_the_newsrooms(self, as_user, writer, editor):
        make_line("after-midnight", actor=editor, due_at=dt.datetime(2024, 6, 19, 22, 30, tzinfo=dt.UTC))
        assert shown(as_user(writer), "due=2024-06-20") == {"planned": ["after-midnight"]}
        assert shown(as_user(writer), "due=2024-06-19") == {}


class TestMoves:
    def test_a_card_offers_only_what_this_person_may_do_now(self, cast, as_user, writer):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        assert moves_of(as_user(cast["second_writer"]), article) == {}
        assert set(moves_of(as_user(writer), article).values()) == {("", True, True)}, "each is refused with a reason"
        assert moves_of(as_user(cast["editor"]), article) == {
            "send_back": ("draft", True, False),
            "approve": ("approved", True, False),
            "embargo": ("", True, False),
            "spike": ("", True, False),
        }

    def test_a_refused_verb_says_why(self, as_user, writer):
        article = make_line("line", actor=writer)
        assert moves_of(as_user(writer), article)["submit"] == ("in_review", False, True)
        html = as_user(writer).get(reverse("admin:board_card", args=[article.pk])).content.decode()
        assert "The story has no headline yet." in html

    def test_a_script_is_told_where_the_card_is_now(self, as_user, writer):
        article = make_story(writer=writer, headline="The bridge")
        response = as_user(writer).post(move_url(article, "submit"), **JSON)
        assert response.json() == {"done": True, "said": "“The bridge” is now in review.", "column": "in_review"}
        assert Article.objects.get().status == Status.IN_REVIEW

    def test_a_refusal_changes_nothing_and_is_a_sentence(self, as_user, writer, editor):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        response = as_user(editor).post(move_url(article, "send_back"), {"note": " "}, **JSON)
        assert response.status_code == 409
        assert response.json()["said"].startswith("Say in a note what is missing")
        assert Article.objects.get().status == Status.IN_REVIEW

    def test_nobody_moves_by_a_forged_request_what_they_may_not(self, cast, as_user, writer, editor):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        for name in ("writer", "second_writer", "photo_editor"):
            answer = as_user(cast[name]).post(move_url(article, "send_back"), {"note": "Mine"}, **JSON)
            assert answer.status_code == 409, name
        assert Article.objects.get().status == Status.IN_REVIEW
        assert as_user(editor).get(move_url(article, "send_back")).status_code == 405
        assert as_user(editor).post(move_url(article, "save_draft")).status_code == 404
        assert as_user(editor).post(move_url(article, "nonsense")).status_code == 404

    def test_an_approval_from_the_board_is_of_the_words_that_were_shown(self, as_user, writer, editor):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        client = as_user(editor)
        html = client.get(reverse("admin:board_card", args=[article.pk])).content.decode()
        shown_hash = re.search(r'name="content_hash" value="(\w+)"', html)[1]
        answer = client.post(move_url(article, "approve"), {"content_hash": "0" * 64}, **JSON)
        assert "changed while you were reading" in answer.json()["said"]
        assert client.post(move_url(article, "approve"), {"content_hash": shown_hash}, **JSON).json()["done"]

    def test_without_script_a_refusal_comes_back_on_the_cards_page_with_what_was_typed(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        response = as_user(editor).post(move_url(article, "schedule"), {"publish_at": "2020-01-01T10:00"})
        assert response.status_code == 409
        assert "has passed" in response.content.decode()
        response = as_user(editor).post(move_url(article, "publish"), follow=True)
        assert response.redirect_chain[-1][0] == BOARD
        assert "is now published." in response.content.decode()

    def test_a_spiked_card_leaves_the_board(self, as_user, writer, editor):
        article = make_story(writer=writer)
        assert as_user(editor).post(move_url(article, "spike"), **JSON).json()["column"] == ""
        assert shown(as_user(editor)) == {}


class TestTheDoorAndTheCost:
    def test_nobody_comes_in_without_signing_in(self, reader, writer):
        article = make_story(writer=writer)
        for url in (BOARD, reverse("admin:board_card", args=[article.pk])):
            assert reader.get(url, follow=True).redirect_chain[-1][0].startswith("/accounts/login/?next=/desk/board/")
        reader.post(move_url(article, "submit"))
        assert Article.objects.get().status == Status.DRAFT

    def test_the_board_costs_the_same_with_two_cards_and_with_two_hundred(self, as_user, writer, editor):
        client = as_user(editor)
        client.get(BOARD)

        def cost(url):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(url).status_code == 200
            return len(queries)

        make_story(writer=writer)
        make_line("line", actor=editor, assigned_to=writer)
        urls = (BOARD, f"{BOARD}?section=news&person={writer.pk}&due=overdue&q=a", f"{BOARD}?part=cards&column=draft")
        before = [cost(url) for url in urls]
        for number in range(25):
            make_story(writer=writer, status=Status.IN_REVIEW if number % 2 else Status.DRAFT)
        copies = Article.objects.filter(status=Status.DRAFT, word_count__gt=0).first()
        rows = [Article(headline=f"Row {number}", language="en", word_count=number % 2, created_by=writer, created_at=NOW,
                        changed_at=NOW, section=copies.section) for number in range(200)]  # fmt: skip
        Article.objects.bulk_create(rows)
        assert [cost(url) for url in urls] == before
        assert max(before) <= 12


def test_hostile_words_do_nothing_on_a_card(as_user, writer):
    make_section()
    make_line("<img src=x onerror=alert(1)>", actor=writer, brief="<script>alert(1)</script>")
    html = as_user(writer).get(BOARD).content.decode()
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html
