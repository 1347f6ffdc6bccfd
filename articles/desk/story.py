"""The story page: writing, the verbs as buttons, and what became of them.

Decides what the page shows and how a person's input reaches a verb. Every refusal comes back as a sentence on
this page with all that was typed still in it.
"""

import datetime as dt
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from articles import body, publishing, unsaved, workflow
from articles.content import RIGHT_TO_LEFT, StoryContent, plain
from articles.desk import approval, changed, checks, clashes, notes, plan, starting, suggestions, times, undo
from articles.desk.forms import BylineFormSet, GivenWithSubmit, GivenWithVerb, StoryForm, content_of, initial_bylines
from articles.merge import CHOICES, Choice
from articles.models import Article, PublishedArticle, Unsaved
from articles.notices import telling as notices
from articles.sharing import panel as outside
from articles.statuses import Status
from articles.suggestions import accepted
from articles.transitions import BY_NAME
from articles.workflow import StaleSave, TransitionRefused
from authors.models import Author, User
from media.models import Photo

#: Fields of the form that settle a clash have its key after this.
_CLASH = "clash:"

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
        "section__parent", "approval__approved_by", "created_by", "lead_photo", "assigned_to", "asked_editor"
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
        if taken := _taken_over(request, None):
            return _page(request, None, **taken)
        template = starting.chosen(request)
        language = {"language": settings.LANGUAGE_CODE.partition("-")[0]}
        form = StoryForm(initial=starting.initial(template) if template else language)
        bylines = BylineFormSet(prefix="bylines", initial=initial_bylines(None, author))
        return _page(request, None, form=form, bylines=bylines)
    now, tab = timezone.now(), tab_of(request)
    if started := workflow.started_by(actor, tab=tab, now=now):
        # autosave was quicker, and its answer was lost: this is that story, from what was sent first
        return story(request, started.pk, started_with=1)
    form, bylines = bound(request.POST, None)
    if not (form.is_valid() and bylines.is_valid()):
        return _page(request, None, form=form, bylines=bylines, status=422)
    try:
        article = workflow.start(content=content_of(form, bylines), actor=actor, now=now, tab=tab)
    except TransitionRefused as refused:
        return _page(request, None, form=form, bylines=bylines, refusal=str(refused), status=409)
    unsaved.saved(actor, article, tab=tab, now=now)
    if request.POST.get("verb") == "submit":
        return _submitted(request, article)
    messages.success(request, "Started. It is a draft that your colleagues on the desk can read.")
    return redirect("admin:articles_article_change", article.pk)


def story(request: HttpRequest, story_id: str | int, *, started_with: int = 0) -> HttpResponse:
    """Show a story, and keep what was written. A bounded number of queries, whatever its length."""
    article = find(story_id)
    if request.method != "POST":
        notices.seen(article, by=person(request), now=timezone.now())
        return _page(request, article, **_taken_over(request, article))
    actor, now = person(request), timezone.now()
    form, bylines = bound(request.POST, article)
    if not (form.is_valid() and bylines.is_valid()):
        keep(request, article, reason="Something in the form needed mending.", now=now)
        return _page(request, article, form=form, bylines=bylines, status=422)
    try:
        before = article.version
        article = save(request, article, form, bylines, now=now, started_with=started_with)
    except TransitionRefused as refused:
        keep(request, article, reason=str(refused), now=now)
        stale = refused if isinstance(refused, StaleSave) else None
        refusal = "" if stale else str(refused)
        return _page(request, find(story_id), form=form, bylines=bylines, stale=stale, refusal=refusal, status=409)
    unsaved.saved(actor, article, tab=tab_of(request), now=now)
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
    """Submit what was just saved, with the note and to the editor that the form names.

    A refusal says what is missing; the words are kept already.
    """
    given = GivenWithSubmit(request.POST)
    asked = {"asked_editor": given.cleaned_data["asked_editor"]} if given.is_valid() and given.says_whom else {}
    note = given.cleaned_data.get("submit_note", "")
    try:
        workflow.submit(article.pk, actor=person(request), now=timezone.now(), note=note, **asked)
    except TransitionRefused as refused:
        messages.warning(request, f"Saved, but not submitted. {refused}")
    else:
        messages.success(request, _DONE["submit"])
    return redirect("admin:articles_article_change", article.pk)


def bound(data: Mapping[str, Any], article: Article | None) -> tuple[StoryForm, Any]:
    """Return the two forms of the page, filled with what was sent."""
    form = StoryForm(data, instance=article)
    return form, BylineFormSet(data, prefix="bylines", initial=initial_bylines(article, None))


def save(
    request: HttpRequest,
    article: Article,
    form: StoryForm,
    bylines: Any,
    *,
    now: dt.datetime,
    started_with: int = 0,
    by_itself: bool = False,
) -> Article:
    """Keep what two valid forms hold, merged with what others saved meanwhile.

    `base`, where it was sent, holds the form as it was when this page last agreed with the server (the page could
    not take over yet what was merged in then). `started_with` is the version of a page that knows none.

    Raises what `workflow.save_draft` raises.
    """
    base = None
    if sent := request.POST.get("base", ""):
        earlier, lines = bound(form_data(pairs_of(sent)), article)
        if earlier.is_valid() and lines.is_valid():
            base = content_of(earlier, lines)
    return workflow.save_draft(
        article.pk,
        content=content_of(form, bylines),
        version=form.cleaned_data["version"] or started_with,
        actor=person(request),
        now=now,
        base=base,
        choices=_choices(request),
        by_itself=by_itself,
    )


def tab_of(request: HttpRequest) -> str:
    """Return what the page that sent this calls itself."""
    return plain(request.POST.get("tab", ""))[:32]


def keep(request: HttpRequest, article: Article | None, *, reason: str, now: dt.datetime) -> Unsaved:
    """Keep the words of a form that was not saved, to be offered to this person again."""
    fields = [(name, value) for name, values in request.POST.lists() if _is_typed(name) for value in values]
    version = _number(request.POST.get("version", ""))
    return unsaved.keep(
        person=person(request),
        article=article,
        tab=tab_of(request),
        version=min(version, 2**31 - 1),
        fields=fields,
        reason=reason,
        now=now,
    )


def pairs_of(sent: str) -> list[tuple[str, str]]:
    """Read a form that a page sent as JSON: a list of names and values. What is not one is an empty form."""
    try:
        pairs = json.loads(sent)
    except (ValueError, RecursionError):  # lists in lists in lists are no form either
        return []
    if not isinstance(pairs, list):
        return []
    return [
        (pair[0], pair[1]) for pair in pairs if isinstance(pair, list) and [type(part) for part in pair] == [str, str]
    ]


def form_data(pairs: Iterable[Sequence[str]]) -> MultiValueDict[str, str]:
    """Return names and values as the data of a form."""
    data: MultiValueDict[str, str] = MultiValueDict()
    for name, value in pairs:
        data.appendlist(name, value)
    return data


def _is_typed(name: str) -> bool:
    return name not in {"csrfmiddlewaretoken", "verb", "tab", "version", "base"} and not name.startswith(_CLASH)


def _choices(request: HttpRequest) -> dict[str, Choice]:
    """Return how the person settled clashes, by their keys."""
    chosen = {name.removeprefix(_CLASH): request.POST[name] for name in request.POST if name.startswith(_CLASH)}
    return {key: choice for key, value in chosen.items() for choice in CHOICES if choice == value}


def _taken_over(request: HttpRequest, article: Article | None) -> dict[str, Any]:
    """Return what `_page` needs to show words that were not saved, where the address asks for some."""
    asked, actor = request.GET.get("unsaved", ""), person(request)
    newest = next(iter(unsaved.offered(actor, article)), None) if asked == "newest" else None
    row = unsaved.find(actor, article, newest.pk if newest else _number(asked))
    if row is None:
        return {}
    form, bylines = bound(form_data([*row.fields, ("version", str(row.version))]), article)
    return {"form": form, "bylines": bylines, "taken": row}


def refused(request: HttpRequest, article: Article, sentence: str) -> HttpResponse:
    """Show the story page with the sentence that refused something; what was typed for it is still there."""
    return _page(request, article, refusal=sentence, status=409)


def _page(
    request: HttpRequest,
    article: Article | None,
    *,
    form: StoryForm | None = None,
    bylines: Any = None,
    stale: StaleSave | None = None,
    taken: Unsaved | None = None,
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
    reading = publishing.cut(content, article=article, visible_from=now).body_html if article and readonly else ""
    # a page that was refused shows those words itself
    offers_unsaved = request.method != "POST"
    offers = workflow.offers(article, actor=actor, now=now) if article else []
    context = {
        **admin.site.each_context(request),
        **undo.panel(request, article),
        **starting.panel(request, article, form=form),
        **notes.panel(request, article, actor=actor),
        **changed.panel(request, article, content=content, actor=actor, now=now),
        **outside.panel(article, content=content, actor=actor, now=now),
        "right_to_left": " ".join(sorted(RIGHT_TO_LEFT)),
        **suggestions.panel(article, content, actor=actor),
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
        # from a published story the button saves first, which makes it a draft
        "may_submit": article is None or article.status in {Status.DRAFT, Status.PUBLISHED},
        "needs_override": article is not None and workflow.needs_override(article, actor=actor),
        "given": given or GivenWithVerb(initial=times.given(article) | {"content_hash": content.hash}),
        "given_verb": verb,
        "content_hash": content.hash,
        **approval.panel(article, content),
        **checks.panel(content, article=article, now=now, readonly=bool(readonly)),
        "refusal": refusal,
        "stale": stale,
        # what was typed while the story left this person's hands: shown to be copied, never thrown away
        "typed": _typed(form) if readonly and form.is_bound else None,
        "clashes": clashes.shown(stale.clashes) if stale else [],
        "tab": taken.tab if taken else tab_of(request) or secrets.token_hex(16),
        "taken": taken,
        "unsaved": unsaved.offered(actor, article, but_not=taken.pk if taken else 0) if offers_unsaved else [],
        "lead": _lead(form, article),
        "events": notes.without_notes(article.events.select_related("actor"))[:6] if article else [],
        "live": PublishedArticle.objects.visible(at=now).filter(article=article).first() if article else None,
        "media": form.media,
        **plan.panel(article, actor, now=now),
    }
    return render(request, "desk/story.html", context, status=status)


def _typed(form: StoryForm) -> dict[str, str]:
    """Return the words of a form that was refused as a whole, as text."""
    words = {name: form.data.get(name, "") for name in ("headline", "standfirst", "lead_caption", "lead_alt")}
    return {**words, "text": body.text(accepted(body.clean(form.data.get("body", ""))))}


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
