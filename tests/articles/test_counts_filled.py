"""The migration that counts what was saved before words and pictures were counted."""

import pytest
from django.apps import apps
from django.db import connection

from articles.models import Article
from articles.models.words import StoryWords
from tests.builders import make_photo, make_story

pytestmark = pytest.mark.django_db


def _fill(monkeypatch, batch=200):
    from importlib import import_module

    migration = import_module("articles.migrations.0013_counts_of_stories_saved_before")
    monkeypatch.setattr(migration, "BATCH", batch)
    migration.fill(apps, connection.schema_editor())


def test_stories_from_before_are_counted_in_batches_and_stand_on_the_board_as_drafts(writer, photo_editor, monkeypatch):
    photo = make_photo(photo_editor)
    stories = [make_story(writer=writer, lead=photo, topics=["Bridges"]) for _ in range(3)]
    kept = {row.pk: (row.word_count, row.picture_count) for row in Article.objects.all()}
    words = dict(StoryWords.objects.values_list("pk", "text"))
    assert all(count for count, _ in kept.values())
    Article.objects.update(word_count=0, picture_count=0)
    StoryWords.objects.filter(pk=stories[0].pk).delete()
    StoryWords.objects.exclude(pk=stories[0].pk).update(text="")

    _fill(monkeypatch, batch=2)

    assert {row.pk: (row.word_count, row.picture_count) for row in Article.objects.all()} == kept
    assert dict(StoryWords.objects.values_list("pk", "text")) == words
    assert not Article.objects.planned().exists()


def test_a_line_in_the_budget_stays_planned(writer, monkeypatch):
    story = make_story(writer=writer, body="")
    _fill(monkeypatch)
    assert list(Article.objects.planned()) == [story]


def test_it_costs_four_queries_a_batch(writer, monkeypatch, django_assert_max_num_queries):
    for _ in range(12):
        make_story(writer=writer)
    Article.objects.update(word_count=0, picture_count=0)
    with django_assert_max_num_queries(10):
        _fill(monkeypatch)
