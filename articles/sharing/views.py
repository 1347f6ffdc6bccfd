"""What outsiders open at `/preview/<token>/`: the reader's page of a draft, with their name across it.

Decides what they see and what caches, search engines and other sites learn of it: nothing. The token in the address
is all the right there is, so nothing here looks at a cookie or sets one, and no form needs one: who could forge a
form would have to know the token, and could as well send it. A link that is over, revoked or made up, and one to a
story under embargo, are answered with the same page.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from articles import publishing
from articles.content import StoryContent
from articles.models.notes import LONGEST_NOTE
from articles.public.pages import story_page
from articles.sharing import links
from articles.sharing.models import Link
from articles.workflow import TransitionRefused
from media.models import Photo
from media.views import answer as rendition

_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def for_outsiders(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Hand a view the link that a token opens, and say the same to all others. One query.

    No answer is kept by a cache, found by a search engine or named to another site.
    """

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        now = timezone.now()
        link = links.standing(token, now=now)
        response: HttpResponseBase
        if link is None:
            response = render(request, "sharing/gone.html", status=404)
        else:
            try:
                response = view(request, link, token=token, now=now, **kwargs)
            except Http404:
                response = render(request, "sharing/gone.html", status=404)
        for name, value in _HEADERS.items():
            response[name] = value
        return response

    return answered


@for_outsiders
def preview(request: HttpRequest, link: Link, *, token: str, now: dt.datetime, lite: bool) -> HttpResponse:
    """Show the story as a reader would get it, with the name of whom it was given to. At most ten queries."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if request.method == "GET":
        links.opened(link, now=now)
    return _page(request, link, token=token, now=now, lite=lite)


@for_outsiders
def answer(request: HttpRequest, link: Link, *, token: str, now: dt.datetime, what: str) -> HttpResponse:
    """Take a comment or a sign-off, and come back to the page; a refusal is said on it with all that was typed."""
    lite = bool(request.POST.get("lite"))
    page = reverse("sharing:lite" if lite else "sharing:preview", args=[token])
    if request.method != "POST":
        return redirect(page)
    text = request.POST.get("text", "")
    try:
        if what == "comment":
            links.comment(link, text=text, now=now)
        else:
            links.sign_off(link, shown=request.POST.get("shown", ""), text=text, now=now)
    except TransitionRefused as refused:
        return _page(
            request, link, token=token, now=now, lite=lite, refusal=str(refused), typed={what: text}, status=422
        )
    return redirect(f"{page}?{'commented' if what == 'comment' else 'signed'}#answer")


@for_outsiders
def photo(
    request: HttpRequest, link: Link, *, token: str, now: dt.datetime, digest: str, width: int, kind: str
) -> HttpResponseBase:
    """Show a picture of the story to who may see the story; kept by no cache. Two queries, and those of its words."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if digest not in _digests(links.shown_by(link)):
        raise Http404("There is no such picture.")
    found = Photo.objects.by_digests([digest]).first()
    if found is None:
        raise Http404("There is no such picture.")
    return rendition(request, found, width=width, kind=kind)


def _page(
    request: HttpRequest,
    link: Link,
    *,
    token: str,
    now: dt.datetime,
    lite: bool,
    refusal: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    content = links.shown_by(link)
    full, small = reverse("sharing:preview", args=[token]), reverse("sharing:lite", args=[token])
    row = publishing.cut(
        content.changed(slug=content.slug or "preview"),
        article=link.article,
        visible_from=now,
        previous=publishing.shown_before(link.article, at=now),
        photos_at=f"{full}photos",
    )
    hash_shown = content.hash
    response = story_page(
        request,
        row,
        lite=lite,
        preview=True,
        template=f"sharing/{'lite' if lite else 'page'}.html",
        extra={
            "link": link,
            "lite": lite,
            "full_url": full,
            "lite_url": small,
            "comment_url": reverse("sharing:comment", args=[token]),
            "sign_off_url": reverse("sharing:sign_off", args=[token]),
            "shown": links.stamp(link, hash_shown),
            "signed": link.sign_offs.filter(content_hash=hash_shown).first() if link.sign_off else None,
            "signed_before": link.sign_off and link.sign_offs.exclude(content_hash=hash_shown).exists(),
            "thanks": "commented" in request.GET,
            "refusal": refusal,
            "typed": typed or {},
            "longest": LONGEST_NOTE,
            "marks": range(24),
        },
    )
    response.status_code = status
    return response


def _digests(content: StoryContent) -> set[str]:
    pictures = [*content.pictures, *([content.lead.picture] if content.lead else [])]
    return {picture.digest for picture in pictures}
