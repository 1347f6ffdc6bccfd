"""What search engines and social networks read in a page's head."""

import json

import pytest
from lxml import html

from articles.content import one_line
from articles.public import structured_data
from tests.articles.reading import one, page, select
from tests.builders import make_author, make_photo, make_published, publish_again

pytestmark = pytest.mark.django_db

HOSTILE = '</script><script>alert(1)</script><!-- & \u2028 "quoted"'


def things(root: html.HtmlElement) -> dict:
    """Return the page's JSON-LD by type."""
    data = json.loads(one(root, "script[type=application/ld+json]").text)
    assert data["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in data["@graph"]}


def meta(root: html.HtmlElement, name: str) -> list[str]:
    return [tag.get("content") for tag in select(root, "meta") if name in (tag.get("property"), tag.get("name"))]


class TestStructuredData:
    def test_a_story_is_a_news_article(self, reader, writer):
        ada = make_author("Ada Marsh")
        story = make_published(writer=writer, bylines=[ada], lead=make_photo(writer), topics=["Bridges"])
        root = page(reader, story.get_absolute_url())
        article = things(root)["NewsArticle"]
        url = f"https://news.example{story.get_absolute_url()}"

        assert article["headline"] == story.headline == one(root, "h1").text
        assert article["description"] == story.standfirst
        assert article["mainEntityOfPage"] == {"@type": "WebPage", "@id": url}
        assert article["datePublished"] == article["dateModified"] == "2024-06-19T14:05:00+02:00"
        assert article["author"] == [
            {"@type": "Person", "name": "Ada Marsh", "url": "https://news.example/authors/ada-marsh/"}
        ]
        assert article["articleSection"] == ["News", "World"]
        assert article["keywords"] == ["Bridges"]
        assert article["isAccessibleForFree"] is True
        assert article["inLanguage"] == "en"
        publisher = article["publisher"]
        assert (publisher["@type"], publisher["name"]) == ("NewsMediaOrganization", "The Example")
        assert publisher["logo"]["url"].startswith("https://news.example/static/site/icon-512")

    def test_the_lead_photo_has_caption_credit_and_whole_addresses(self, reader, writer):
        story = make_published(writer=writer, lead=make_photo(writer))
        images = things(page(reader, story.get_absolute_url()))["NewsArticle"]["image"]

        assert [(image["width"], image["height"]) for image in images] == [(1920, 1280), (1200, 630)]
        for image in images:
            assert image["@type"] == "ImageObject"
            assert image["url"].startswith("https://news.example/photos/")
            assert image["creditText"] == "Agency / Bo Lens / Harbour Office via Wire"
            assert image["caption"] == "The bridge, seen from the east bank."

    def test_a_change_of_words_is_dated(self, reader, writer, editor, now):
        first = make_published(writer=writer, editor=editor)
        publish_again(first.article, writer=writer, editor=editor, now=now.replace(hour=20), headline="Better")
        article = things(page(reader, first.get_absolute_url()))["NewsArticle"]

        assert article["datePublished"] == "2024-06-19T14:05:00+02:00"
        assert article["dateModified"] == "2024-06-19T22:05:00+02:00"

    def test_a_story_without_byline_is_the_publications(self, writer):
        story = make_published(writer=writer)
        story.bylines = []
        article = structured_data.news_article(story, description="")
        assert article["author"][0]["name"] == "The Example"

    def test_the_way_to_a_story_is_named(self, reader):
        story = make_published()
        crumbs = things(page(reader, story.get_absolute_url()))["BreadcrumbList"]["itemListElement"]

        assert [(crumb["position"], crumb["name"]) for crumb in crumbs] == [
            (1, "The Example"), (2, "News"), (3, "World"), (4, story.headline),
        ]  # fmt: skip
        assert all(crumb["item"].startswith("https://news.example/") for crumb in crumbs)

    def test_an_author_is_a_person(self, reader):
        make_published(bylines=[make_author("Ada Marsh", note="Ada bakes.")])
        person = things(page(reader, "/authors/ada-marsh/"))["ProfilePage"]["mainEntity"]

        assert (person["name"], person["description"]) == ("Ada Marsh", "Ada bakes.")

    def test_the_front_page_names_the_publisher(self, reader):
        found = things(page(reader, "/"))
        assert found["NewsMediaOrganization"]["url"] == found["WebSite"]["url"] == "https://news.example/"

    def test_nothing_that_people_type_ends_the_script(self, reader, writer):
        ada = make_author(HOSTILE, slug="ada", note=HOSTILE)
        photo = make_photo(writer, caption=HOSTILE, photographer=HOSTILE)
        make_published(headline=HOSTILE, standfirst=HOSTILE, bylines=[ada], lead=photo, slug="hostile")
        root = page(reader, "/2024/06/19/hostile/")

        assert things(root)["NewsArticle"]["headline"] == one_line(HOSTILE)
        assert len(select(root, "script")) == 1
        assert things(page(reader, "/authors/ada/"))["ProfilePage"]["mainEntity"]["name"] == HOSTILE


class TestTheHead:
    def test_the_same_headline_stands_everywhere(self, reader):
        root = page(reader, make_published(headline="One & the same").get_absolute_url())

        assert one(root, "title").text == "One & the same | The Example"
        assert meta(root, "og:title") == ["One & the same"]
        assert one(root, "h1").text == "One & the same"

    def test_cards_for_sharing(self, reader, writer):
        story = make_published(writer=writer, lead=make_photo(writer))
        root = page(reader, story.get_absolute_url())
        url = f"https://news.example{story.get_absolute_url()}"

        assert one(root, "link[rel=canonical]").get("href") == url
        assert meta(root, "og:url") == [url]
        assert meta(root, "og:type") == ["article"]
        assert meta(root, "og:site_name") == ["The Example"]
        assert meta(root, "og:image")[0].startswith("https://news.example/photos/")
        assert (meta(root, "og:image:width"), meta(root, "og:image:height")) == (["1200"], ["630"])
        assert meta(root, "og:image:alt") == ["A swing bridge at dusk"]
        assert meta(root, "twitter:card") == ["summary_large_image"]
        assert meta(root, "description") == meta(root, "og:description") == [story.standfirst]
        assert meta(root, "robots") == ["max-image-preview:large"]

    def test_without_a_standfirst_the_description_is_how_the_story_begins(self, reader):
        text = "<p>“One” &amp; <em>two</em>.</p><p>" + "Three. " * 100 + "</p>"
        (said,) = meta(page(reader, make_published(standfirst="", body=text).get_absolute_url()), "description")

        assert said.startswith("“One” & two. Three. Three.")
        assert len(said) <= 200

    @pytest.mark.parametrize("path", ["/", "/news/", "/news/world/", "/authors/", "/authors/ada-marsh/"])
    def test_every_page_has_a_title_a_description_and_a_canonical_address(self, reader, path):
        make_published()
        root = page(reader, path)

        assert one(root, "title").text.endswith("The Example")
        assert meta(root, "description")[0]
        assert one(root, "link[rel=canonical]").get("href") == f"https://news.example{path}"
        assert len(select(root, "h1")) == 1


def test_robots_may_read_all_that_readers_may(reader):
    response = reader.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text == "User-agent: *\nDisallow: /desk/\nDisallow: /accounts/\n"


@pytest.mark.parametrize(("path", "kind"), [("/favicon.ico", "image/x-icon"), ("/favicon.svg", "image/svg+xml")])
def test_icons_are_where_browsers_look_for_them(reader, path, kind):
    response = reader.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, kind)
