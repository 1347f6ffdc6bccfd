"""What stands in the head of a page: title, description, canonical address, cards for sharing.

Decides the words that search engines and social networks get. schema.org data is made in `structured_data.py`.
"""

from dataclasses import dataclass
from html import unescape

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from articles.models import PublishedArticle
from articles.public import structured_data
from articles.public.structured_data import absolute

type Pairs = tuple[tuple[str, str], ...]

DESCRIPTION_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one page. Addresses of `canonical` are absolute, of `feed` and `older` paths."""

    title: str
    description: str
    canonical: str
    properties: Pairs = ()
    names: Pairs = ()
    structured_data: SafeString | str = ""
    feed: str = ""
    feed_title: str = ""
    older: str = ""


def titled(words: str) -> str:
    """Return a page's title: its own words, then the publication's name."""
    return f"{words} | {settings.SITE_NAME}"


def of_story(story: PublishedArticle) -> Head:
    """Return the head of a story's page. No query when its section is known."""
    said = description(story)
    url = absolute(story.get_absolute_url())
    lead = story.lead
    properties = [
        ("og:type", "article"),
        ("og:site_name", settings.SITE_NAME),
        ("og:title", story.headline),
        ("og:description", said),
        ("og:url", url),
        ("article:published_time", story.first_published_at.isoformat(timespec="seconds")),
        ("article:section", story.section.name),
        *(("article:tag", topic["name"]) for topic in story.topics),
    ]
    if story.updated_at:
        properties.append(("article:modified_time", story.updated_at.isoformat(timespec="seconds")))
    names = [*(("author", byline["name"]) for byline in story.bylines if byline["role"] == "writer")]
    names.append(("twitter:card", "summary_large_image" if lead else "summary"))
    if lead:
        picture = lead.picture
        properties += [
            ("og:image", absolute(picture.share)),
            ("og:image:type", "image/jpeg"),
            ("og:image:width", str(picture.share_width)),
            ("og:image:height", str(picture.share_height)),
        ]
        if lead.alt:
            properties.append(("og:image:alt", lead.alt))
            names.append(("twitter:image:alt", lead.alt))
    return Head(
        title=titled(story.headline),
        description=said,
        canonical=url,
        properties=tuple(pair for pair in properties if pair[1]),
        names=tuple(names),
        structured_data=structured_data.script(
            structured_data.news_article(story, description=said),
            structured_data.breadcrumbs(story.section, story=story),
        ),
    )


def of_page(
    words: str,
    *,
    path: str,
    description: str,
    feed: str = "",
    older: str = "",
    things: tuple[structured_data.Thing, ...] = (),
) -> Head:
    """Return the head of a page that is not a story."""
    title = titled(words) if words else settings.SITE_NAME
    url = absolute(path)
    return Head(
        title=title,
        description=description,
        canonical=url,
        properties=(
            ("og:type", "website"),
            ("og:site_name", settings.SITE_NAME),
            ("og:title", words or settings.SITE_NAME),
            ("og:description", description),
            ("og:url", url),
        ),
        names=(("twitter:card", "summary"),),
        structured_data=structured_data.script(*things) if things else "",
        feed=feed,
        feed_title=title,
        older=older,
    )


def description(story: PublishedArticle) -> str:
    """Return a sentence or two about a story: its standfirst, or else how it begins. Plain text."""
    words = story.standfirst
    if not words:
        opening = story.body_html[: DESCRIPTION_LENGTH * 20].replace("</p>", " ")
        words = unescape(strip_tags(opening))
    return Truncator(" ".join(words.split())).chars(DESCRIPTION_LENGTH * 2 if story.standfirst else DESCRIPTION_LENGTH)
