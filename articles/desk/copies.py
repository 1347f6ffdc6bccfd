"""Stories made from stories: a copy, a template, and a new story begun from one.

Decides how these are asked for on the desk. Copying is `workflow.duplicate`, templates are `articles.recurring`'s.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from articles import workflow
from articles.desk.story import find, person
from articles.recurring.keeping import save_as_template
from articles.workflow import TransitionRefused


def duplicate(request: HttpRequest, story_id: int) -> HttpResponse:
    """Start a new draft with a story's words and pictures, and show it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    source = find(story_id)
    try:
        made = workflow.duplicate(source.pk, actor=person(request), now=timezone.now())
    except TransitionRefused as refused:
        messages.error(request, str(refused))
        return redirect("admin:articles_article_change", source.pk)
    messages.success(request, "This is the copy: a draft of its own. The story it was made from is as it was.")
    return redirect("admin:articles_article_change", made.pk)


def make_template(request: HttpRequest, story_id: int) -> HttpResponse:
    """Keep a story's words as a template, and go back to the story."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    source = find(story_id)
    try:
        template = save_as_template(
            source.pk,
            name=request.POST.get("name", ""),
            replace="replace" in request.POST,
            actor=person(request),
            now=timezone.now(),
        )
    except TransitionRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Kept as the template “{template}”. New stories can start from it.")
    return redirect("admin:articles_article_change", source.pk)
