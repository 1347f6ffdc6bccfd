"""Nothing that is not published reaches a reader, by any public page, feed or picture."""

import datetime as dt
import re
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles import publishing, workflow
from articles.models import Article, PublishedArticle
from articles.statuses import Status
from tests.builders import NOW, make_author, make_photo, make_story, publish_again

CANARY = "zyxcanary"
HOUR = dt.timedelta(hours=1)
#: Tables of the desk, which no reader's page may name.
DESK_TABLES = re.compile(r'"articles_(article|revision|approval|event|byline|article_topics)"')
_LINK = re.compile(rb'(?:href|src|srcset)="([^"]+)"|<(?:link|url|guid|loc)[^>]*>([^<]+)<')


def canary_story(*, writer, status, editor=None, **values):
    """Make a story of which every word, the slug included, would give itself away."""
    number = Article.objects.count()
    author = make_author(f"{CANARY} author {number}", slug=f"{CANARY}-author-{number}", note=f"{CANARY} note")
    photo = make_photo(writer, alt=f"{CANARY} alt", caption=f"{CANARY} caption", photographer=f"{CANARY} credit")
    words = {
        "headline": f"{CANARY} headline",
        "standfirst": f"{CANARY} standfirst",
        "body": f"<p>{CANARY} text</p>",
        "slug": f"{CANARY}-{number}",
        "topics": [],
        "bylines": [author],
        "lead": photo,
    }
    return make_story(writer=writer, editor=editor, status=status, **(words | values))


@pytest.fixture
def newsroom(writer, editor):
    """Stories in every state, all but one of them unknown to readers; returns the addresses that must be gone."""
    make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Public words", lead=make_photo(writer))
    for status in (Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, Status.SPIKED):
        canary_story(writer=writer, editor=editor, status=status)
    scheduled = canary_story(writer=writer, editor=editor, status=Status.APPROVED)
    workflow.schedule(scheduled.pk, publish_at=NOW + HOUR, actor=editor, now=NOW)
    edited = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Old public words")
    content = edited.content().changed(headline=f"{CANARY} new headline", slug=f"{CANARY}-new")
    workflow.save_draft(edited.pk, content=content, version=edited.version, actor=writer, now=NOW)
    update = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Before the update")
    later = update.content().changed(headline=f"{CANARY} after the update")
    workflow.save_draft(update.pk, content=later, version=update.version, actor=writer, now=NOW)
    workflow.submit(update.pk, actor=writer, now=NOW)
    workflow.approve(update.pk, content_hash=later.hash, actor=editor, now=NOW)
    workflow.schedule(update.pk, publish_at=NOW + HOUR, actor=editor, now=NOW)
    withdrawn = canary_story(writer=writer, editor=editor, status=Status.PUBLISHED)
    publishing.withdraw(withdrawn, now=NOW + dt.timedelta(seconds=1))
    return [row.get_absolute_url() for row in (*scheduled.published.all(), *withdrawn.published.all())]


def crawl(client, start):
    """Fetch every page of this site that can be reached from these, and yield what was asked and answered."""
    seen, waiting = set(), list(start)
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        yield url, response, body, [query["sql"] for query in queries.captured_queries]
        if "photos" in url:
            continue
        for match in _LINK.finditer(body):
            for piece in (match[1] or match[2]).decode().replace("&amp;", "&").split(","):
                target = urlsplit(urljoin(f"https://news.example{url}", piece.split(" ")[0].strip() or url))
                path = target.path + (f"?{target.query}" if target.query else "")
                if target.netloc == "news.example" and not path.startswith(("/static/", "/desk/", "/accounts/")):
                    waiting.append(path)


STARTS = [
    "/",
    "/lite/",
    "/feed.xml",
    "/authors/",
    "/news/",
    "/news/world/",
    "/news/world/feed.xml",
    "/topics/bridges/",
    "/robots.txt",
]


def test_no_public_page_or_feed_says_a_word_of_what_is_not_published_and_none_asks_the_desk(newsroom):
    with time_machine.travel(NOW + dt.timedelta(minutes=5), tick=False):
        visited = 0
        for url, response, body, queries in crawl(Client(), STARTS):
            visited += 1
            assert response.status_code in {200, 301, 404}, url
            assert response.status_code != 404 or "photos" in url, url
            assert CANARY.encode() not in body, url
            for sql in queries:
                assert not DESK_TABLES.search(sql), f"{url} asks the desk: {sql}"
        assert visited > 20


def test_an_address_of_what_is_to_come_is_not_found_and_of_what_is_withdrawn_is_gone(newsroom, reader):
    scheduled, withdrawn = newsroom
    with time_machine.travel(NOW + dt.timedelta(minutes=5), tick=False):
        for prefix in ("", "/lite"):
            response = reader.get(prefix + scheduled)
            assert response.status_code == 404
            assert CANARY.encode() not in response.content.replace(scheduled.encode(), b"")
            assert reader.get(prefix + withdrawn).status_code == 410
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        assert reader.get(scheduled).status_code == 200


def test_drafts_have_no_author_page_until_something_of_theirs_is_published(newsroom, reader):
    with time_machine.travel(NOW + dt.timedelta(minutes=5), tick=False):
        assert CANARY.encode() not in reader.get("/authors/").content


def test_a_photo_of_a_draft_is_seen_by_staff_only_and_of_a_published_story_by_everybody(
    reader, as_user, writer, editor, tmp_path
):
    from django.core.files.base import ContentFile
    from PIL import Image

    from media import library

    def photo(colour):
        Image.new("RGB", (1200, 800), colour).save(tmp_path / "p.jpg")
        return library.add_photo(
            file=ContentFile((tmp_path / "p.jpg").read_bytes(), name="p.jpg"),
            actor=writer,
            photographer="Bo Lens",
            alt="A plain colour",
            now=NOW,
        )

    secret, shown = photo("red"), photo("green")
    make_story(writer=writer, lead=secret)
    article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, lead=shown)
    with time_machine.travel(NOW + HOUR, tick=False):
        assert reader.get(secret.picture.src).status_code == 404
        assert as_user(writer).get(secret.picture.src).status_code == 200
        assert reader.get(shown.picture.src).status_code == 200
        publishing.withdraw(article, now=NOW + HOUR)
        assert reader.get(shown.picture.src).status_code == 404


def test_a_photo_that_another_story_shows_stays_when_one_is_withdrawn(writer, editor):
    photo = make_photo(writer)
    first = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, lead=photo)
    make_story(writer=writer, editor=editor, status=Status.PUBLISHED, lead=photo)
    publishing.withdraw(first, now=NOW + HOUR)
    photo.refresh_from_db()
    assert photo.released_at == NOW


def test_a_withdrawn_story_does_not_come_back_with_its_scheduled_update(writer, editor):
    article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
    content = article.content().changed(headline="Later words")
    workflow.save_draft(article.pk, content=content, version=article.version, actor=writer, now=NOW)
    workflow.submit(article.pk, actor=writer, now=NOW)
    workflow.approve(article.pk, content_hash=content.hash, actor=editor, now=NOW)
    workflow.schedule(article.pk, publish_at=NOW + HOUR, actor=editor, now=NOW)
    publishing.withdraw(article, now=NOW + HOUR / 2)
    for later in (HOUR / 2, HOUR, 2 * HOUR):
        assert not PublishedArticle.objects.visible(at=NOW + later).exists()


def test_a_photo_of_a_story_that_awaits_an_update_stays_when_another_story_goes(writer, editor):
    photo = make_photo(writer)
    article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, lead=photo)
    content = article.content().changed(headline="Later words")
    workflow.save_draft(article.pk, content=content, version=article.version, actor=writer, now=NOW)
    workflow.submit(article.pk, actor=writer, now=NOW)
    workflow.approve(article.pk, content_hash=content.hash, actor=editor, now=NOW)
    workflow.schedule(article.pk, publish_at=NOW + 2 * HOUR, actor=editor, now=NOW)
    other = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, lead=photo)
    publishing.withdraw(other, now=NOW + HOUR)
    photo.refresh_from_db()
    assert photo.released_at == NOW


def test_a_withdrawn_photo_stays_withdrawn_when_a_schedule_that_shows_it_is_taken_back(writer, editor):
    photo = make_photo(writer)
    publishing.withdraw(make_story(writer=writer, editor=editor, status=Status.PUBLISHED, lead=photo), now=NOW + HOUR)
    other = make_story(writer=writer, editor=editor, status=Status.APPROVED, lead=photo)
    workflow.schedule(other.pk, publish_at=NOW + 3 * HOUR, actor=editor, now=NOW + HOUR)
    workflow.unschedule(other.pk, actor=editor, now=NOW + 2 * HOUR)
    photo.refresh_from_db()
    assert photo.released_at is None


def test_taking_a_schedule_back_takes_its_photo_back(writer, editor):
    photo = make_photo(writer)
    article = make_story(writer=writer, editor=editor, status=Status.APPROVED, lead=photo)
    workflow.schedule(article.pk, publish_at=NOW + HOUR, actor=editor, now=NOW)
    photo.refresh_from_db()
    assert photo.released_at == NOW + HOUR
    workflow.unschedule(article.pk, actor=editor, now=NOW)
    photo.refresh_from_db()
    assert photo.released_at is None


def test_readers_get_no_cookie_and_pages_do_not_vary_by_it(writer, editor, reader):
    article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
    publish_again(article, writer=writer, editor=editor, now=NOW + HOUR, headline="Again")
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        for url, response, _, _ in crawl(reader, STARTS):
            assert not response.cookies, url
            assert "cookie" not in response.headers.get("Vary", "").lower(), url
