"""What the forms of the notes' panel do.

Decides how an answer looks: the panel alone for the page's script, so that nobody's unsaved words are disturbed;
the story page for everybody without it.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone

from articles import notes
from articles.desk import notes as panels
from articles.desk import story
from articles.models import Article, Note
from articles.workflow import TransitionRefused

#: What is said once it is done.
_DONE = {
    "write": "Note added.",
    "answer": "Answer added.",
    "resolve": "Note resolved.",
    "reopen": "Note reopened.",
}


def write(request: HttpRequest, story_id: int) -> HttpResponse:
    """Add a note by POST; by GET show the panel as it stands, to the page's script."""
    article = story.find(story_id)
    if request.method == "GET" and _by_script(request):
        return _panel(request, article)
    if request.method == "GET":
        return redirect(article)
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"])
    near = request.POST.get("near", "")
    return _done(
        request,
        article,
        "write",
        text=request.POST.get("note_text", ""),
        quote=request.POST.get("quote", ""),
        near=int(near) if near.isascii() and near.isdigit() and len(near) < 10 else 0,
        must_fix=bool(request.POST.get("must_fix")),
    )


def act(request: HttpRequest, story_id: int, note_id: int, verb: str) -> HttpResponse:
    """Answer, resolve or reopen a note of this story."""
    if verb not in {"answer", "resolve", "reopen"}:
        raise Http404("There is no such verb.")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    article = story.find(story_id)
    if not Note.objects.filter(pk=note_id, article=article).exists():
        raise Http404("There is no such note.")
    given = {"text": request.POST.get("note_text", "")} if verb == "answer" else {}
    return _done(request, article, verb, note_id=note_id, **given)


def _done(request: HttpRequest, article: Article, verb: str, *, note_id: int = 0, **given: Any) -> HttpResponse:
    try:
        note = getattr(notes, verb)(note_id or article.pk, actor=story.person(request), now=timezone.now(), **given)
    except TransitionRefused as refused:
        if _by_script(request):
            return HttpResponse(str(refused), content_type="text/plain; charset=utf-8", status=409)
        return story.refused(request, article, str(refused))
    if _by_script(request):
        answer = _panel(request, article)
        answer["X-Note"] = str(note.parent_id or note.pk)
        return answer
    messages.success(request, _DONE[verb])
    return redirect(f"{article.get_absolute_url()}#note-{note.parent_id or note.pk}")


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _panel(request: HttpRequest, article: Article) -> HttpResponse:
    """Draw the panel alone."""
    context = panels.panel(request, article, actor=story.person(request))
    return render(request, "desk/story/_notes.html", {**context, "article": article, "note_typed": {}})
