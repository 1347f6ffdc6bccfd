"""Review on the desk: the panel of notes, asking an editor, and what changed since somebody looked."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import notes, workflow
from articles.models import Article, Note
from articles.statuses import Status
from tests.articles.test_desk import form_of
from tests.builders import NOW, make_story

HOME = "/desk/"
MINUTE = dt.timedelta(minutes=1)
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def article(writer):
    return make_story(writer=writer, status=Status.IN_REVIEW)


def page(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def notes_url(article):
    return reverse("admin:articles_article_notes", args=[article.pk])


def note_url(note, verb):
    return reverse("admin:articles_article_note", args=[note.article_id, note.pk, verb])


def change(article, *, actor, at=NOW, **values):
    article = Article.objects.get(pk=article.pk)
    content = article.content().changed(**values)
    return workflow.save_draft(article.pk, content=content, version=article.version, actor=actor, now=at)


class TestThePanel:
    def test_without_script_a_note_on_the_whole_story_is_added(self, as_user, article, second_writer):
        response = as_user(second_writer).post(notes_url(article), {"note_text": "Is <b>this</b> right?"}, follow=True)
        html = response.content.decode()
        assert "Is &lt;b&gt;this&lt;/b&gt; right?" in html
        assert "Note added." in html

    def test_with_script_only_the_panel_comes_back(self, as_user, article, editor):
        response = as_user(editor).post(
            notes_url(article),
            {"note_text": "Sure?", "quote": "The bridge is open again.", "near": "0", "must_fix": "1"},
            headers=FETCH,
        )
        html = response.content.decode()
        assert html.lstrip().startswith("<section")
        assert "id_headline" not in html
        note = Note.objects.get()
        assert (note.start, note.must_fix) == (0, True)
        assert response["X-Note"] == str(note.pk)
        assert "1 must fix" in html

    def test_what_was_typed_for_a_refused_note_is_still_there(self, as_user, article, writer):
        data = {"note_text": "Mine must be fixed", "must_fix": "1", "quote": "The bridge is open again."}
        response = as_user(writer).post(notes_url(article), data)
        assert response.status_code == 409
        html = response.content.decode()
        assert "Only editors may mark a note" in html
        assert "Mine must be fixed</textarea>" in html
        refused = as_user(writer).post(notes_url(article), data, headers=FETCH)
        assert (refused.status_code, refused.content.decode()) == (409, "Only editors may mark a note as must fix.")

    def test_answers_resolving_and_reopening(self, as_user, article, editor, writer):
        note = notes.write(article.pk, text="Who paid?", actor=editor, now=NOW)
        client = as_user(writer)
        assert (
            "The harbour."
            in client.post(note_url(note, "answer"), {"note_text": "The harbour."}, follow=True).content.decode()
        )
        assert "Resolved by Wilma Writer" in client.post(note_url(note, "resolve"), follow=True).content.decode()
        assert "Reopened by Wilma Writer" in client.post(note_url(note, "reopen"), follow=True).content.decode()

    def test_resolve_is_offered_to_those_who_may(self, as_user, article, editor, writer, second_writer):
        note = notes.write(article.pk, text="Who paid?", actor=editor, now=NOW)
        assert note_url(note, "resolve") in as_user(writer).get(page(article)).content.decode()
        html = as_user(second_writer).get(page(article)).content.decode()
        assert note_url(note, "resolve") not in html
        assert note_url(note, "answer") in html
        assert as_user(second_writer).post(note_url(note, "resolve")).status_code == 409

    def test_a_note_of_another_story_is_not_found_under_this_one(self, as_user, article, editor, writer):
        note = notes.write(make_story(writer=writer).pk, text="Elsewhere.", actor=editor, now=NOW)
        url = reverse("admin:articles_article_note", args=[article.pk, note.pk, "resolve"])
        assert as_user(editor).post(url).status_code == 404
        assert as_user(editor).post(note_url(note, "delete")).status_code == 404

    def test_nobody_writes_without_signing_in_or_by_a_link(self, reader, as_user, article, editor):
        assert reader.post(notes_url(article), {"note_text": "Hm."}).status_code == 302
        note = notes.write(article.pk, text="Who paid?", actor=editor, now=NOW)
        assert as_user(editor).get(note_url(note, "resolve")).status_code == 405
        assert Note.objects.open().count() == 1

    def test_a_passage_that_was_deleted_is_still_quoted(self, as_user, article, editor, second_editor):
        notes.write(article.pk, text="Sure?", actor=editor, now=NOW, quote="The bridge is open again.")
        change(article, actor=second_editor, at=NOW + MINUTE, body="<p>Something else was said by Ada.</p>")
        html = as_user(editor).get(page(article)).content.decode()
        assert "Its passage was deleted." in html
        assert "The bridge is open again.</blockquote>" in html

    def test_what_it_was_sent_back_with_stands_above_the_notes(self, as_user, article, editor, writer):
        workflow.send_back(article.pk, actor=editor, now=NOW, note="Who paid for it?")
        notes.write(article.pk, text="And when?", actor=editor, now=NOW)
        html = as_user(writer).get(notes_url(article), headers=FETCH).content.decode()
        assert html.index("Who paid for it?") < html.index("And when?")

    def test_the_page_costs_the_same_with_two_notes_and_with_two_hundred(self, as_user, article, editor, writer):
        client = as_user(editor)
        client.get(page(article))
        spent = []
        for count in (2, 198):
            for number in range(count):
                note = notes.write(article.pk, text="Sure?", actor=editor, now=NOW, quote="The bridge is open")
                if number % 2:
                    notes.answer(note.pk, text="Yes.", actor=writer, now=NOW)
            with CaptureQueriesContext(connection) as queries:
                client.get(page(article))
            spent.append(len(queries))
        assert spent[0] == spent[1]
        with CaptureQueriesContext(connection) as queries:
            client.get(notes_url(article), headers=FETCH)
        assert len(queries) <= 9


class TestAskingAnEditor:
    def submit(self, as_user, writer, **values):
        article = make_story(writer=writer)
        as_user(writer).post(page(article), form_of(article, verb="submit", **values))
        return Article.objects.get(pk=article.pk)

    def test_the_form_for_submitting_asks_and_says_why(self, as_user, writer, editor, second_editor):
        article = self.submit(as_user, writer, submit_note="Two sources.", asked_editor=editor.pk)
        assert (article.status, article.asked_editor) == (Status.IN_REVIEW, editor)
        assert "Two sources." in as_user(editor).get(page(article)).content.decode()

    def test_the_asked_editor_finds_it_first(self, as_user, writer, editor, second_editor):
        for number in range(10):
            make_story(writer=writer, status=Status.IN_REVIEW, headline=f"Older {number}", now=NOW - MINUTE)
        article = self.submit(as_user, writer, asked_editor=editor.pk)
        asked = as_user(editor).get(HOME).content.decode()
        assert "asked for you" in asked
        assert asked.index(str(article)) < asked.index("Older 0")
        other = as_user(second_editor).get(HOME).content.decode()
        assert "asked for you" not in other

    @pytest.mark.parametrize("asked", ["", "999999", "nonsense"])
    def test_nobody_in_particular_or_nonsense_asks_nobody(self, as_user, writer, editor, asked):
        article = self.submit(as_user, writer, asked_editor=asked)
        assert (article.status, article.asked_editor) == (Status.IN_REVIEW, None)

    def test_a_forged_wish_for_a_writer_is_refused(self, as_user, writer, second_writer):
        assert self.submit(as_user, writer, asked_editor=second_writer.pk).status == Status.DRAFT


class TestWhatChanged:
    def test_a_first_look_says_so_and_shows_nothing(self, as_user, article, editor):
        html = as_user(editor).get(page(article)).content.decode()
        assert "First look" in html
        assert "What changed since you looked" not in html

    def test_from_the_queue_to_what_changed_is_one_click(self, as_user, article, editor, writer, clock):
        client = as_user(editor)
        client.get(page(article))
        workflow.send_back(article.pk, actor=editor, now=NOW, note="Who paid?")
        change(article, actor=writer, at=NOW + MINUTE, body="<p>The bridge is open again.</p><p>The harbour paid.</p>")
        workflow.submit(article.pk, actor=writer, now=NOW + 2 * MINUTE)
        clock.shift(5 * MINUTE)
        queue = client.get(HOME).content.decode()
        link = re.search(rf'href="([^"]*/{article.pk}/change/[^"]*)"', queue)[1]
        for _ in range(2):  # a reload shows the same
            html = client.get(link).content.decode()
            assert "What changed since you looked" in html
            assert html.index("What changed since you looked") < html.index('id="story"')
            assert "The harbour paid" in html

    def test_nothing_new_is_said_in_a_line(self, as_user, article, editor):
        client = as_user(editor)
        client.get(page(article))
        assert (
            client.get(page(article)).content.decode().count("Nothing changed since you looked") == 0
        )  # first sitting
        with time_machine.travel(NOW + 60 * MINUTE, tick=False):
            assert "Nothing changed since you looked" in client.get(page(article)).content.decode()

    def test_ones_own_changes_are_nothing_new(self, as_user, article, editor):
        client = as_user(editor)
        client.get(page(article))
        change(article, actor=editor, at=NOW + MINUTE, headline="Mine")
        with time_machine.travel(NOW + 60 * MINUTE, tick=False):
            assert "Nothing changed since you looked" in client.get(page(article)).content.decode()

    def test_writers_are_shown_nothing_of_it(self, as_user, article, writer, second_writer):
        for user in (writer, second_writer):
            assert "First look" not in as_user(user).get(page(article)).content.decode()

    def test_one_link_leads_to_what_readers_see(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        change(article, actor=writer, headline="Another headline")
        workflow.submit(article.pk, actor=writer, now=NOW)
        assert "?from=live" in as_user(editor).get(page(article)).content.decode()
