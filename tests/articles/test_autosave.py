"""What the writing page sends by itself: saved, or kept and offered again; never lost, never more than was asked."""

import datetime as dt
import json
import re

import pytest
import time_machine
from django.urls import reverse

from articles import conditions, presence, unsaved, workflow
from articles.models import Article, Event, Presence, Revision, Unsaved
from articles.statuses import Status
from tests.articles.test_desk import ADD, form_of, page
from tests.builders import NOW, make_author, make_photo, make_section, make_story, make_topic

NEW = reverse("admin:articles_article_autosave_new")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def of(article, what):
    return reverse(f"admin:articles_article_{what}", args=[article.pk])


def send(client, article, **values):
    return client.post(of(article, "autosave"), form_of(article, **values))


class TestADraft:
    def test_words_are_saved_as_a_revision(self, as_user, writer):
        article = make_story(writer=writer)
        answer = send(as_user(writer), article, body="<p>More words.</p>", tab="a")
        assert answer.status_code == 200
        assert answer.json()["state"] == "saved"
        assert answer.json()["version"] == 2
        assert Revision.objects.newest_first().first().story.body == "<p>More words.</p>"

    def test_the_same_words_again_make_no_revision(self, as_user, writer):
        article = make_story(writer=writer)
        assert send(as_user(writer), article).json()["version"] == 1
        assert article.revisions.count() == 1

    def test_what_others_changed_comes_back_to_be_taken(self, as_user, writer, editor):
        article = make_story(writer=writer, body="<p>One</p><p>Two</p>")
        mine = form_of(article, body="<p>One</p><p>Mine</p>", tab="a")
        send(as_user(editor), article, body="<p>Theirs</p><p>Two</p>", topics=[make_topic("Ships").pk])
        answer = as_user(writer).post(of(article, "autosave"), mine).json()
        assert answer["state"] == "saved"
        assert answer["take"]["body"] == "<p>Theirs</p><p>Mine</p>"
        assert answer["take"]["topics"] == [make_topic("Ships").pk]
        assert set(answer["take"]) == {"body", "topics"}

    def test_bylines_that_others_changed_come_back_as_rows_of_the_form(self, as_user, writer, editor):
        article = make_story(writer=writer)
        mine = form_of(article, headline="Mine")
        send(as_user(editor), article, bylines=[(make_author("Bo Lens").pk, "writer", "")])
        rows = as_user(writer).post(of(article, "autosave"), mine).json()["take"]["bylines"]
        assert 'id="bylines"' in rows
        assert re.search(rf'value="{make_author("Bo Lens").pk}" selected', rows)
        assert 'name="bylines-TOTAL_FORMS" value="1" form="story"' in rows

    def test_the_same_paragraph_changed_by_both_is_kept_and_asked(self, as_user, writer, editor):
        article = make_story(writer=writer, body="<p>It cost 41 million.</p>")
        mine = form_of(article, body="<p>It cost 42 million.</p>", tab="a")
        send(as_user(editor), article, body="<p>It cost 43 million.</p>")
        answer = as_user(writer).post(of(article, "autosave"), mine)
        assert (answer.status_code, answer.json()["state"]) == (409, "clash")
        assert "It cost <mark>43</mark> million." in answer.json()["panel"]
        assert Article.objects.get().body == "<p>It cost 43 million.</p>"
        kept = Unsaved.objects.open().get()
        assert ["body", "<p>It cost 42 million.</p>"] in kept.fields

    @pytest.mark.parametrize(
        ("choice", "body"),
        [
            ("theirs", "<p>It cost 43 million.</p>"),
            ("mine", "<p>It cost 42 million.</p>"),
            ("both", "<p>It cost 43 million.</p><p>It cost 42 million.</p>"),
        ],
    )
    def test_one_choice_settles_it_and_both_texts_are_in_the_history(self, as_user, writer, editor, choice, body):
        article = make_story(writer=writer, body="<p>It cost 41 million.</p>")
        mine = form_of(article, body="<p>It cost 42 million.</p>", tab="a")
        send(as_user(editor), article, body="<p>It cost 43 million.</p>")
        client = as_user(writer)
        panel = client.post(of(article, "autosave"), mine).json()["panel"]
        (key,) = set(re.findall(r'name="(clash:[^"]+)"', panel))
        answer = client.post(of(article, "autosave"), mine | {key: choice}).json()
        assert answer["state"] == "saved"
        assert Article.objects.get().body == body
        said = "".join(revision.story.body for revision in Revision.objects.all())
        assert "42 million" in said
        assert "43 million" in said
        assert not Unsaved.objects.open().exists()

    def test_two_tabs_of_one_person_are_no_conflict(self, as_user, writer):
        article = make_story(writer=writer, body="<p>It cost 41 million.</p>")
        other_tab = form_of(article, body="<p>It cost 42 million.</p>", tab="b")
        send(as_user(writer), article, body="<p>It cost 43 million.</p>", tab="a")
        assert as_user(writer).post(of(article, "autosave"), other_tab).json()["state"] == "saved"
        assert [revision.story.body for revision in Revision.objects.newest_first()][:2] == [
            "<p>It cost 42 million.</p>",
            "<p>It cost 43 million.</p>",
        ]

    def test_somebody_who_typed_on_is_merged_from_what_they_sent_last(self, as_user, writer, editor):
        article = make_story(writer=writer, body="<p>One</p><p>Two</p>")
        client = as_user(writer)
        first = form_of(article, body="<p>One</p><p>Two and</p>", tab="a")
        send(as_user(editor), article, body="<p>Theirs</p><p>Two</p>")
        version = client.post(of(article, "autosave"), first).json()["version"]
        base = json.dumps([["body", first["body"]], *([name, str(value)] for name, value in first.items()
                           if name not in {"body", "topics", "tab", "verb", "version"}),
                           *(["topics", str(pk)] for pk in first["topics"])])  # fmt: skip
        second = first | {"body": "<p>One</p><p>Two and three</p>", "version": version, "base": base}
        answer = client.post(of(article, "autosave"), second).json()
        assert answer["state"] == "saved"
        assert Article.objects.get().body == "<p>Theirs</p><p>Two and three</p>"

    def test_a_slug_waits_for_the_headline_to_be_finished(self, as_user, writer):
        article = make_story(writer=writer, slug="")
        Article.objects.filter(pk=article.pk).update(slug="")
        article = Article.objects.get()
        client = as_user(writer)
        send(client, article, headline="The bri")
        assert Article.objects.get().slug == ""
        send(client, Article.objects.get(), standfirst="On to the standfirst")
        assert Article.objects.get().slug == "the-bri"


class TestANewStory:
    def test_nothing_typed_starts_nothing(self, as_user, writer):
        assert as_user(writer).post(NEW, form_of()).json()["state"] == "empty"
        assert not Article.objects.exists()

    def test_the_first_words_start_it_once_though_the_answer_was_lost(self, as_user, writer):
        client = as_user(writer)
        first = client.post(NEW, form_of(headline="The bridge", tab="t1")).json()
        again = client.post(NEW, form_of(headline="The bridge opens", tab="t1", version="")).json()
        assert first["id"] == again["id"]
        article = Article.objects.get()
        assert article.headline == "The bridge opens"
        assert first["page"] == page(article)

    def test_the_button_goes_on_with_the_story_that_autosave_began(self, as_user, writer):
        client = as_user(writer)
        client.post(NEW, form_of(headline="The bridge", tab="t1"))  # the answer never arrives
        response = client.post(ADD, form_of(headline="The bridge opens", tab="t1"))
        article = Article.objects.get()
        assert article.headline == "The bridge opens"
        assert response.url == page(article)

    def test_another_page_starts_another_story(self, as_user, writer):
        client = as_user(writer)
        client.post(NEW, form_of(headline="One", tab="t1"))
        client.post(NEW, form_of(headline="Two", tab="t2"))
        assert Article.objects.count() == 2

    def test_words_that_cannot_start_it_are_kept_and_offered(self, as_user, writer):
        client = as_user(writer)
        answer = client.post(NEW, form_of(headline="H", slug="Not a slug!", tab="t1"))
        assert (answer.status_code, answer.json()["state"]) == (202, "kept")
        assert "Slug" in answer.json()["said"]
        row = Unsaved.objects.get()
        assert f"?unsaved={row.pk}" in client.get(ADD).content.decode()
        assert "Not a slug!" in client.get(f"{ADD}?unsaved={row.pk}").content.decode()


class TestWhatAutosaveMustNotDo:
    @pytest.mark.parametrize(
        ("state", "said"),
        [
            (Status.APPROVED, "saving them voids the approval"),
            (Status.PUBLISHED, "saving them makes it a draft again"),
            ("scheduled", "takes the time and the approval back"),
            (Status.IN_REVIEW, "somebody else must approve it"),
        ],
    )
    def test_it_never_moves_a_story_nor_binds_an_editor(self, as_user, writer, editor, second_editor, state, said):
        status = Status.APPROVED if state == "scheduled" else state
        article = make_story(writer=writer, editor=second_editor, status=status)
        if state == "scheduled":
            workflow.schedule(article.pk, publish_at=NOW + dt.timedelta(hours=1), actor=editor, now=NOW)
        answer = send(as_user(editor), Article.objects.get(), headline="By accident", tab="a")
        assert answer.status_code == 202
        assert said in answer.json()["said"]
        article = Article.objects.get()
        assert (article.status, article.version) == (status, 1)
        assert not conditions.touched(article, by=editor)
        assert Unsaved.objects.open().get().reason == answer.json()["said"]

    def test_the_button_still_does(self, as_user, writer, editor, second_editor):
        article = make_story(writer=writer, editor=second_editor, status=Status.APPROVED)
        client = as_user(editor)
        send(client, article, headline="On purpose", tab="a")
        client.post(page(article), form_of(article, headline="On purpose", tab="a"))
        assert Article.objects.get().status == Status.DRAFT
        assert not Unsaved.objects.open().exists(), "they are saved now, and not offered again"

    def test_an_editor_who_is_one_of_the_writers_already_is_saved_in_review(self, as_user, writer, editor):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        client = as_user(editor)
        client.post(page(article), form_of(article, headline="By hand"))
        assert send(client, Article.objects.get(), headline="By itself").json()["state"] == "saved"

    def test_it_is_refused_to_others_but_their_words_are_kept_for_them(self, as_user, writer, second_writer):
        article = make_story(writer=writer)
        answer = send(as_user(second_writer), article, headline="Forged", tab="a")
        assert answer.status_code == 202
        assert "own writers" in answer.json()["said"]
        assert Article.objects.get().headline != "Forged"

    def test_nobody_without_an_account_gets_anywhere(self, reader, writer):
        article = make_story(writer=writer)
        for url in (of(article, "autosave"), NEW, of(article, "words"), of(article, "here")):
            assert reader.post(url, {}).status_code == 302
        assert not Unsaved.objects.exists()

    def test_a_form_that_came_back_broken_is_kept(self, as_user, writer):
        article = make_story(writer=writer)
        answer = as_user(writer).post(of(article, "autosave"), {"headline": "Only this", "tab": "a", "base": "{broken"})
        assert answer.status_code == 202
        assert Unsaved.objects.open().get().fields == [["headline", "Only this"]]


class TestUnsavedWords:
    def keep(self, writer, article, words, *, tab="a", now=NOW):
        return unsaved.keep(
            person=writer, article=article, tab=tab, version=1, fields=[("body", words)], reason="", now=now
        )

    @pytest.mark.parametrize(
        ("old", "new", "nothing_lost"),
        [
            ("one two", "one two three", True),
            ("the bri", "the bridge", True),
            ("one two", "two one", True),
            ("one two", "one", False),
            ("one one", "one", False),
            ("bridge", "brid", False),
            ("a b", "ab", False),
            ("", "anything", True),
        ],
    )
    def test_newer_words_take_the_place_of_older_ones_only_if_none_goes_missing(self, old, new, nothing_lost):
        assert unsaved.loses_nothing([("body", old)], [("body", new)]) == nothing_lost

    def test_words_that_were_deleted_are_still_offered(self, writer):
        article = make_story(writer=writer)
        for words in ("One paragraph", "One paragraph and another", "Another"):
            self.keep(writer, article, words)
        assert [row.fields[0][1] for row in Unsaved.objects.order_by("pk")] == ["One paragraph and another", "Another"]

    def test_they_are_for_their_writer_alone(self, as_user, writer, editor):
        article = make_story(writer=writer)
        row = self.keep(writer, article, "Secret thoughts")
        html = as_user(editor).get(f"{page(article)}?unsaved={row.pk}").content.decode()
        assert "Secret thoughts" not in html
        assert "Words of yours" not in html or 'id="unsaved" hidden' in html
        assert as_user(editor).post(reverse("admin:articles_unsaved_throw_away", args=[row.pk])).status_code == 404

    def test_they_can_be_thrown_away_and_are_forgotten_a_month_later(self, as_user, writer):
        article = make_story(writer=writer)
        row = self.keep(writer, article, "Never mind")
        answer = as_user(writer).post(reverse("admin:articles_unsaved_throw_away", args=[row.pk]))
        assert answer.url == page(article)
        assert unsaved.offered(writer, article) == []
        unsaved.forget(now=NOW + dt.timedelta(days=29))
        assert Unsaved.objects.exists()
        unsaved.forget(now=NOW + dt.timedelta(days=31))
        assert not Unsaved.objects.exists()

    def test_words_taken_over_are_merged_from_the_version_that_they_began_with(self, as_user, writer, editor):
        article = make_story(writer=writer, body="<p>One</p><p>Two</p>")
        client = as_user(writer)
        kept = form_of(article, body="<p>One</p><p>Mine</p>", slug="Not a slug!", tab="a")
        client.post(of(article, "autosave"), kept)
        send(as_user(editor), article, body="<p>Theirs</p><p>Two</p>")
        row = Unsaved.objects.open().get()
        html = client.get(f"{page(article)}?unsaved={row.pk}").content.decode()
        assert '<input type="hidden" name="version" value="1"' in html
        assert f'name="tab" value="{row.tab}"' in html
        client.post(page(article), kept | {"slug": "bridge"})
        assert Article.objects.get().body == "<p>Theirs</p><p>Mine</p>"
        assert not Unsaved.objects.open().exists()

    def test_words_that_only_the_browser_kept_come_back_by_the_same_way(self, as_user, writer):
        article = make_story(writer=writer)
        fields = json.dumps([["headline", "From the browser"], ["language", "en"]])
        client = as_user(writer)
        answer = client.post(
            reverse("admin:articles_unsaved_take_over", args=[article.pk]),
            {"tab": "x", "version": "1", "fields": fields},
        )
        assert answer.url == f"{page(article)}?unsaved={Unsaved.objects.get().pk}"
        assert "From the browser" in client.get(answer.url).content.decode()

    @pytest.mark.parametrize("fields", ["", "{", "7", "[1]", '[["a"]]', '[["a", 1]]', "null"])
    def test_what_is_no_form_is_an_empty_one(self, as_user, writer, fields):
        article = make_story(writer=writer)
        as_user(writer).post(
            reverse("admin:articles_unsaved_take_over", args=[article.pk]), {"tab": "x", "fields": fields}
        )
        assert Unsaved.objects.get().fields == []


class TestWhoIsHere:
    def beat(self, client, article, tab, **values):
        data = {"tab": tab, "version": article.version, "seconds": "10", "writing": "1", **values}
        return client.post(of(article, "here"), data).json()

    def test_colleagues_see_each_other_and_who_writes(self, as_user, writer, editor):
        article = make_story(writer=writer)
        self.beat(as_user(writer), article, "a")
        self.beat(as_user(writer), article, "b", writing="0")
        people = self.beat(as_user(editor), article, "c")["people"]
        assert people == [{"name": "Wilma Writer", "writing": True, "you": False}]
        assert [found["name"] for found in self.beat(as_user(writer), article, "b")["people"] if found["you"]] == [
            "Wilma Writer"
        ]

    def test_who_falls_silent_or_leaves_is_gone(self, as_user, writer, editor):
        article = make_story(writer=writer)
        self.beat(as_user(writer), article, "a")
        with time_machine.travel(NOW + dt.timedelta(seconds=11), tick=False):
            assert self.beat(as_user(editor), article, "c")["people"] == []
        self.beat(as_user(writer), article, "a")
        as_user(writer).post(of(article, "here"), {"tab": "a", "gone": "1"})
        assert self.beat(as_user(editor), article, "c")["people"] == []

    def test_nobody_speaks_for_anothers_tab(self, as_user, writer, editor):
        article = make_story(writer=writer)
        self.beat(as_user(writer), article, "a")
        self.beat(as_user(editor), article, "a")
        assert Presence.objects.count() == 2

    def test_it_tells_that_somebody_saved(self, as_user, writer, editor):
        article = make_story(writer=writer)
        send(as_user(editor), article, headline="Theirs")
        answer = self.beat(as_user(writer), article, "a")
        assert (answer["version"], answer["by"]) == (2, "Edda Editor")
        words = as_user(writer).get(of(article, "words")).json()
        assert words["take"]["headline"] == "Theirs"

    @pytest.mark.parametrize("seconds", ["nan", "inf", "-5", "x", "1e9", ""])
    def test_a_tab_cannot_claim_to_stay_for_ever(self, as_user, writer, seconds):
        article = make_story(writer=writer)
        self.beat(as_user(writer), article, "a", seconds=seconds)
        assert Presence.objects.get().until <= NOW + dt.timedelta(seconds=90)
        presence.forget(now=NOW + dt.timedelta(seconds=91))
        assert not Presence.objects.exists()

    def test_forty_people_cost_what_two_cost(self, as_user, writer, editor, django_assert_max_num_queries):
        article = make_story(writer=writer)
        client = as_user(editor)
        for count in (2, 38):
            for number in range(count):
                presence.note(article, person=writer, tab=f"{count}-{number}", writing=True, seconds=60, now=NOW)
            with django_assert_max_num_queries(7):
                self.beat(client, article, "c")


def test_saving_by_itself_costs_the_same_at_any_length(as_user, writer, django_assert_max_num_queries):
    client = as_user(writer)
    make_section()
    for paragraphs in (2, 200):
        article = make_story(writer=writer, lead=make_photo(writer))
        body = "".join(f"<p>Paragraph {number}</p>" for number in range(paragraphs))
        with django_assert_max_num_queries(60):
            assert send(client, article, body=body).json()["state"] == "saved"
    assert Event.objects.filter(verb="save_draft").count() == 0, "words of a draft are no event"
