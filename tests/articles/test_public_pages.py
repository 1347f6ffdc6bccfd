"""What readers find at each address, and what they do not find."""

import datetime as dt

import pytest
from lxml import html

from articles import workflow
from articles.models import Article, PublishedArticle, Topic
from articles.public import lists
from articles.statuses import Status
from authors.models import Author
from tests.articles.reading import hrefs, one, page, select, words
from tests.builders import (
    make_author,
    make_content,
    make_photo,
    make_published,
    make_section,
    make_story,
    publish_again,
)

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)

pytestmark = pytest.mark.django_db


def headlines(root: html.HtmlElement) -> list[str]:
    return [words(node) for node in select(root, "main .headline")]


class TestAStory:
    def test_section_labels_stand_above_the_headline_and_lead_to_their_pages(self, reader):
        story = make_published()
        root = page(reader, story.get_absolute_url())

        labels = one(root, ".story-head .labels")
        assert words(labels) == "News›World"
        assert hrefs(labels, "a") == ["/news/", "/news/world/"]
        assert labels.getnext().tag == "h1"
        assert words(one(root, "h1")) == story.headline

    def test_bylines_lead_to_the_authors_pages(self, reader):
        ada, bo, cy = make_author("Ada Marsh"), make_author("Bo Lens"), make_author("Cy Fox")
        root = page(reader, make_published(bylines=[ada, bo, cy]).get_absolute_url())

        byline = one(root, ".story-meta .byline")
        assert words(byline) == "By Ada Marsh, Bo Lens and Cy Fox"
        assert hrefs(byline, "a") == [
            "/authors/ada-marsh/", "/authors/bo-lens/", "/authors/cy-fox/",
        ]  # fmt: skip

    def test_the_time_is_the_newsrooms_and_names_its_zone(self, reader):
        root = page(reader, make_published().get_absolute_url())

        time = one(root, ".story-meta time")
        assert words(time) == "19 June 2024, 14:05 CEST"
        assert time.get("datetime") == "2024-06-19T14:05:00+0200"

    def test_a_story_that_never_changed_has_no_second_date(self, reader):
        assert "Updated" not in words(page(reader, make_published().get_absolute_url()))

    def test_a_story_whose_words_changed_says_when(self, reader, writer, editor, now):
        first = make_published(writer=writer, editor=editor)
        publish_again(first.article, writer=writer, editor=editor, now=now + DAY, headline="Better words")
        root = page(reader, first.get_absolute_url())

        assert words(one(root, "h1")) == "Better words"
        assert words(one(root, ".times")) == "19 June 2024, 14:05 CEST Updated 20 June 2024, 14:05 CEST"

    def test_caption_and_full_credit_stand_under_the_lead_photo(self, reader, writer):
        root = page(reader, make_published(writer=writer, lead=make_photo(writer)).get_absolute_url())

        figure = one(root, "figure.opener")
        assert one(figure, "img").get("alt") == "A swing bridge at dusk"
        assert words(one(figure, ".caption")) == "The bridge, seen from the east bank."
        assert words(one(figure, ".credit")) == "(Agency / Bo Lens / Harbour Office via Wire)"

    def test_the_credit_stands_there_without_a_caption_too(self, reader, writer):
        root = page(reader, make_published(writer=writer, lead=make_photo(writer, caption="")).get_absolute_url())

        assert not select(root, ".caption")
        assert words(one(root, "figcaption")) == "(Agency / Bo Lens / Harbour Office via Wire)"

    def test_a_picture_in_the_body_has_caption_and_credit(self, reader, writer):
        photo = make_photo(writer)
        source = f'<figure data-photo="{photo.pk}" data-alt="Ships"><figcaption>Three ships.</figcaption></figure>'
        root = page(reader, make_published(writer=writer, body=source).get_absolute_url())

        assert words(one(root, ".body figcaption")) == "Three ships. (Agency / Bo Lens / Harbour Office via Wire)"
        assert one(root, ".body img").get("alt") == "Ships"

    def test_every_picture_has_its_size_so_that_nothing_moves_when_it_comes(self, reader, writer):
        root = page(reader, make_published(writer=writer, lead=make_photo(writer)).get_absolute_url())

        assert [(image.get("width"), image.get("height")) for image in select(root, "img")] == [("1280", "853")]

    def test_the_lead_photo_comes_first_and_others_when_they_are_near(self, reader, writer):
        photo = make_photo(writer)
        source = f'<p>Words.</p><figure data-photo="{photo.pk}"></figure>'
        root = page(reader, make_published(writer=writer, lead=photo, body=source).get_absolute_url())

        lead, inside = select(root, "img")
        assert (lead.get("fetchpriority"), lead.get("loading")) == ("high", None)
        assert inside.get("loading") == "lazy"

    def test_the_authors_note_stands_at_the_end(self, reader):
        ada = make_author("Ada Marsh", note="Ada Marsh bakes. She also writes.")
        root = page(reader, make_published(bylines=[ada]).get_absolute_url())

        assert words(one(root, ".story-end .notes")) == "Ada Marsh bakes. She also writes. More by Ada Marsh"

    def test_topics_lead_to_their_pages(self, reader):
        root = page(reader, make_published(topics=["Bridges", "Trade"]).get_absolute_url())

        assert hrefs(root, ".topics a") == ["/topics/bridges/", "/topics/trade/"]

    def test_it_ends_with_more_from_its_section_and_not_with_itself(self, reader):
        make_published(headline="Another one")
        make_published(headline="From elsewhere", section="culture")
        story = make_published(headline="This one")
        more = one(page(reader, story.get_absolute_url()), ".more")

        assert words(one(more, "h2")) == "More from World"
        assert [words(node) for node in select(more, ".headline")] == ["Another one"]

    def test_a_story_in_arabic_runs_from_right_to_left(self, reader):
        root = page(reader, make_published(language="ar", headline="الجسر مفتوح").get_absolute_url())

        assert one(root, "article.story").get("dir") == "rtl"
        assert one(root, "h1").get("lang") == "ar"
        assert one(root, "time").get("dir") == "ltr"  # an English date in the midst of it keeps its order

    def test_readers_keep_the_old_words_while_the_desk_changes_them(self, reader, writer, editor, now):
        story = make_published(writer=writer, editor=editor, headline="Old words")
        article = Article.objects.get(pk=story.article_id)
        changed = article.content().changed(headline="Not approved")
        workflow.save_draft(article.pk, content=changed, version=article.version, actor=writer, now=now + HOUR)

        assert words(one(page(reader, story.get_absolute_url()), "h1")) == "Old words"


class TestAddresses:
    def test_a_story_that_is_not_published_is_not_found(self, reader, writer, editor):
        for status in (Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, Status.SPIKED):
            make_story(writer=writer, editor=editor, status=status, slug=f"secret-{status.replace('_', '-')}")
            assert reader.get(f"/2024/06/19/secret-{status.replace('_', '-')}/").status_code == 404

    def test_a_scheduled_story_is_not_found_until_its_time(self, reader, writer, editor, now, time_machine):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED, slug="embargoed")
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)
        places = ["/2024/06/19/embargoed/", "/lite/2024/06/19/embargoed/"]
        lists_of_it = ["/", "/news/world/", "/authors/ada-marsh/", "/feed.xml", "/lite/"]

        time_machine.move_to(now + HOUR - dt.timedelta(seconds=1), tick=False)
        never = reader.get("/2024/06/19/never-was/")
        for path in places:
            response = reader.get(path)
            assert response.status_code == 404
            assert response.content == never.content, "it looks like a story that never was"
        assert not any(b"embargoed" in reader.get(path).content for path in lists_of_it)

        time_machine.move_to(now + HOUR, tick=False)
        assert [reader.get(path).status_code for path in places] == [200, 200]
        assert all(b"embargoed" in reader.get(path).content for path in lists_of_it)

    def test_a_schedule_that_was_taken_back_leaves_nothing(self, reader, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED, slug="taken-back")
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)
        workflow.unschedule(article.pk, actor=editor, now=now + MINUTE)

        assert reader.get("/2024/06/19/taken-back/").status_code == 404

    def test_a_changed_slug_redirects_for_ever_in_both_editions(self, reader, writer, editor, now):
        first = make_published(writer=writer, editor=editor, slug="old-slug")
        second = publish_again(first.article, writer=writer, editor=editor, now=now + HOUR, slug="new-slug")
        publish_again(second.article, writer=writer, editor=editor, now=now + 2 * HOUR, slug="newest-slug")

        for old in ("old-slug", "new-slug"):
            response = reader.get(f"/2024/06/19/{old}/")
            assert (response.status_code, response["Location"]) == (301, "/2024/06/19/newest-slug/")
            response = reader.get(f"/lite/2024/06/19/{old}/")
            assert (response.status_code, response["Location"]) == (301, "/lite/2024/06/19/newest-slug/")

    def test_an_update_that_changes_the_slug_leaves_the_old_address_alone_until_its_time(
        self, reader, writer, editor, now, time_machine
    ):
        story = make_published(writer=writer, editor=editor, slug="old-slug")
        article = Article.objects.get(pk=story.article_id)
        content = article.content().changed(slug="new-slug")
        workflow.save_draft(article.pk, content=content, version=article.version, actor=writer, now=now)
        workflow.submit(article.pk, actor=writer, now=now)
        workflow.approve(article.pk, content_hash=content.hash, actor=editor, now=now)
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)

        time_machine.move_to(now + MINUTE, tick=False)
        assert reader.get("/2024/06/19/old-slug/").status_code == 200
        assert reader.get("/2024/06/19/new-slug/").status_code == 404
        time_machine.move_to(now + HOUR, tick=False)
        assert reader.get("/2024/06/19/old-slug/").status_code == 301
        assert reader.get("/2024/06/19/new-slug/").status_code == 200

    def test_a_withdrawn_story_is_gone_and_says_so(self, reader, withdrawn):
        for path in (withdrawn.get_absolute_url(), withdrawn.lite_url):
            response = reader.get(path)
            assert response.status_code == 410
            assert b"no longer published" in response.content
            assert withdrawn.headline.encode() not in response.content

    def test_the_old_address_of_a_withdrawn_story_is_gone_too(self, reader, writer, editor, now):
        from articles import publishing

        first = make_published(writer=writer, editor=editor, slug="old-slug")
        second = publish_again(first.article, writer=writer, editor=editor, now=now + HOUR, slug="new-slug")
        publishing.withdraw(second.article, now=now + 2 * HOUR)

        assert reader.get("/2024/06/19/old-slug/").status_code == 410

    @pytest.mark.parametrize("path", ["/nothing/", "/news/nothing/", "/authors/nobody/", "/topics/nothing/"])
    def test_what_does_not_exist_is_not_found_in_the_sites_look(self, reader, path):
        make_section("news/world")
        for address in (path, f"/lite{path}", f"{path}feed.xml"):
            root = page(reader, address, status=404)
            assert words(one(root, "h1")) == "There is nothing at this address"
            assert select(root, 'link[href="/static/site/site.css"]')

    def test_a_missing_slash_is_forgiven(self, reader):
        make_section("news")
        response = reader.get("/news")
        assert (response.status_code, response["Location"]) == (301, "/news/")


@pytest.fixture
def withdrawn(writer, editor, now) -> PublishedArticle:
    """A story that readers saw for an hour."""
    from articles import publishing

    story = make_published(writer=writer, editor=editor, headline="Withdrawn words")
    publishing.withdraw(story.article, now=now + HOUR)
    return story


class TestLists:
    def test_the_front_page_leads_with_the_newest_story(self, reader, now):
        make_published(headline="Older", now=now - HOUR)
        make_published(headline="Newest", now=now)
        root = page(reader, "/")

        assert words(one(root, ".lead .headline")) == "Newest"
        assert words(one(root, "h1")) == "The Example"

    def test_the_front_page_has_a_block_for_each_section_and_shows_no_story_twice(self, reader, now):
        for number in range(8):
            make_published(headline=f"World {number}", now=now - number * HOUR)
        make_published(headline="A book", section="culture/books", now=now - DAY)
        make_section("science")
        root = page(reader, "/")

        assert [words(node) for node in select(root, ".block h2")] == ["Culture", "News"]
        found = headlines(root)
        assert sorted(found) == sorted(set(found))
        assert found[:5] == [f"World {number}" for number in range(5)]
        assert found[5:] == ["A book", *(f"World {number}" for number in range(5, 8))]

    def test_the_front_page_of_an_empty_site_is_a_page(self, reader):
        assert "Nothing has been published yet" in words(page(reader, "/"))
        assert "Nothing has been published yet" in words(page(reader, "/lite/"))

    def test_a_section_shows_its_subsections_stories_too(self, reader, now):
        make_published(headline="From the world", section="news/world", now=now)
        make_published(headline="Of the section itself", section="news", now=now - HOUR)
        make_published(headline="From politics", section="news/politics", now=now - 2 * HOUR)
        make_published(headline="A book", section="culture/books")

        assert headlines(page(reader, "/news/")) == ["From the world", "Of the section itself", "From politics"]
        assert headlines(page(reader, "/news/politics/")) == ["From politics"]

    def test_a_section_without_stories_says_so(self, reader):
        make_section("news/world")
        assert "Nothing has been published here yet" in words(page(reader, "/news/world/"))

    def test_an_update_does_not_bring_an_old_story_up_again(self, reader, writer, editor, now):
        old = make_published(writer=writer, editor=editor, headline="Old", now=now - DAY)
        make_published(headline="New", now=now - HOUR)
        publish_again(old.article, writer=writer, editor=editor, now=now, headline="Old, better")

        assert headlines(page(reader, "/news/world/")) == ["New", "Old, better"]

    def test_an_author_has_a_page_with_note_and_stories(self, reader):
        ada, bo = make_author("Ada Marsh", note="Ada bakes."), make_author("Bo Lens")
        make_published(headline="By Ada", bylines=[ada])
        make_published(headline="By both", bylines=[bo, ada])
        make_published(headline="By Bo", bylines=[bo])
        root = page(reader, "/authors/ada-marsh/")

        assert words(one(root, "h1")) == "Ada Marsh"
        assert words(one(root, ".page-head .note")) == "Ada bakes."
        assert headlines(root) == ["By both", "By Ada"]

    def test_an_author_who_left_keeps_the_page_and_leaves_the_masthead(self, reader):
        ada = make_author("Ada Marsh")
        make_published(headline="By Ada", bylines=[ada])
        Author.objects.filter(pk=ada.pk).update(is_active=False)

        assert headlines(page(reader, "/authors/ada-marsh/")) == ["By Ada"]
        assert "Ada Marsh" not in words(page(reader, "/authors/"))

    def test_the_masthead_names_everybody_who_has_published_by_name(self, reader):
        make_published(bylines=[make_author(name) for name in ("Cy Fox", "Ada Marsh", "Bo Lens")])
        make_author("Di Wood")

        root = page(reader, "/authors/")
        assert [words(node) for node in select(root, ".people h2")] == ["Ada Marsh", "Bo Lens", "Cy Fox"]

    def test_the_masthead_goes_on_where_it_stopped(self, reader, monkeypatch):
        monkeypatch.setattr("articles.public.pages.PEOPLE_ON_PAGE", 2)
        everybody = ["Ada Marsh", "Bo Lens", "Cy Fox", "Di Wood", "Ed Hill"]
        make_published(bylines=[make_author(name) for name in everybody])

        path, names = "/authors/", []
        for _ in range(3):
            root = page(reader, path)
            names += [words(node) for node in select(root, ".people h2")]
            path = "/authors/" + next((link.get("href") for link in select(root, ".pager a[rel=next]")), "")
        assert names == everybody
        assert path == "/authors/"

    def test_a_topic_shows_its_stories(self, reader):
        make_published(headline="On bridges", topics=["Bridges"])
        make_published(headline="On trade", topics=["Trade"])

        root = page(reader, "/topics/trade/")
        assert (words(one(root, "h1")), headlines(root)) == ("Trade", ["On trade"])

    def test_a_topic_of_unpublished_stories_only_does_not_show_its_name(self, reader, writer):
        make_story(writer=writer, topics=["Secret merger"])
        assert Topic.objects.filter(slug="secret-merger").exists()

        for path in ("/topics/secret-merger/", "/lite/topics/secret-merger/", "/topics/secret-merger/feed.xml"):
            response = reader.get(path)
            assert response.status_code == 404
            assert b"merger" not in response.content

    def test_an_author_of_unpublished_stories_only_is_not_named(self, reader, writer):
        make_story(writer=writer, bylines=[make_author("Deep Throat")])

        for path in ("/authors/deep-throat/", "/lite/authors/deep-throat/", "/authors/deep-throat/feed.xml"):
            response = reader.get(path)
            assert response.status_code == 404
            assert b"Throat" not in response.content
        assert "Throat" not in words(page(reader, "/authors/"))


class TestPaging:
    @pytest.fixture(autouse=True)
    def small_pages(self, monkeypatch):
        monkeypatch.setattr(lists, "PAGE_SIZE", 3)
        monkeypatch.setattr(lists.page_of, "__kwdefaults__", {"behind": None, "size": 3})

    @pytest.mark.parametrize("path", ["/news/", "/news/world/", "/authors/ada-marsh/", "/topics/bridges/"])
    @pytest.mark.parametrize("edition", ["", "/lite"])
    def test_every_story_stands_on_one_page_of_the_list(self, reader, now, path, edition):
        for number in range(8):
            make_published(headline=f"Story {number}", now=now - (number // 3) * HOUR)  # three at the same time
        start = edition + path

        address, found, pages = start, [], 0
        while address:
            root = page(reader, address)
            found += [words(node) for node in select(root, "main article .headline, main ul.list h2")]
            pages += 1
            address = next((start + link.get("href") for link in select(root, ".pager a[rel=next]")), "")
        assert pages == 3
        assert len(found) == 8
        assert set(found) == {f"Story {number}" for number in range(8)}

    def test_a_story_published_meanwhile_does_not_shift_the_next_page(self, reader, now):
        for number in range(4):
            make_published(headline=f"Story {number}", now=now - number * HOUR)
        older = one(page(reader, "/news/"), ".pager a[rel=next]").get("href")
        make_published(headline="Breaking", now=now + HOUR)

        assert headlines(page(reader, f"/news/{older}")) == ["Story 3"]

    def test_an_older_page_leads_back_to_the_newest(self, reader, now):
        for number in range(4):
            make_published(now=now - number * HOUR)
        older = one(page(reader, "/news/"), ".pager a[rel=next]").get("href")
        root = page(reader, f"/news/{older}")

        assert hrefs(root, ".pager a") == ["/news/"]
        assert one(root, "link[rel=canonical]").get("href") == f"https://news.example/news/{older}"


class TestPreview:
    def test_the_preview_is_the_readers_page_and_tells_machines_nothing(self, rf, writer, now):
        from articles import publishing
        from articles.public.pages import story_page

        content = make_content(slug="preview", lead=make_photo(writer))
        row = publishing.cut(content, article=Article(created_by=writer), visible_from=now)
        for lite in (False, True):
            response = story_page(rf.get("/"), row, lite=lite, preview=True)
            root = html.document_fromstring(response.content)
            assert words(one(root, "h1")) == content.headline
            assert one(root, "meta[name=robots]").get("content") == "noindex, nofollow"
            assert not select(root, "link[rel=canonical], meta[property], script")
            assert "ETag" not in response
            assert "Last-Modified" not in response

    def test_a_preview_needs_no_section_and_no_byline(self, rf, writer, now):
        from articles import publishing
        from articles.public.pages import story_page

        content = make_content(slug="preview", section=None, bylines=[], topics=[], standfirst="", body="")
        row = publishing.cut(content, article=Article(created_by=writer), visible_from=now)
        assert story_page(rf.get("/"), row, preview=True).status_code == 200
        assert story_page(rf.get("/"), row, lite=True, preview=True).status_code == 200


class TestQueries:
    """Budgets of the design: four for a story, six for a list, whatever their length."""

    def test_a_story_costs_the_same_however_long_and_by_however_many(
        self, reader, writer, django_assert_max_num_queries
    ):
        photo = make_photo(writer)
        authors = [make_author(f"Author {number}", note="A note.") for number in range(12)]
        source = f'<figure data-photo="{photo.pk}"></figure><p>Words <a href="/news/">and links</a>.</p>' * 50
        short = make_published(bylines=authors[:1], body="<p>Short.</p>")
        long = make_published(bylines=authors, body=source, lead=photo, topics=[f"Topic {n}" for n in range(20)])
        for story in (short, long):
            for path in (story.get_absolute_url(), story.lite_url):
                with django_assert_max_num_queries(3):
                    assert reader.get(path).status_code == 200

    @pytest.mark.parametrize(
        ("path", "queries"),
        [
            ("/", 4),
            ("/news/", 3),
            ("/news/world/", 3),
            ("/authors/", 2),
            ("/authors/ada-marsh/", 4),
            ("/topics/bridges/", 4),
        ],
    )
    def test_a_list_costs_the_same_however_long(self, reader, now, django_assert_num_queries, path, queries):
        make_published(section="news/world")
        for number in range(30):
            if number in {1, 29}:
                addresses = [path, f"/lite{path}"] + ([] if path == "/authors/" else [f"{path}feed.xml"])
                for address in addresses:
                    with django_assert_num_queries(3 if address == "/feed.xml" else queries):
                        assert reader.get(address).status_code == 200
            make_published(section=f"{'news' if number % 2 else 'culture'}/part-{number % 5}", now=now - number * HOUR)

    def test_no_list_is_counted_or_skipped_through(self, reader, django_assert_max_num_queries):
        make_published()
        for path in ("/", "/news/", "/authors/ada-marsh/", "/topics/bridges/", "/feed.xml"):
            with django_assert_max_num_queries(6) as queries:
                reader.get(path)
            assert not any("COUNT(" in query["sql"] or "OFFSET" in query["sql"] for query in queries)

    def test_lists_leave_the_text_of_stories_in_the_database(self, reader, django_assert_max_num_queries):
        make_published()
        for path in ("/", "/news/", "/authors/ada-marsh/", "/topics/bridges/"):
            with django_assert_max_num_queries(6) as queries:
                reader.get(path)
            assert not any("body_html" in query["sql"] for query in queries)

    def test_readers_pages_read_no_table_of_the_desk(self, reader, writer, django_assert_max_num_queries):
        story = make_published(writer=writer, lead=make_photo(writer))
        paths = [story.get_absolute_url(), "/", "/news/", "/authors/", "/authors/ada-marsh/", "/topics/bridges/"]
        paths += [f"/lite{path}" for path in paths] + ["/feed.xml", "/news/world/feed.xml", "/2024/06/19/nothing/"]
        for path in paths:
            with django_assert_max_num_queries(6) as queries:
                reader.get(path)
            for query in queries:
                assert '"articles_article"' not in query["sql"]
                assert "articles_revision" not in query["sql"]
                assert "articles_approval" not in query["sql"]
                assert "authors_user" not in query["sql"]
                assert "django_session" not in query["sql"]
