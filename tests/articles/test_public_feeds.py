"""RSS feeds: well-formed whatever people type, and the whole story with its pictures' credits."""

import datetime as dt
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from articles import body
from articles.content import one_line
from articles.public import feeds
from articles.public.feeds import ATOM, CONTENT, DC, MEDIA, body_for_feed
from tests.articles.reading import page, select, words
from tests.builders import make_author, make_photo, make_published

HOSTILE = "</title><script>alert(1)</script> & ]]> \" ' <!-- "


def feed(client, path="/feed.xml"):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    return etree.fromstring(response.content)


def said(node, name):
    return [found.text for found in node.iterfind(name)]


@pytest.mark.django_db
class TestAFeed:
    def test_it_says_whose_it_is_and_where(self, reader, now):
        make_published()
        channel = feed(reader).find("channel")

        assert said(channel, "title") == ["The Example"]
        assert said(channel, "link") == ["https://news.example/"]
        assert said(channel, "language") == ["en"]
        assert said(channel, "lastBuildDate") == ["Wed, 19 Jun 2024 12:05:00 GMT"]
        own = channel.find(f"{{{ATOM}}}link")
        assert (own.get("href"), own.get("rel")) == ("https://news.example/feed.xml", "self")

    def test_an_item_says_what_when_who_and_about_what(self, reader):
        make_published(bylines=[make_author("Ada Marsh"), make_author("Bo Lens")], topics=["Bridges"])
        item = feed(reader).find("channel/item")

        url = said(item, "link")[0]
        assert url.startswith("https://news.example/2024/06/19/bridge")
        assert said(item, "guid") == [url]
        assert said(item, "title") == ["The bridge opens again"]
        assert parsedate_to_datetime(said(item, "pubDate")[0]) == dt.datetime(2024, 6, 19, 12, 5, tzinfo=dt.UTC)
        assert said(item, f"{{{DC}}}creator") == ["Ada Marsh", "Bo Lens"]
        assert said(item, "category") == ["News", "World", "Bridges"]
        assert said(item, "description") == ["After two years of work, ships and people can pass."]

    def test_an_item_holds_the_whole_story(self, reader, writer):
        photo = make_photo(writer)
        ada = make_author("Ada Marsh", note="Ada bakes.")
        source = f'<p>First.</p><figure data-photo="{photo.pk}"><figcaption>Ships.</figcaption></figure><p>Last.</p>'
        make_published(body=source, bylines=[ada], lead=photo)
        content = html.fragment_fromstring(feed(reader).find(f"channel/item/{{{CONTENT}}}encoded").text)

        for part in (
            "After two years of work, ships and people can pass.",
            "The bridge, seen from the east bank. (Agency / Bo Lens / Harbour Office via Wire)",
            "First.", "Ships. (Agency / Bo Lens / Harbour Office via Wire)", "Last.", "Ada bakes.",
        ):  # fmt: skip
            assert part in words(content)

    def test_the_lead_photo_comes_with_its_credit(self, reader, writer):
        make_published(lead=make_photo(writer))
        media = feed(reader).find(f"channel/item/{{{MEDIA}}}content")

        assert media.get("url").startswith("https://news.example/photos/")
        assert (media.get("type"), media.get("medium")) == ("image/jpeg", "image")
        assert (media.get("width"), media.get("height")) == ("1280", "853")
        assert said(media, f"{{{MEDIA}}}credit") == ["Agency / Bo Lens / Harbour Office via Wire"]
        assert said(media, f"{{{MEDIA}}}description") == ["The bridge, seen from the east bank."]

    def test_addresses_in_the_text_are_whole(self, reader, writer):
        photo = make_photo(writer)
        source = (
            f'<p><a href="/news/">here</a> <a href="#note">below</a> <a href="https://example.org/?a=1&amp;b=2">there'
            f'</a> ="/this/ is text</p><figure data-photo="{photo.pk}"></figure>'
        )
        story = make_published(body=source)
        content = html.fragment_fromstring(feed(reader).find(f"channel/item/{{{CONTENT}}}encoded").text)

        assert [link.get("href") for link in content.iter("a")] == [
            "https://news.example/news/",
            f"https://news.example{story.get_absolute_url()}#note",
            "https://example.org/?a=1&b=2",
        ]
        assert [image.get("src") for image in content.iter("img")] == [f"https://news.example{photo.picture.src}"]
        assert '="/this/ is text' in words(content)

    def test_whatever_people_type_is_text(self, reader, writer):
        photo = make_photo(writer, caption=HOSTILE, alt=HOSTILE, photographer=HOSTILE)
        ada = make_author(HOSTILE, slug="ada", note=HOSTILE)
        make_published(headline=HOSTILE, standfirst=HOSTILE, bylines=[ada], lead=photo, body="<p>Words.</p>")
        item = feed(reader).find("channel/item")

        assert said(item, "title") == [one_line(HOSTILE)]
        content = html.fragment_fromstring(said(item, f"{{{CONTENT}}}encoded")[0])
        assert not list(content.iter("script"))
        assert words(content).count("<script>alert(1)</script>") == 4

    def test_a_story_in_another_language_says_so(self, reader):
        make_published(language="ar", headline="الجسر مفتوح")
        item = feed(reader).find("channel/item")

        assert said(item, f"{{{DC}}}language") == ["ar"]
        assert said(item, f"{{{CONTENT}}}encoded")[0].startswith('<div lang="ar" dir="rtl">')

    def test_a_feed_is_bounded_and_newest_first(self, reader, now, monkeypatch):
        monkeypatch.setattr(feeds, "FEED_SIZE", 3)
        for number in range(5):
            make_published(headline=f"Story {number}", now=now - number * dt.timedelta(hours=1))

        assert said(feed(reader), "channel/item/title") == ["Story 0", "Story 1", "Story 2"]

    @pytest.mark.parametrize(
        ("path", "title", "stories"),
        [
            ("/feed.xml", "The Example", ["World", "Politics", "Book"]),
            ("/news/feed.xml", "News | The Example", ["World", "Politics"]),
            ("/news/world/feed.xml", "World | The Example", ["World"]),
            ("/authors/bo-lens/feed.xml", "Bo Lens | The Example", ["Book"]),
            ("/topics/trade/feed.xml", "Trade | The Example", ["Politics"]),
        ],
    )
    def test_there_is_a_feed_for_each_list_and_its_page_names_it(self, reader, now, path, title, stories):
        hour = dt.timedelta(hours=1)
        make_published(headline="World", now=now)
        make_published(headline="Politics", section="news/politics", topics=["Trade"], now=now - hour)
        make_published(headline="Book", section="culture/books", bylines=[make_author("Bo Lens")], now=now - 2 * hour)
        root = feed(reader, path)

        assert said(root, "channel/title") == [title]
        assert said(root, "channel/item/title") == stories
        head = page(reader, path.removesuffix("feed.xml"))
        feeds_named = [link.get("href") for link in select(head, "link[type=application/rss+xml]")]
        assert feeds_named == (["/feed.xml"] if path == "/feed.xml" else ["/feed.xml", path])

    def test_an_empty_site_has_an_empty_feed(self, reader):
        assert said(feed(reader), "channel/item/title") == []


@given(st.text())
@settings(max_examples=200)
def test_control_characters_never_break_a_feed(text):
    parent = etree.Element("item")
    feeds._say(parent, "title", text)
    etree.fromstring(etree.tostring(parent))


@given(
    st.lists(
        st.sampled_from(
            [
                '<p>a = "/b/" &lt;a href="/x"&gt;</p>',
                "<p><a href=\"/x?a=1&amp;b='2'\">x</a> 1 &gt; 0</p>",
                "<blockquote><p>q</p></blockquote>",
                '<aside data-pullquote="1"><p>p</p></aside>',
                "<table><tr><th>h</th></tr><tr><td>&amp;</td></tr></table>",
                '<figure data-photo="1" data-alt="&quot;&gt;&lt;b&gt;"><figcaption>&lt;i&gt;</figcaption></figure>',
            ]
        )
        | st.text(max_size=30).map(lambda text: html.tostring(_paragraph(text), encoding="unicode")),
        max_size=6,
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_text_of_a_body_is_the_same_in_the_feed(parts):
    def figure(node):
        from django.utils.html import format_html

        return format_html(
            '<figure class="figure"><picture><source srcset="/a 1w"><img src="/a" alt="{}" srcset="/a 1w"></picture>'
            '<figcaption><span class="caption">{}</span></figcaption></figure>',
            node.alt,
            node.caption,
        )

    rendered = body.render(body.clean("".join(parts)), figure=figure, site="https://news.example")
    fed = body_for_feed(rendered, page="https://news.example/2024/06/19/x/")
    before, after = (html.fragment_fromstring(text, create_parent="div") for text in (rendered, fed))
    assert after.text_content() == before.text_content()
    assert [node.get("alt") for node in after.iter("img")] == [node.get("alt") for node in before.iter("img")]
    assert not list(after.iter("source", "picture", "span"))


def _paragraph(text):
    paragraph = html.Element("p")
    paragraph.text = "".join(character for character in text if character >= " " and character not in "\ufffe\uffff")
    paragraph.text = paragraph.text.encode("utf-8", "ignore").decode()
    return paragraph
