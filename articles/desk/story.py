"""The story page: writing, the verbs as buttons, and what became of them.

Decides what the page shows and how a person's input reaches a verb. Every refusal comes back as a sentence on
this page with all that was typed still in it.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from articles import body, diff, publishing, workflow
from articles.content import StoryContent
from articles.desk import checks, times, undo
from articles.desk.forms import BylineFormSet, GivenWithVerb, StoryForm, content_of, initial_bylines
from articles.models import Article, PublishedArticle
from articles.notices import telling as notices
from articles.transitions import BY_NAME
from articles.workflow import StaleSave, TransitionRefused
from authors.models import Author, User
from media.models import Photo

#: What the page says after a verb was done.
_DONE = {
    "save_draft": "Saved.",
    "submit": "Submitted for review.",
    "send_back": "Sent back to its writer.",
    "approve": "Approved.",
    "publish": "Published. Readers can see it now.",
    "schedule": "Scheduled.",
    "unschedule": "Unscheduled. The approval stays.",
    "spike": "Spiked. It can be revived from here.",
    "revive": "Revived as a draft.",
}


def person(request: HttpRequest) -> User:
    """Return who is signed in; the desk lets nobody else this far."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def find(story_id: str | int) -> Article:
    """Return a story with what its page prints, or raise Http404. One query."""
    found = Article.objects.select_related(
        "section__parent", "approval__approved_by", "created_by", "lead_photo"
    ).filter(pk=_number(story_id))
    article = found.first()
    if article is None:
        raise Http404("There is no such story.")
    return article


def new_story(request: HttpRequest) -> HttpResponse:
    """Show the writing page for a new story, and start it on the first save."""
    actor = person(request)
    if not actor.has_perm("articles.add_article"):
        raise PermissionDenied
    author = Author.objects.active().filter(user=actor).first()
    if request.method != "POST":
        form = StoryForm(initial={"language": settings.LANGUAGE_CODE.partition("-")[0]})
        bylines = BylineFormSet(prefix="bylines", initial=initial_bylines(None, author))
        return _page(request, None, form=form, bylines=bylines)
    form, bylines = _bound(request, None)
    if not (form.is_valid() and bylines.is_valid()):
        return _page(request, None, form=form, bylines=bylines, status=422)
    try:
        article = workflow.start(content=content_of(form, bylines), actor=actor, now=timezone.now())
    except TransitionRefused as refused:
        return _page(request, None, form=form, bylines=bylines, refusal=str(refused), status=409)
    if request.POST.get("verb") == "submit":
        return _submitted(request, article)
    messages.success(request, "Started. It is a draft that your colleagues on the desk can read.")
    return redirect("admin:articles_article_change", article.pk)


def story(request: HttpRequest, story_id: str) -> HttpResponse:
    """Show a story, and keep what was written. A bounded number of queries, whatever its length."""
    article = find(story_id)
    if request.method != "POST":
        notices.seen(article, by=person(request), now=timezone.now())
        return _page(request, article)
    actor, now = person(request), timezone.now()
    form, bylines = _bound(request, article)
    if not (form.is_valid() and bylines.is_valid()):
        return _page(request, article, form=form, bylines=bylines, status=422)
    content = content_of(form, bylines)
    try:
        before = article.version
        article = workflow.save_draft(
            article.pk, content=content, version=form.cleaned_data["version"] or 0, actor=actor, now=now
        )
    except StaleSave as stale:
        return _page(request, find(story_id), form=form, bylines=bylines, stale=stale, mine=content, status=409)
    except TransitionRefused as refused:
        return _page(request, find(story_id), form=form, bylines=bylines, refusal=str(refused), status=409)
    if request.POST.get("verb") == "submit":
        return _submitted(request, article)
    messages.success(request, "Saved." if article.version != before else "Nothing had changed, so nothing was saved.")
    return redirect("admin:articles_article_change", article.pk)


def do(request: HttpRequest, story_id: str, verb: str) -> HttpResponse:
    """Carry out a verb that its button sent. Refused or not, the answer is the story page."""
    if verb not in BY_NAME or verb == "save_draft":
        raise Http404("There is no such verb.")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor, now, number = person(request), timezone.now(), find(story_id).pk
    given = GivenWithVerb(request.POST)
    if not given.is_valid():
        sentence = " ".join(str(error) for errors in given.errors.values() for error in errors)
        return _page(request, find(story_id), refusal=sentence, given=given, verb=verb, status=422)
    try:
        done = carry_out(number, verb, given.cleaned_data, actor=actor, now=now)
    except TransitionRefused as refused:
        return _page(request, find(story_id), refusal=str(refused), given=given, verb=verb, status=409)
    messages.success(request, times.done(verb, done, now=now) or _DONE[verb])
    return redirect("admin:articles_article_change", number)


def carry_out(story_id: int, verb: str, given: dict[str, Any], *, actor: User, now: dt.datetime) -> Article:
    """Carry out a verb with what was given with it (`GivenWithVerb`). Raises TransitionRefused.

    The story page, the board and whatever else has buttons for verbs come through here.
    """
    match verb:
        case "send_back":
            return workflow.send_back(story_id, actor=actor, now=now, note=given["note"])
        case "approve":
            return workflow.approve(
                story_id,
                content_hash=given["content_hash"],
                actor=actor,
                now=now,
                override_reason=given["override_reason"],
            )
        case "schedule":
            return workflow.schedule(story_id, publish_at=given["publish_at"], actor=actor, now=now)
        case "submit":
            return workflow.submit(story_id, actor=actor, now=now, note=given["note"])
        case "spike":
            return workflow.spike(story_id, actor=actor, now=now, note=given["note"])
        case "publish":
            return workflow.publish(story_id, actor=actor, now=now)
        case "unschedule":
            return workflow.unschedule(story_id, actor=actor, now=now)
        case "embargo":
            until = None if given["lift"] else given["embargo_until"]
            if until is None and not given["lift"]:
                raise TransitionRefused("Give the day and the time at which the embargo is over, or lift it.")
            return workflow.embargo(story_id, until=until, reason=given["embargo_reason"], actor=actor, now=now)
        case "revive":
            return workflow.revive(story_id, actor=actor, now=now)
    raise LookupError(verb)


def _submitted(request: HttpRequest, article: Article) -> HttpResponse:
    """Submit what was just saved; a refusal says what is missing, the words are kept already."""
    try:
        workflow.submit(article.pk, actor=person(request), now=timezone.now())
    except TransitionRefused as refused:
        messages.warning(request, f"Saved, but not submitted. {refused}")
    else:
        messages.success(request, _DONE["submit"])
    return redirect("admin:articles_article_change", article.pk)


def _bound(request: HttpRequest, article: Article | None) -> tuple[StoryForm, Any]:
    form = StoryForm(request.POST, instance=article)
    return form, BylineFormSet(request.POST, prefix="bylines", initial=initial_bylines(article, None))


def _page(
    request: HttpRequest,
    article: Article | None,
    *,
    form: StoryForm | None = None,
    bylines: Any = None,
    stale: StaleSave | None = None,
    mine: StoryContent | None = None,
    refusal: str = "",
    given: GivenWithVerb | None = None,
    verb: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw the page: for whoever may write as a form, for everybody else as a text to read."""
    actor, now = person(request), timezone.now()
    readonly = workflow.may_edit(article, actor=actor, now=now) if article else ""
    content = article.content() if article else StoryContent()
    form = form or StoryForm(instance=article, initial={"version": article.version if article else 0})
    if stale is not None:
        form.data = MultiValueDict({**dict(request.POST.lists()), "version": [str(stale.article.version)]})
    reading = publishing.cut(content, article=article, visible_from=now).body_html if article and readonly else ""
    offers = workflow.offers(article, actor=actor, now=now) if article else []
    context = {
        **admin.site.each_context(request),
        **undo.panel(request, article),
        "title": str(article) if article else "New story",
        "article": article,
        "form": form,
        "bylines": bylines or BylineFormSet(prefix="bylines", initial=initial_bylines(article, None)),
        "content": content,
        "readonly": readonly,
        # the readers' own HTML: cleaned when it was stored, drawn by their templates
        "reading_html": SafeString(reading),
        "offers": [offer for offer in offers if offer.verb.name not in {"save_draft", "submit"}],
        "submit": next((offer for offer in offers if offer.verb.name == "submit"), None),
        "may_submit": article is None or any(offer.verb.name == "submit" for offer in offers),
        "needs_override": article is not None and workflow.needs_override(article, actor=actor),
        "given": given or GivenWithVerb(initial=times.given(article) | {"content_hash": content.hash}),
        "given_verb": verb,
        "content_hash": content.hash,
        **checks.panel(content, article=article, readonly=bool(readonly)),
        "refusal": refusal,
        "stale": stale,
        # what was typed while the story left this person's hands: shown to be copied, never thrown away
        "typed": _typed(form) if readonly and form.is_bound else None,
        "their_words": body.text(stale.current.body) if stale else "",
        "clash": diff.compare(stale.current, mine) if stale and mine else [],
        "lead": _lead(form, article),
        "events": article.events.select_related("actor")[:6] if article else [],
        "live": PublishedArticle.objects.visible(at=now).filter(article=article).first() if article else None,
        "media": form.media,
    }
    return render(request, "desk/story.html", context, status=status)


def _typed(form: StoryForm) -> dict[str, str]:
    """Return the words of a form that was refused as a whole, as text."""
    words = {name: form.data.get(name, "") for name in ("headline", "standfirst", "lead_caption", "lead_alt")}
    return {**words, "text": body.text(body.clean(form.data.get("body", "")))}


def _lead(form: StoryForm, article: Article | None) -> Photo | None:
    """Return the lead photo that the form shows: a choice not saved yet before the story's own."""
    if form.is_bound:
        chosen = form.data.get("lead_photo", "")
        return Photo.objects.filter(pk=_number(chosen)).first() if chosen else None
    return article.lead_photo if article else None


def _number(text: str | int) -> int:
    """Return a row's number from an address or a field; anything else is the number of nothing."""
    text = str(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
