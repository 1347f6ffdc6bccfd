"""What machines ask every site for: robots.txt and the icons at their customary addresses."""

from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string

from articles.public.answers import for_readers

_ICON_TYPES = {"favicon.svg": "image/svg+xml", "favicon.ico": "image/x-icon"}


@for_readers
def robots(request: HttpRequest) -> HttpResponse:
    """Say what crawlers may fetch: all that readers may. No query."""
    return HttpResponse(render_to_string("site/robots.txt"), content_type="text/plain; charset=utf-8")


@for_readers
def icon(request: HttpRequest, name: str) -> HttpResponse:
    """Give out an icon where browsers look for it without being told. No query."""
    response = HttpResponse(_icon(name), content_type=_ICON_TYPES[name])
    response["Cache-Control"] = "public, max-age=86400"
    return response


@cache
def _icon(name: str) -> bytes:
    found = finders.find(f"site/{name}")
    if found is None:
        raise Http404("There is no such icon.")
    return Path(found).read_bytes()
