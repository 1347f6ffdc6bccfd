"""The desk's page of a story's preview links: made, copied, revoked, and what came back.

Decides what the page shows. Who may make a link and what it opens stands in `articles.sharing`.
"""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache

from articles.desk.story import find, person
from articles.models import Article
from articles.sharing import links
from articles.sharing.models import Link
from articles.sharing.panel import sign_offs
from articles.workflow import TransitionRefused
from authors.models import User

#: How many links and sign-offs the page lists.
_ON_PAGE = 100
_DAYS = (1, 3, 7, 14, 30)


class LinkForm(forms.Form):
    """For whom, how long, what they see and what they may do."""

    given_to = forms.CharField(
        label="For whom",
        max_length=80,
        help_text="Name and house, as in “Lena Law, Harbour & Partners”. It stands across the page.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(label="How long", coerce=int, initial=3)
    newest = forms.TypedChoiceField(
        label="What they see",
        choices=[("1", "Always the newest words"), ("0", "This version, whatever changes")],
        coerce=lambda value: value == "1",
        initial="1",
        widget=forms.RadioSelect,
    )
    comments = forms.BooleanField(label="May comment", required=False)
    sign_off = forms.BooleanField(label="Is asked to sign off", required=False, help_text="A lawyer, for example.")

    def __init__(self, *args: Any, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        days = self.fields["days"]
        assert isinstance(days, forms.TypedChoiceField)
        days.choices = [
            (number, f"{number} day{'' if number == 1 else 's'} ({_day(now + dt.timedelta(days=number))})")
            for number in _DAYS
        ]


def _day(at: dt.datetime) -> str:
    return date_format(timezone.localtime(at), "D j M, H:i")


@never_cache
def sharing(request: HttpRequest, story_id: int) -> HttpResponse:
    """List a story's links; by POST make one, and show its address this once. About twenty queries."""
    article, actor, now = find(story_id), person(request), timezone.now()
    if request.method != "POST":
        return _page(request, article, actor=actor, now=now, form=LinkForm(now=now))
    form = LinkForm(request.POST, now=now)
    if not form.is_valid():
        return _page(request, article, actor=actor, now=now, form=form, status=422)
    given = form.cleaned_data
    try:
        link, token = links.make(
            article.pk,
            given_to=given["given_to"],
            until=now + dt.timedelta(days=given["days"]),
            newest=given["newest"],
            comments=given["comments"],
            sign_off=given["sign_off"],
            actor=actor,
            now=now,
        )
    except TransitionRefused as refused:
        return _page(request, article, actor=actor, now=now, form=form, refusal=str(refused), status=409)
    address = f"{settings.SITE_URL}{reverse('sharing:preview', args=[token])}"
    return _page(request, article, actor=actor, now=now, form=LinkForm(now=now), made=link, address=address)


def revoke(request: HttpRequest, story_id: int, link_id: int) -> HttpResponse:
    """Revoke a link at once."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not Link.objects.filter(pk=link_id, article=story_id).exists():
        raise Http404("There is no such link.")
    try:
        link = links.revoke(link_id, actor=person(request), now=timezone.now())
    except TransitionRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Revoked. {link.given_to} sees nothing any more.")
    return redirect("admin:articles_article_sharing", story_id)


def _page(
    request: HttpRequest,
    article: Article,
    *,
    actor: User,
    now: dt.datetime,
    form: LinkForm,
    refusal: str = "",
    made: Link | None = None,
    address: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = Link.objects.filter(article=article).select_related("created_by", "revision", "revoked_by")
    context = {
        **admin.site.each_context(request),
        "title": "Show outside",
        "article": article,
        "form": form,
        "refusal": refusal,
        "not_allowed": links.may_share(article, actor=actor) or links.under_embargo(article, now=now),
        "made": made,
        "address": address,
        "now": now,
        "rows": [
            (link, link.revoked_at is None and link.expires_at > now)
            for link in rows.order_by("-created_at", "-pk")[:_ON_PAGE]
        ],
        "sign_offs": sign_offs(article, content=article.content())[:_ON_PAGE],
    }
    return render(request, "desk/sharing.html", context, status=status)
