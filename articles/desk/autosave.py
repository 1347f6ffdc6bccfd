"""What the writing page says to the server by itself: words every few seconds, and that it is open.

Decides what is answered to a page's script. Words that cannot be saved are kept (`articles/unsaved.py`); every
answer says which of the two it was, and nothing is said to be kept before it is committed.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from articles import body, presence, unsaved, workflow
from articles.content import StoryContent
from articles.desk import clashes
from articles.desk.forms import BylineFormSet, StoryForm, content_of, initial_bylines, typed
from articles.desk.story import bound, find, keep, pairs_of, person, save, tab_of
from articles.models import Article
from articles.statuses import Status
from articles.workflow import StaleSave, TransitionRefused


@never_cache
@require_POST
def autosave(request: HttpRequest, story_id: int | None = None) -> JsonResponse:
    """Save the words of a form, or keep them.

    Answers `state`: saved (200), kept (202; `said` tells why they are not saved), clash (409; kept, too), or
    empty (200; there is nothing to start a story with). `take` holds fields that differ from what was sent,
    because others changed them.
    """
    actor, now, tab = person(request), timezone.now(), tab_of(request)
    article = find(story_id) if story_id is not None else workflow.started_by(actor, tab=tab, now=now)
    form, bylines = bound(request.POST, article)
    if not (form.is_valid() and bylines.is_valid()):
        return _kept(request, article, _first_error(form, bylines))
    content = content_of(form, bylines)
    try:
        if article is not None:
            # a page whose first answer was lost started from what it sent then
            first = 1 if story_id is None else 0
            article = save(request, article, form, bylines, now=now, started_with=first, by_itself=True)
        elif _says_nothing(content):
            return JsonResponse({"state": "empty", "said": ""})
        else:
            article = workflow.start(content=content, actor=actor, now=now, tab=tab, by_itself=True)
    except StaleSave as stale:
        keep(request, article, reason=str(stale), now=now)
        panel = render_to_string(
            "desk/story/_clash.html",
            {"stale": stale, "clashes": clashes.shown(stale.clashes), "article": stale.article},
            request,
        )
        return JsonResponse({"state": "clash", "said": str(stale), "panel": panel}, status=409)
    except TransitionRefused as refused:
        return _kept(request, article, str(refused))
    unsaved.saved(actor, article, tab=tab, now=now)
    return JsonResponse({"state": "saved", "said": "Saved", **_words(article, content)})


@never_cache
def words(request: HttpRequest, story_id: int) -> HttpResponse:
    """Answer the words as they stand now, for a page on which nothing was typed since. At most ten queries."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return JsonResponse({"state": "current", **_words(find(story_id), None)})


@never_cache
@require_POST
def here(request: HttpRequest, story_id: int) -> JsonResponse:
    """Note that a page has this story open (or, with `gone`, had), and answer who else has. Seven queries at most."""
    actor, now, tab = person(request), timezone.now(), tab_of(request)
    if request.POST.get("gone"):
        presence.leave(person=actor, tab=tab)
        return JsonResponse({})
    article = Article.objects.only("pk", "version", "status", "publish_at").filter(pk=story_id).first()
    if article is None:
        raise Http404("There is no such story.")
    seconds = _seconds(request.POST.get("seconds", ""))
    presence.note(article, person=actor, tab=tab, writing=request.POST.get("writing") == "1", seconds=seconds, now=now)
    answer: dict[str, Any] = {
        "version": article.version,
        "state": article.state,
        "people": [
            {"name": found.name, "writing": found.writing, "you": found.is_you}
            for found in presence.colleagues(article, person=actor, tab=tab, now=now)
        ],
    }
    if request.POST.get("version", "") != str(article.version):
        last = article.revisions.newest_first().select_related("created_by").defer("content").first()
        answer["by"] = "" if last is None or last.created_by is None else last.created_by.name
    return JsonResponse(answer)


@require_POST
def take_over(request: HttpRequest, story_id: int | None = None) -> HttpResponse:
    """Bring words that only the browser kept to the server, and show them in the form."""
    article = find(story_id) if story_id is not None else None
    row = unsaved.keep(
        person=person(request),
        article=article,
        tab=tab_of(request),
        version=min(_whole(request.POST.get("version", "")), 2**31 - 1),
        fields=pairs_of(request.POST.get("fields", "")),
        reason="Kept by the browser.",
        now=timezone.now(),
    )
    page = (
        reverse("admin:articles_article_change", args=[article.pk])
        if article
        else reverse("admin:articles_article_add")
    )
    return redirect(f"{page}?unsaved={row.pk}")


@require_POST
def throw_away(request: HttpRequest, number: int) -> HttpResponse:
    """Stop offering a piece of one's own unsaved words."""
    row = unsaved.end(person(request), number, now=timezone.now())
    if row is None:
        raise Http404("There are no such words of yours.")
    if row.article_id:
        return redirect("admin:articles_article_change", row.article_id)
    return redirect("admin:articles_article_add")


def _kept(request: HttpRequest, article: Article | None, sentence: str) -> JsonResponse:
    keep(request, article, reason=sentence, now=timezone.now())
    answer = {"state": "kept", "said": sentence}
    if article is not None and article.status in {Status.APPROVED, Status.PUBLISHED}:
        answer["by_hand"] = "1"
    return JsonResponse(answer, status=202)


def _words(article: Article, sent: StoryContent | None) -> dict[str, Any]:
    """Return what the page has to know after a save: the version, its address, and what differs from what it sent."""
    now = article.content()
    fields, before = typed(now), typed(sent) if sent is not None else {}
    take = {name: value for name, value in fields.items() if name not in before or before[name] != value}
    if "bylines" in take:
        rows = BylineFormSet(prefix="bylines", initial=initial_bylines(article, None))
        take["bylines"] = render_to_string("desk/story/_byline_rows.html", {"bylines": rows})
    return {
        "id": article.pk,
        "version": article.version,
        "page": article.get_absolute_url(),
        "content_hash": now.hash,
        "at": timezone.localtime(article.changed_at).strftime("%H:%M"),
        "take": take,
    }


def _says_nothing(content: StoryContent) -> bool:
    return not (content.headline or content.standfirst or body.text(content.body) or content.pictures or content.lead)


def _first_error(form: StoryForm, bylines: Any) -> str:
    """Return why a form cannot be saved, in one sentence with the field's name."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        return f"{label}: {errors[0]}" if label else str(errors[0])
    for number, line in enumerate(bylines.forms, start=1):
        for name, errors in line.errors.items():
            return f"Byline {number}, {str(line.fields[name].label).lower()}: {errors[0]}"
    return str(next(iter(bylines.non_form_errors()), "The form came back broken. Load the page again."))


def _seconds(text: str) -> float:
    try:
        return max(0.0, min(float(text), 90.0))
    except ValueError:
        return 0.0


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
