"""The list of all stories: each story once from the newest to the oldest and back, at the same cost anywhere."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.desk.stories import ArticleAdmin
from articles.models import Article
from tests.builders import NOW, make_story

LIST = "/desk/articles/article/"


@pytest.fixture
def seven(writer, monkeypatch):
    """Seven stories, two of them changed in the same microsecond, and pages of three."""
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 3)
    rows = [
        Article(headline=f"Story {number}", language="en", created_by=writer, created_at=NOW, changed_at=NOW + dt.timedelta(seconds=number // 2))
        for number in range(7)
    ]  # fmt: skip
    Article.objects.bulk_create(rows)
    return [f"Story {number}" for number in range(6, -1, -1)]


def headlines(html):
    return re.findall(r'field-headline_or_not"><a[^>]*>([^<]*)</a>', html)


def link(html, rel):
    found = re.search(rf'rel="{rel}" href="([^"]*)"', html)
    return found and found[1].replace("&amp;", "&")


def test_every_story_stands_on_one_page_and_the_way_back_is_the_same(as_user, editor, seven):
    client, pages, address = as_user(editor), [], "?"
    while address:
        html = client.get(LIST + address).content.decode()
        pages.append(headlines(html))
        last, address = html, link(html, "next")
    assert [headline for page in pages for headline in page] == seven
    back, address = [], link(last, "prev")
    while address:
        html = client.get(LIST + address).content.decode()
        back.append(headlines(html))
        address = link(html, "prev")
    assert back == pages[-2::-1]


def test_a_story_that_changes_meanwhile_moves_no_other_from_its_page(as_user, editor, seven):
    client = as_user(editor)
    older = link(client.get(LIST).content.decode(), "next")
    Article.objects.filter(headline="Story 0").update(changed_at=NOW + dt.timedelta(days=1))
    assert headlines(client.get(LIST + older).content.decode()) == ["Story 3", "Story 2", "Story 1"]


def test_filters_and_words_stay_in_the_address_of_the_next_page_and_the_place_does_not_stay_in_theirs(as_user, editor, seven):  # fmt: skip
    html = as_user(editor).get(LIST + "?state=draft&q=STORY").content.decode()
    assert {"state=draft", "q=STORY"} < set(re.split(r"[?&]", link(html, "next")))
    html = as_user(editor).get(LIST + link(html, "next")).content.decode()
    filters = re.findall(r'href="(\?[^"]*state=[^"]*)"', html[: html.index('class="pages"')])
    assert filters
    assert not any("after=" in address for address in filters)


@pytest.mark.parametrize("place", ["after=x", "before=x", "after=1.2", "before=99999999999999999.1", "p=3", "o=-1", "after=none.4", "all="])  # fmt: skip
def test_a_place_that_is_none_is_no_fault(as_user, editor, seven, place):
    assert as_user(editor).get(f"{LIST}?{place}").status_code == 200


def test_nothing_is_counted_and_nothing_skipped(as_user, editor, writer):
    client = as_user(editor)
    client.get(LIST)

    def queries(address=LIST):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return [query["sql"] for query in seen]

    for _ in range(2):
        make_story(writer=writer)
    before = len(queries())
    section = Article.objects.first().section
    rows = [Article(headline="Row", language="en", created_by=writer, created_at=NOW, changed_at=NOW, section=section) for _ in range(200)]  # fmt: skip
    Article.objects.bulk_create(rows)
    seen = [*queries(), *queries(LIST + "?state=draft&mine=1&section=news&q=row")]
    assert len(queries()) == before <= 12
    assert not [sql for sql in seen if "COUNT(" in sql or "OFFSET" in sql]
