"""What somebody saw last, and what they are therefore shown as new."""

import datetime as dt

import pytest

from articles import looks, workflow
from articles.models import Article, Look
from tests.builders import NOW, make_story

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def article(writer):
    return make_story(writer=writer, status="in_review")


def look(article, actor, at=NOW):
    return looks.look(Article.objects.get(pk=article.pk), actor=actor, now=at)


def change(article, headline, *, actor, at=NOW):
    article = Article.objects.get(pk=article.pk)
    content = article.content().changed(headline=headline)
    return workflow.save_draft(article.pk, content=content, version=article.version, actor=actor, now=at)


def test_the_first_look_compares_with_nothing(article, editor):
    assert look(article, editor).is_first


def test_a_reload_in_the_same_sitting_shows_the_same_difference(article, editor, second_editor):
    look(article, editor)
    change(article, "Another", actor=second_editor)
    assert look(article, editor, NOW + 40 * MINUTE).baseline == 1
    change(article, "A third", actor=second_editor)
    assert look(article, editor, NOW + 60 * MINUTE).baseline == 1
    assert look(article, editor, NOW + 85 * MINUTE).baseline == 1
    assert look(article, editor, NOW + 120 * MINUTE).baseline == 3


def test_a_submission_begins_a_new_comparison_even_in_the_same_sitting(article, writer, editor):
    look(article, editor)
    workflow.send_back(article.pk, actor=editor, now=NOW + MINUTE, note="Who paid?")
    change(article, "The harbour paid", actor=writer, at=NOW + 2 * MINUTE)
    workflow.submit(article.pk, actor=writer, now=NOW + 3 * MINUTE)
    since = look(article, editor, NOW + 4 * MINUTE)
    assert (since.baseline, since.at) == (1, NOW)
    assert look(article, editor, NOW + 6 * MINUTE).baseline == 1


def test_each_person_has_a_look_of_their_own(article, editor, chief):
    look(article, editor)
    assert look(article, chief).is_first
    assert Look.objects.count() == 2


def test_what_a_look_costs(article, editor, django_assert_max_num_queries):
    look(article, editor)
    story = Article.objects.get(pk=article.pk)
    with django_assert_max_num_queries(6):  # savepoints count
        looks.look(story, actor=editor, now=NOW + 50 * MINUTE)
