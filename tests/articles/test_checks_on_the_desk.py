"""The checks where people meet them: in the side column, live for unsaved words, and as refusals of verbs."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from articles import workflow
from articles.content import Lead
from articles.models import Article
from articles.models.article import picture
from articles.statuses import Status
from articles.workflow import TransitionRefused
from tests.builders import NOW, make_author, make_photo, make_story

NEW = "/desk/articles/article/add/checks/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def address(article):
    return reverse("admin:articles_article_checks", args=[article.pk])


def typed(**values):
    return {"language": "en", "bylines-TOTAL_FORMS": 0, "bylines-INITIAL_FORMS": 0, **values}


def told(response):
    html = response.content.decode()
    return re.findall(r'<a href="#field-(\w+)"[^>]*>([^<]*)</a>', html)


class TestLive:
    def test_the_words_in_the_form_are_checked_and_not_saved(self, as_user, writer):
        article = make_story(writer=writer)
        body = '<p>One.</p><p>See <a href="http://localhost/x">here</a>.</p>'
        response = as_user(writer).post(address(article), typed(headline="", body=body))
        html = response.content.decode()
        assert ("headline", "The story has no headline yet.") in told(response)
        assert 'data-field="body" data-block="1">The link “here” leads to localhost' in html
        assert "does not say where it leads" in html
        assert Article.objects.get().headline == "The bridge opens again"
        assert article.revisions.count() == 1

    def test_a_story_that_does_not_exist_yet_is_checked_too(self, as_user, writer):
        response = as_user(writer).post(NEW, typed(headline="The bridge", body="<p>Text</p>"))
        assert "The story stands in no section yet. Choose one in the side column." in response.content.decode()

    def test_a_slug_that_saving_fills_in_is_not_missed(self, as_user, writer):
        response = as_user(writer).post(NEW, typed(headline="The bridge", body="<p>Text</p>"))
        assert "no slug" not in response.content.decode()

    def test_a_running_embargo_is_told_and_one_that_is_over_is_not(self, as_user, writer, editor):
        article = make_story(writer=writer)
        workflow.embargo(article.pk, until=NOW + dt.timedelta(hours=1), reason="The ministry’s", actor=editor, now=NOW)
        for later, told_of in ((0, True), (61, False)):
            with time_machine.travel(NOW + dt.timedelta(minutes=later), tick=False):
                response = as_user(writer).post(address(article), typed(headline="The bridge"))
            assert ("The story is under embargo until" in response.content.decode()) == told_of

    def test_an_empty_page_is_not_scolded(self, as_user, writer):
        assert told(as_user(writer).post(NEW, typed())) == []
        assert "Nothing is written yet" in as_user(writer).get("/desk/articles/article/add/").content.decode()

    def test_a_form_with_faults_is_checked_as_far_as_it_is_sound(self, as_user, writer):
        article = make_story(writer=writer)
        data = typed(headline="x" * 400, slug="No Slug", section="nonsense", body="<p>TKTK</p>", lead_photo="999999")
        sentences = "".join(words for _, words in told(as_user(writer).post(address(article), data)))
        assert "The headline has 400 characters" in sentences
        assert "“TKTK”" in sentences

    def test_one_check_does_not_fill_the_column(self, as_user, writer):
        body = "".join(f'<p><a href="https://example.org/{n}">here</a></p>' for n in range(40))
        html = as_user(writer).post(NEW, typed(headline="H", body=body)).content.decode()
        assert html.count("does not say where it leads") == 4
        assert "and 36 more like it" in html

    def test_hostile_words_are_shown_as_words(self, as_user, writer):
        body = "<p>“&lt;script&gt;alert(1)&lt;/script&gt;</p>"
        html = as_user(writer).post(NEW, typed(headline="H", body=body)).content.decode()
        assert "<script>" not in html
        assert "&lt;script&gt;alert(1)" in html

    def test_nobody_else_is_answered_and_nothing_but_a_post(self, reader, as_user, writer):
        article = make_story(writer=writer)
        assert reader.post(address(article), typed()).status_code == 302
        assert as_user(writer).get(address(article)).status_code == 405
        assert as_user(writer).post("/desk/articles/article/999999/checks/", typed()).status_code == 404
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(writer)
        assert strict.post(address(article), typed()).status_code == 403

    def test_looking_costs_the_same_at_any_length(self, as_user, writer, django_assert_max_num_queries):
        article = make_story(writer=writer)
        client = as_user(writer)
        photos = [make_photo(writer, credit=False) for _ in range(20)]
        for count in (2, 20):
            figures = "".join(
                f'<figure data-photo="{photo.pk}" data-alt="" data-layout="full"><figcaption></figcaption></figure>'
                for photo in photos[:count]
            )
            with django_assert_max_num_queries(14):
                client.post(address(article), typed(headline="H", body="<p>a</p>" + figures))


class TestTheSideColumn:
    def test_what_stops_and_what_is_worth_a_look_stand_apart_with_their_numbers(self, as_user, writer):
        article = make_story(writer=writer, headline="", standfirst="")
        html = as_user(writer).get(reverse("admin:articles_article_change", args=[article.pk])).content.decode()
        stops, warns = html.partition("Stops it")[2].split("Worth a look")
        assert "The story has no headline yet." in stops
        assert "Stops “Submit for review”" in stops
        assert "There is no standfirst" in warns
        assert "1 thing stops the story, 3 are worth a look." in html

    def test_a_story_without_faults_is_told_so(self, as_user, writer):
        author = make_author("Ada Lane", note="Ada Lane covers bridges.")
        article = make_story(writer=writer, bylines=[author], lead=make_photo(writer))
        html = as_user(writer).get(reverse("admin:articles_article_change", args=[article.pk])).content.decode()
        assert "Nothing stops the story, and nothing stands out." in html


class TestOnTheServer:
    def test_a_lead_photo_without_alt_text_stops_approval_and_not_submitting(self, writer, editor, now):
        article = make_story(writer=writer, lead=make_photo(writer, alt=""))
        workflow.submit(article.pk, actor=writer, now=now)
        with pytest.raises(TransitionRefused, match="The lead photo has no alt text"):
            workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)

    def test_a_link_to_this_house_stops_approval(self, writer, editor, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW, body='<p><a href="http://cms.local/1">x</a></p>')
        with pytest.raises(TransitionRefused, match="leads to cms.local, which only machines in this house know"):
            workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)

    def test_a_refusal_says_how_many_more_there_are(self, writer, now):
        article = make_story(writer=writer, headline="", body="", section="")
        with pytest.raises(TransitionRefused, match="no headline yet. 2 more things stop it: see Checks."):
            workflow.submit(article.pk, actor=writer, now=now)

    def test_warnings_stop_nothing(self, writer, editor, now):
        article = make_story(writer=writer, standfirst="", body="<p>“Open <a href='https://example.org/'>here</a>.</p>")
        workflow.submit(article.pk, actor=writer, now=now)
        approved = workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)
        assert approved.status == Status.APPROVED

    def test_the_button_is_refused_with_the_sentence_of_the_verb(self, writer, editor, now):
        photo = make_photo(writer)
        article = make_story(writer=writer)
        content = article.content().changed(lead=Lead(picture(photo), "", ""))
        workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=now)
        article = workflow.submit(article.pk, actor=writer, now=now)
        offer = next(o for o in workflow.offers(article, actor=editor, now=now) if o.verb.name == "approve")
        assert offer.refusal == "The lead photo has no alt text. Say what it shows, for those who cannot see it."
