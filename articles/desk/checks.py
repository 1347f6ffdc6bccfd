"""The checks in the side column: of the saved words with the page, of the words in the form while somebody writes.

Decides how findings are grouped, counted and brought to their place. What is checked stands in `articles/checks.py`.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from articles import body, checks
from articles.checks import Facts, Found
from articles.conditions import facts, slug_for
from articles.content import Lead, StoryContent, one_line
from articles.desk.forms import BylineFormSet, StoryForm, initial_bylines
from articles.models import Article
from articles.models.article import picture, pictures_of, section_label, topic_label
from articles.transitions import VERBS
from media.models import Photo

#: How often one check may complain on the page; a gallery without alt texts is one thing to do, not forty lines.
_MOST = 4

#: Where a field of the table is on the page, when not in its own box.
_PLACES = {"notes": "notes", "embargo": "verbs-title"}

_LABELS = {verb.name: verb.label for verb in VERBS}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the panel: a sentence with its jump, the first verb that it stops, and how many are like it."""

    words: str
    field: str
    block: int | None
    stops: str
    more: int = 0

    @property
    def place(self) -> str:
        """Return the id of the place on the page."""
        return _PLACES.get(self.field, f"field-{self.field}")


def panel(
    content: StoryContent, *, article: Article | None, now: dt.datetime, readonly: bool = False
) -> dict[str, Any]:
    """Return what the panel's template wants. Two queries at most."""
    address = reverse("admin:articles_article_checks", args=[article.pk]) if article else ""
    return {
        **found(content, facts(content, article=article, now=now)),
        "checks_live": "" if readonly else address or reverse("admin:articles_article_checks_new"),
    }


def found(content: StoryContent, given: Facts) -> dict[str, Any]:
    """Return the findings in two groups, with the sentence that counts them. No query."""
    if not (content.headline or content.standfirst or body.text(content.body).strip()):
        return {"checks_stop": [], "checks_warn": [], "checks_said": "", "checks_of_nothing": True}
    everything = checks.run(content, given)
    stop = [one for one in everything if one.stops]
    warn = [one for one in everything if not one.stops]
    return {
        "checks_stop": _lines(stop),
        "checks_warn": _lines(warn),
        "checks_stop_count": len(stop),
        "checks_warn_count": len(warn),
        "checks_said": _said(len(stop), len(warn)),
        "checks_of_nothing": False,
    }


@never_cache
def look(request: HttpRequest, story_id: int | None = None) -> HttpResponse:
    """Answer with the panel's inside for the words in the form, valid or not. Nothing is saved. At most 16 queries."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    article = get_object_or_404(Article, pk=story_id) if story_id is not None else None
    form = StoryForm(request.POST, instance=article)
    bylines = BylineFormSet(request.POST, prefix="bylines", initial=initial_bylines(article, None))
    content = so_far(form, bylines)
    given = facts(content, article=article, now=timezone.now())
    return render(request, "desk/story/_checks_found.html", found(content, given))


def so_far(form: StoryForm, bylines: Any) -> StoryContent:
    """Return the version that two forms describe as far as they are sound; a field that is not counts as typed."""
    form.is_valid()
    data = form.cleaned_data
    source = data.get("body", "")
    lead: Photo | None = data.get("lead_photo")
    photos = Photo.objects.in_bulk([figure.photo for figure in body.figures(source)])
    topics = data.get("topics")

    def line(name: str) -> str:
        return str(data[name]) if name in data else one_line(form.data.get(name, ""))

    headline, slug = line("headline"), line("slug")
    return StoryContent(
        headline=headline,
        standfirst=line("standfirst"),
        body=source,
        slug=slug or (slug_for(headline) if headline else ""),  # as saving will fill it in
        language=data.get("language", "en"),
        section=section_label(data.get("section")),
        topics=tuple(topic_label(topic) for topic in topics) if topics is not None else (),
        bylines=bylines.bylines() if bylines.is_valid() else (),
        lead=Lead(picture(lead), line("lead_alt"), line("lead_caption")) if lead else None,
        pictures=pictures_of(source, photos),
    )


def _lines(found: list[Found]) -> list[Line]:
    counts = Counter(one.check.name for one in found)
    seen: Counter[str] = Counter()
    lines = []
    for one in found:
        name = one.check.name
        seen[name] += 1
        if seen[name] > _MOST:
            continue
        stage = next((stage for stage in checks.STAGES.values() if stage in one.check.stops), "")
        more = counts[name] - _MOST if seen[name] == _MOST else 0
        lines.append(Line(one.finding.words, one.finding.field, one.finding.block, _LABELS.get(stage, ""), more=more))
    return lines


def _said(stop: int, warn: int) -> str:
    """Return the counts as a sentence, as it is spoken when they change."""
    if not stop and not warn:
        return "Nothing stops the story, and nothing stands out."
    stops = f"{stop} {'thing stops' if stop == 1 else 'things stop'} the story" if stop else "Nothing stops the story"
    warns = f"{warn} {'is' if warn == 1 else 'are'} worth a look" if warn else "nothing else stands out"
    return f"{stops}, {warns}."
