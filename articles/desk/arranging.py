"""Changing the plan of a story from its own page, in place."""

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from articles import workflow
from articles.desk.plan import PlanForm, panel
from articles.desk.story import find, person
from articles.models import Article
from articles.workflow import TransitionRefused
from authors.models import User


def plan(request: HttpRequest, story_id: int) -> HttpResponse:
    """Change what is planned of a story. A script gets the panel back, or JSON with the refusal."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    article, actor, now = find(story_id), person(request), timezone.now()
    script = request.GET.get("part") == "panel"
    try:
        article = arrange(article, request.POST, actor=actor, now=now)
    except TransitionRefused as refused:
        if script:
            return JsonResponse({"said": str(refused)}, status=409)
        messages.error(request, str(refused))
    else:
        if script:
            return render(request, "desk/story/_plan.html", panel(find(story_id), actor, now=now))
        messages.success(request, "The plan is changed.")
    return redirect("admin:articles_article_change", article.pk)


def arrange(article: Article, data: QueryDict, *, actor: User, now: dt.datetime) -> Article:
    """Change the planning facts that were sent. Raises TransitionRefused with a sentence."""
    form = PlanForm(data, article=article, actor=actor)
    if not form.is_valid():
        raise TransitionRefused(form.sentences())
    return workflow.arrange(article.pk, actor=actor, now=now, **form.given())
