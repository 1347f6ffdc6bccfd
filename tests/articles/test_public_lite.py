"""The lite edition says what the full one says, and weighs little."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests.articles.reading import hrefs, one, page, select, words
from tests.builders import make_author, make_photo, make_published, publish_again

pytestmark = pytest.mark.django_db

BODY = """
<p>First words with <a href="https://example.org/">a link</a> and <em>stress</em>.</p>
<h2>A heading</h2><ul><li>one</li><li>two</li></ul>
<blockquote><p>“Quoted.”</p></blockquote><aside data-pullquote="1"><p>Pulled.</p></aside>
<table><caption>Counts</caption><tr><th>Year</th><th>Ships</th></tr><tr><td>2024</td><td>12</td></tr></table>
<figure data-photo="{photo}" data-alt="Ships at sea" data-layout="wide"><figcaption>Three ships.</figcaption></figure>
<hr><p>Last words.</p>
"""


@pytest.fixture
def story(writer, editor, now):
    """A story with all that a story can have."""
    lead, inside = make_photo(writer), make_photo(writer, photographer="Inga Nord")
    authors = [make_author("Ada Marsh", note="Ada bakes."), make_author("Bo Lens", note="Bo sees.")]
    first = make_published(
        writer=writer, editor=editor, bylines=authors, lead=lead, body=BODY.format(photo=inside.pk), topics=["A", "B"]
    )
    make_published(headline="Another story of the section")
    return publish_again(first.article, writer=writer, editor=editor, now=now.replace(hour=18), headline="Second words")


def test_both_editions_of_a_story_have_the_same_words(reader, story):
    full, lite = (one(page(reader, path), "main") for path in (story.get_absolute_url(), story.lite_url))

    # every word in the same order; only the white space between parts of the page may differ
    assert re.sub(r"\s", "", lite.text_content()) == re.sub(r"\s", "", full.text_content())
    for said in (
        "Second words", "Ada Marsh", "Updated 19 June 2024", "Three ships.", "Inga Nord", "Ada bakes.", "12",
        "(Agency / Bo Lens / Harbour Office via Wire)", "More from World", "Another story of the section",
    ):  # fmt: skip
        assert said in words(lite)


@pytest.mark.parametrize("path", ["/", "/news/", "/news/world/", "/authors/", "/authors/ada-marsh/", "/topics/a/"])
def test_both_editions_of_a_list_have_the_same_stories_and_words_about_them(reader, story, path):
    full, lite = page(reader, path), page(reader, f"/lite{path}")

    def said(root):
        return [words(node) for node in select(root, "main h1, main h2, main h3, main .standfirst, main .byline")]

    assert {text.strip(":") for text in said(full)} - {""} <= {words(node) for node in lite.iter("h1", "h2", "h3", "p")}
    assert {text for text in said(lite) if text != "More from World"} <= {
        words(node) for node in full.iter("h1", "h2", "h3", "p")
    }


def test_alt_texts_are_the_same(reader, story):
    full, lite = (page(reader, path) for path in (story.get_absolute_url(), story.lite_url))

    assert [image.get("alt") for image in select(full, "img")] == ["A swing bridge at dusk", "Ships at sea"]
    assert [image.get("alt") for image in select(lite, "img")] == ["A swing bridge at dusk", "Ships at sea"]


def test_there_is_one_small_jpeg_for_each_picture(reader, story):
    root = page(reader, story.lite_url)

    assert all(re.fullmatch(r"/photos/[0-9a-f]{64}/480\.jpg", image.get("src")) for image in select(root, "img"))
    assert not select(root, "img[srcset], source, picture")


def test_exit_mobile_version_leads_to_the_full_story_and_the_full_story_leads_back(reader, story):
    lite, full = page(reader, story.lite_url), page(reader, story.get_absolute_url())

    (way_out,) = [link for link in select(lite, "footer a") if words(link) == "Exit mobile version"]
    assert way_out.get("href") == story.get_absolute_url()
    assert story.lite_url in hrefs(full, "footer a")


@pytest.mark.parametrize("path", ["/", "/news/", "/news/world/", "/authors/", "/authors/ada-marsh/", "/topics/a/"])
def test_the_ways_between_the_editions_lead_to_the_same_page(reader, story, path):
    assert path in hrefs(page(reader, f"/lite{path}"), "footer a")
    assert f"/lite{path}" in hrefs(page(reader, path), "footer a")


def test_links_stay_in_the_edition(reader, story):
    for path in ("/lite/", "/lite/news/", "/lite/authors/", "/lite/authors/ada-marsh/", story.lite_url):
        root = page(reader, path)
        (way_out,) = [link for link in select(root, "footer a") if words(link) == "Exit mobile version"]
        body_links = hrefs(root, ".body a")
        others = [link for link in select(root, "a") if link is not way_out and link.get("href") not in body_links]
        assert all(link.get("href").startswith(("/lite/", "?")) for link in others)


def test_the_canonical_address_is_the_full_story(reader, story):
    canonical = one(page(reader, story.lite_url), "link[rel=canonical]")
    assert canonical.get("href") == f"https://news.example{story.get_absolute_url()}"


def test_there_is_no_script_and_no_style_in_the_page(reader, story):
    for path in ("/lite/", story.lite_url, "/lite/news/", "/lite/authors/"):
        root = page(reader, path)
        assert not select(root, "script, style, iframe, [style], [onclick], [onload]")
        assert [link.get("href") for link in select(root, "link[rel=stylesheet]")] == ["/static/site/lite.css"]


def test_a_page_weighs_less_than_50_kilobytes_with_its_style_sheet(reader, story):
    style = Path(str(finders.find("site/lite.css")))
    assert len(reader.get(story.lite_url).content) + len(style.read_bytes()) < 50_000
