"""Nonsense sent to the desk: it is answered with a page or a refusal, and no word of it goes missing."""

import pytest

from articles.models import Unsaved
from tests.builders import make_story


@pytest.fixture
def page(writer):
    return f"/desk/articles/article/{make_story(writer=writer).pk}/"


def test_places_and_times_that_there_are_none_of_are_no_fault(as_user, writer, page):
    client = as_user(writer)
    for asked in ("before=2024-06-19T12:00:00Z~0~²", "before=9999-12-31T23:59:59-14:00~1~3"):
        assert client.get(f"{page}history/?{asked}").status_code == 200
    for at in ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59"):
        assert client.get(f"{page}as-of/", {"at": at}).status_code == 200


def test_words_are_kept_without_what_no_database_takes(as_user, writer, page):
    sent = {"tab": "t\x001", "version": "1", "headline": "A bridge\x00 of words", "bylines-TOTAL_FORMS": "0"}
    assert as_user(writer).post(f"{page}autosave/", sent).json()["state"] == "kept"
    assert ["headline", "A bridge of words"] in Unsaved.objects.get().fields


def test_words_of_the_browser_are_kept_without_halves_of_signs(as_user, writer, page):
    sent = {"tab": "1", "fields": '[["headline", "A \\ud800\\u0000bridge"]]'}
    assert as_user(writer).post(f"{page}unsaved/", sent).status_code == 302
    assert Unsaved.objects.get().fields == [["headline", "A bridge"]]


def test_lists_in_lists_are_an_empty_form(as_user, writer, page):
    assert as_user(writer).post(f"{page}unsaved/", {"tab": "1", "fields": "[" * 100_000}).status_code == 302
    assert Unsaved.objects.get().fields == []
