"""What search engines read: schema.org data about stories, people and the publication.

Decides which properties are said and how they get into a page. The terms are those of https://schema.org/ and of
Google's documentation of article structured data. Pure but for addresses: rows come in, plain data goes out.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from articles.bylines import BylineRole
from articles.models import PublishedArticle, Section
from authors.models import Author

type Thing = dict[str, Any]

LOGO = "site/icon-512.png"
LOGO_SIDE = 512

#: As in django.utils.html.json_script: no character that could end the script element or open a comment.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def absolute(path: str) -> str:
    """Return the full address of a path on this site."""
    return path if path.startswith(("https://", "http://")) else f"{settings.SITE_URL}{path}"


def script(*things: Thing) -> SafeString:
    """Return things as a script element of JSON-LD, safe in any HTML."""
    graph = {"@context": "https://schema.org", "@graph": list(things)}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above


def publisher() -> Thing:
    """Return the publication."""
    return {
        "@type": "NewsMediaOrganization",
        "@id": absolute("/#publisher"),
        "name": settings.SITE_NAME,
        "url": absolute("/"),
        "logo": {
            "@type": "ImageObject",
            "url": absolute(static(LOGO)),
            "width": LOGO_SIDE,
            "height": LOGO_SIDE,
        },
        "masthead": absolute(reverse("public:authors")),
    }


def website() -> Thing:
    """Return the site."""
    return {
        "@type": "WebSite",
        "@id": absolute("/#site"),
        "name": settings.SITE_NAME,
        "url": absolute("/"),
        "inLanguage": settings.LANGUAGE_CODE,
        "publisher": {"@id": absolute("/#publisher")},
    }


def news_article(story: PublishedArticle, *, description: str) -> Thing:
    """Return a story as a NewsArticle. `dateModified` is the publication when its words never changed."""
    url = absolute(story.get_absolute_url())
    authors = [_person(byline) for byline in story.bylines if byline["role"] == BylineRole.WRITER]
    article: Thing = {
        "@type": "NewsArticle",
        "@id": f"{url}#story",
        "headline": story.headline,
        "description": description,
        "url": url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "datePublished": _moment(story.first_published_at),
        "dateModified": _moment(story.updated_at or story.first_published_at),
        "author": authors or [{"@type": "Organization", "name": settings.SITE_NAME, "url": absolute("/")}],
        "publisher": publisher(),
        "articleSection": [section.name for section in story.section.labels],
        "inLanguage": story.language,
        "wordCount": story.word_count,
        "isAccessibleForFree": True,
    }
    others = [_person(byline) for byline in story.bylines if byline["role"] != BylineRole.WRITER]
    if others:
        article["contributor"] = others
    if story.topics:
        article["keywords"] = [topic["name"] for topic in story.topics]
    if story.lead:
        article["image"] = _images(story)
    return article


def breadcrumbs(section: Section, *, story: PublishedArticle | None = None) -> Thing:
    """Return the way from the front page to a section, or to a story in it."""
    steps = [(settings.SITE_NAME, "/")]
    steps += [(label.name, label.get_absolute_url()) for label in section.labels]
    if story is not None:
        steps.append((story.headline, story.get_absolute_url()))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": absolute(path)}
            for position, (name, path) in enumerate(steps, start=1)
        ],
    }


def profile(author: Author) -> Thing:
    """Return an author's page."""
    person: Thing = {
        "@type": "Person",
        "name": author.name,
        "url": absolute(author.get_absolute_url()),
        "worksFor": {"@id": absolute("/#publisher")},
    }
    if author.note:
        person["description"] = author.note
    return {"@type": "ProfilePage", "mainEntity": person}


def _person(byline: Mapping[str, Any]) -> Thing:
    return {
        "@type": "Person",
        "name": byline["name"],
        "url": absolute(reverse("public:author", args=[byline["slug"]])),
    }


def _images(story: PublishedArticle) -> Sequence[Thing]:
    lead = story.lead
    assert lead is not None
    picture = lead.picture
    widest = picture.widths[-1]
    sizes = (
        (picture.url(widest, "jpg"), widest, picture.height_at(widest)),
        (picture.share, picture.share_width, picture.share_height),
    )
    said = {"caption": lead.caption or lead.alt, "creditText": lead.credit}
    return [
        {
            "@type": "ImageObject",
            "url": absolute(path),
            "contentUrl": absolute(path),
            "width": width,
            "height": height,
            **{name: value for name, value in said.items() if value},
        }
        for path, width, height in sizes
    ]


def _moment(moment: dt.datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")
