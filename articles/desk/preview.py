"""The preview: the reader's page of a draft, saved or not, for staff only.

It cuts the same row that publishing would, without saving it, and draws it with the readers' own page.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from articles import publishing
from articles.desk.forms import BylineFormSet, StoryForm, content_of, initial_bylines
from articles.desk.story import find, person
from articles.models import Article
from articles.public.pages import story_page


@never_cache
def preview(request: HttpRequest, story_id: int | None = None) -> HttpResponse:
    """Show what readers would see: of the saved draft by GET, of the words in the form by POST.

    `?edition=lite` shows the lite edition. Nothing is saved.
    """
    actor = person(request)
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    article = find(story_id) if story_id is not None else None
    if request.method == "POST":
        form = StoryForm(request.POST, instance=article)
        bylines = BylineFormSet(request.POST, prefix="bylines", initial=initial_bylines(article, None))
        if not (form.is_valid() and bylines.is_valid()):
            errors = [str(error) for errors in form.errors.values() for error in errors]
            return render(request, "desk/no_preview.html", {"article": article, "errors": errors}, status=422)
        content = content_of(form, bylines)
    elif article is not None:
        content = article.content()
    else:
        return HttpResponseNotAllowed(["POST"])
    now = timezone.now()
    previous = publishing.shown_before(article, at=now) if article else None
    row = publishing.cut(
        content.changed(slug=content.slug or "preview"),
        article=article or Article(created_by=actor),
        visible_from=now,
        previous=previous,
    )
    lite = request.GET.get("edition") == "lite"
    return story_page(request, row, lite=lite, preview=True)
