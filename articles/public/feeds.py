"""RSS 2.0 with the full text, for the front page, sections, topics and authors.

Decides what a feed and its items say. Everything in an item is what readers see on the story's page: headline,
lead photo with caption and credit, body, authors' notes. A feed is built as one string; its length is bounded by
`FEED_SIZE`. Specifications: RSS 2.0 (https://www.rssboard.org/rss-specification) and the namespaces below.
"""

import datetime as dt
import re
from collections.abc import Sequence
from email.utils import format_datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lxml import etree

from articles.bylines import BylineRole
from articles.content import plain
from articles.models import PublishedArticle, Topic
from articles.models.published import PublishedArticleQuerySet
from articles.public import heads, lists
from articles.public.answers import changed_at, for_readers
from articles.public.sections import tree_of
from articles.public.structured_data import LOGO, absolute
from authors.models import Author

FEED_SIZE = 20

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
_NAMESPACES = {"atom": ATOM, "content": CONTENT, "dc": DC, "media": MEDIA}

#: A tag in HTML as we render it: `<` and `>` stand for nothing else in it, not even inside attributes.
_TAG = re.compile(r"<(/?)(a|aside|div|figure|img|picture|source|span)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'\s([a-z-]+)="([^"]*)"')
_KEPT = {"a": ("href",), "img": ("src", "alt", "width", "height"), "aside": (), "figure": ()}


@for_readers
def front(request: HttpRequest) -> HttpResponse:
    """Answer with the newest stories of all sections. Three queries."""
    return _feed(
        request,
        title=settings.SITE_NAME,
        description=settings.SITE_TAGLINE or f"The newest stories of {settings.SITE_NAME}.",
        page=reverse("public:front"),
        rows=lambda at: [_with_bodies(at)],
    )


@for_readers
def section(request: HttpRequest, *, slug: str, parent: str = "") -> HttpResponse:
    """Answer with the newest stories of a section and its subsections. Three queries."""
    branch = tree_of(request).find(*((parent, slug) if parent else (slug,)))
    if branch is None:
        raise Http404("There is no such section.")
    return _feed(
        request,
        title=heads.titled(branch.section.name),
        description=f"{branch.section.name}: the newest stories of {settings.SITE_NAME}.",
        page=branch.section.get_absolute_url(),
        rows=lambda at: [_with_bodies(at).filter(section=key) for key in branch.keys],
    )


@for_readers
def topic(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Answer with the newest stories on a topic; 404 as long as there is none. Four queries."""
    found = Topic.objects.filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such topic.")
    return _feed(
        request,
        title=heads.titled(found.name),
        description=f"{found.name}: stories of {settings.SITE_NAME}.",
        page=found.get_absolute_url(),
        rows=lambda at: [_with_bodies(at).filter(topic_links=found)],
        may_be_empty=False,
    )


@for_readers
def author(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Answer with the newest stories of an author; 404 as long as there is none. Four queries."""
    found = Author.objects.filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such author.")
    return _feed(
        request,
        title=heads.titled(found.name),
        description=found.note or f"Stories by {found.name}.",
        page=found.get_absolute_url(),
        rows=lambda at: [_with_bodies(at).filter(author_links=found)],
        may_be_empty=False,
    )


def body_for_feed(html: str, *, page: str) -> str:
    """Return a rendered body fit for feed readers: whole addresses, one file for each picture, no classes.

    `page` is the story's full address, which links within the text are counted from. The HTML must be our own,
    as `articles.body.render` writes it: there `<` and `>` occur in tags only, so that tags can be told from
    words without parsing.
    """

    def tag(match: re.Match[str]) -> str:
        closing, name, rest = match.groups()
        if name not in _KEPT:
            return ""
        if closing:
            return f"</{name}>"
        said = dict(_ATTRIBUTE.findall(rest))
        kept = [(key, said[key]) for key in _KEPT[name] if key in said]
        return f"<{name}{''.join(f' {key}="{_whole(key, value, page)}"' for key, value in kept)}>"

    return _TAG.sub(tag, html)


def content_of(story: PublishedArticle) -> str:
    """Return all that readers see of a story below its headline, as HTML. No query."""
    page = absolute(story.get_absolute_url())
    lead = standfirst = SafeString("")
    if story.lead:
        credit = f"({story.lead.credit})" if story.lead.credit else ""
        said = " ".join(part for part in (story.lead.caption, credit) if part)
        picture = story.lead.picture
        lead = format_html(
            '<figure><img src="{}" alt="{}" width="{}" height="{}">{}</figure>',
            absolute(picture.src),
            story.lead.alt,
            picture.src_width,
            picture.src_height,
            format_html("<figcaption>{}</figcaption>", said) if said else "",
        )
    if story.standfirst:
        standfirst = format_html("<p><strong>{}</strong></p>", story.standfirst)
    notes = format_html_join("", "<p><em>{}</em></p>", ((byline["note"],) for byline in story.notes))
    body = mark_safe(body_for_feed(story.body_html, page=page))  # noqa: S308 - cleaned when the story was cut
    words = standfirst + lead + body + notes
    return format_html('<div lang="{}" dir="{}">{}</div>', story.language, story.direction, words)


def rss(
    stories: Sequence[PublishedArticle],
    *,
    title: str,
    description: str,
    page: str,
    feed: str,
    changed: dt.datetime | None,
) -> bytes:
    """Return an RSS 2.0 document. `page` and `feed` are full addresses."""
    root = etree.Element("rss", nsmap=_NAMESPACES, version="2.0")
    channel = etree.SubElement(root, "channel")
    _say(channel, "title", title)
    _say(channel, "link", page)
    _say(channel, "description", description)
    _say(channel, "language", settings.LANGUAGE_CODE)
    if changed is not None:
        _say(channel, "lastBuildDate", _date(changed))
    link = etree.SubElement(channel, f"{{{ATOM}}}link")
    link.set("href", feed)
    link.set("rel", "self")
    link.set("type", "application/rss+xml")
    image = etree.SubElement(channel, "image")
    _say(image, "url", absolute(static(LOGO.replace("512", "144"))))
    _say(image, "title", title)
    _say(image, "link", page)
    for story in stories:
        _item(channel, story)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return document


def _item(channel: etree._Element, story: PublishedArticle) -> None:
    url = absolute(story.get_absolute_url())
    item = etree.SubElement(channel, "item")
    _say(item, "title", story.headline)
    _say(item, "link", url)
    _say(item, "guid", url)
    _say(item, "pubDate", _date(story.first_published_at))
    for byline in story.bylines:
        if byline["role"] == BylineRole.WRITER:
            _say(item, f"{{{DC}}}creator", byline["name"])
    for name in (*(label.name for label in story.section.labels), *(topic["name"] for topic in story.topics)):
        _say(item, "category", name)
    _say(item, "description", heads.description(story))
    if story.language != settings.LANGUAGE_CODE:
        _say(item, f"{{{DC}}}language", story.language)
    if story.lead:
        picture = story.lead.picture
        media = etree.SubElement(item, f"{{{MEDIA}}}content")
        media.set("url", absolute(picture.src))
        media.set("type", "image/jpeg")
        media.set("medium", "image")
        media.set("width", str(picture.src_width))
        media.set("height", str(picture.src_height))
        if story.lead.caption or story.lead.alt:
            _say(media, f"{{{MEDIA}}}description", story.lead.caption or story.lead.alt)
        if story.lead.credit:
            _say(media, f"{{{MEDIA}}}credit", story.lead.credit)
    _say(item, f"{{{CONTENT}}}encoded", content_of(story))


def _feed(
    request: HttpRequest,
    *,
    title: str,
    description: str,
    page: str,
    rows: lists.Rows,
    may_be_empty: bool = True,
) -> HttpResponse:
    at = timezone.now()
    stories = lists.newest(rows(at), size=FEED_SIZE)
    if not stories and not may_be_empty:
        raise Http404("There is no story here.")
    tree_of(request).attach(stories)
    changed = lists.last_change(at=at)
    document = rss(
        stories,
        title=title,
        description=description,
        page=absolute(page),
        feed=absolute(request.path),
        changed=changed,
    )
    return changed_at(HttpResponse(document, content_type="application/rss+xml; charset=utf-8"), changed)


def _with_bodies(at: dt.datetime) -> PublishedArticleQuerySet:
    return PublishedArticle.objects.visible(at=at).defer("lite_body_html")


def _say(parent: etree._Element, name: str, words: str) -> None:
    # plain() drops what XML 1.0 cannot carry; the two noncharacters are all that it leaves
    etree.SubElement(parent, name).text = plain(words).replace("\ufffe", "").replace("\uffff", "")


def _date(moment: dt.datetime) -> str:
    return format_datetime(moment.astimezone(dt.UTC).replace(microsecond=0), usegmt=True)


def _whole(key: str, value: str, page: str) -> str:
    if key not in {"href", "src"}:
        return value
    if value.startswith("#"):
        return page + value
    return settings.SITE_URL + value if value.startswith("/") else value
