"""Addresses for readers.

Decides which addresses exist and their strict form; what they answer stands in `pages.py`, `feeds.py` and
`crawlers.py`. Every page has a lite edition at the same path under `/lite/`. Sections come last: any word that is
not the address of something else may be one.
"""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path, register_converter

from articles.public import crawlers, feeds, pages

app_name = "public"


class FourDigits:
    """A year, in four ASCII digits."""

    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: str | int) -> str:
        """Write it with leading zeros."""
        return str(value).zfill(4)


class TwoDigits(FourDigits):
    """A month or a day in two ASCII digits: `6` is not an address of `06`."""

    regex = "[0-9]{2}"

    def to_url(self, value: str | int) -> str:
        """Write it with leading zeros."""
        return str(value).zfill(2)


class Word:
    """A slug: anything in one part of a path but control characters, which PostgreSQL could not even compare.

    Wider than what forms accept, so that an odd slug in the database breaks a link and not every page with it.
    """

    regex = r"[^/\x00-\x1f\x7f]+"

    def to_python(self, value: str) -> str:
        """Take it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Write it as it is."""
        return value


register_converter(Word, "word")
register_converter(FourDigits, "year")
register_converter(TwoDigits, "two_digits")


def _both_editions(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    return [
        path(route, view, {"lite": False}, name),
        path(f"lite/{route}", view, {"lite": True}, f"lite_{name}"),
    ]


urlpatterns = [
    *_both_editions("", pages.front, "front"),
    path("feed.xml", feeds.front, name="feed"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("favicon.svg", crawlers.icon, {"name": "favicon.svg"}, name="icon_svg"),
    path("favicon.ico", crawlers.icon, {"name": "favicon.ico"}, name="icon_ico"),
    *_both_editions("<year:year>/<two_digits:month>/<two_digits:day>/<word:slug>/", pages.story, "story"),
    *_both_editions("authors/", pages.authors, "authors"),
    *_both_editions("authors/<word:slug>/", pages.author, "author"),
    path("authors/<word:slug>/feed.xml", feeds.author, name="author_feed"),
    *_both_editions("topics/<word:slug>/", pages.topic, "topic"),
    path("topics/<word:slug>/feed.xml", feeds.topic, name="topic_feed"),
    *_both_editions("<word:slug>/", pages.section, "section"),
    path("<word:slug>/feed.xml", feeds.section, name="section_feed"),
    *_both_editions("<word:parent>/<word:slug>/", pages.section, "subsection"),
    path("<word:parent>/<word:slug>/feed.xml", feeds.section, name="subsection_feed"),
]
