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
    *_both_editions("<year:year>/<two_digits:month>/<two_digits:day>/<slug:slug>/", pages.story, "story"),
    *_both_editions("authors/", pages.authors, "authors"),
    *_both_editions("authors/<slug:slug>/", pages.author, "author"),
    path("authors/<slug:slug>/feed.xml", feeds.author, name="author_feed"),
    *_both_editions("topics/<slug:slug>/", pages.topic, "topic"),
    path("topics/<slug:slug>/feed.xml", feeds.topic, name="topic_feed"),
    *_both_editions("<slug:slug>/", pages.section, "section"),
    path("<slug:slug>/feed.xml", feeds.section, name="section_feed"),
    *_both_editions("<slug:parent>/<slug:slug>/", pages.section, "subsection"),
    path("<slug:parent>/<slug:slug>/feed.xml", feeds.section, name="subsection_feed"),
]
