"""The pages that readers open, in both editions.

Decides what stands on the front page, on stories, sections, topics and authors, and what an address without a
page answers. Which rows a list takes is `lists.py`'s to say, what caches may do with a page `answers.py`'s. Every
view takes `lite`, which edition is asked for: the two differ in their templates and in nothing else.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from articles.models import PublishedArticle, Redirect, Topic
from articles.models.published import PublishedArticleQuerySet
from articles.public import heads, lists, structured_data
from articles.public.answers import changed_at, for_readers, only_value
from articles.public.lists import Cursor
from articles.public.sections import SectionTree, tree_of
from authors.models import Author

#: How many stories stand beside the newest one on the front page, and in the block of each section.
BESIDE = 4
IN_BLOCK = 5
MORE = 4
PEOPLE_ON_PAGE = 100


@for_readers
def front(request: HttpRequest, *, lite: bool) -> HttpResponse:
    """Show the newest story, the next ones beside it, and a block for each section. Four queries."""
    at = timezone.now()
    tree = tree_of(request)
    top = lists.newest([PublishedArticle.objects.visible(at=at).without_bodies()], size=1 + BESIDE)
    shown = [story.pk for story in top]
    keys = [key for branch in tree.branches for key in branch.keys]
    rest = lists.newest_of_each(
        [rows.exclude(pk__in=shown) for rows in lists.in_sections(keys, at=at)] if top else [], size=IN_BLOCK
    )
    tree.attach([*top, *rest])
    today = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    tagline = settings.SITE_TAGLINE
    context = {
        "head": heads.of_page(
            "",
            path=reverse("public:front"),
            description=tagline or f"The newest stories of {settings.SITE_NAME}.",
            things=(structured_data.publisher(), structured_data.website()),
        ),
        "today": today,
        "lead": top[0] if top else None,
        "beside": top[1:],
        "blocks": _blocks(tree, rest),
        "full_url": reverse("public:front"),
        "lite_url": reverse("public:lite_front"),
    }
    response = render(request, _template("front", lite), context)
    return changed_at(response, lists.last_change(at=at), today)


@for_readers
def story(request: HttpRequest, *, year: int, month: int, day: int, slug: str, lite: bool) -> HttpResponse:
    """Show a story; redirect from an address it had; say that it is gone. Three queries when it is there.

    A story that has not begun is not found, as if there never were one.
    """
    try:
        on = dt.date(year, month, day)
    except ValueError as error:
        raise Http404("There is no such day.") from error
    at = timezone.now()
    found = PublishedArticle.objects.visible(at=at).filter(published_on=on, slug=slug).first()
    if found is None:
        return _elsewhere_or_gone(request, on, slug, at, lite)
    return story_page(request, found, lite=lite)


def story_page(
    request: HttpRequest,
    story: PublishedArticle,
    *,
    lite: bool = False,
    preview: bool = False,
    template: str = "",
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Return the page of a story. Two queries: sections, and other stories of its section.

    A preview is the page of a row that is not saved: nothing in it is meant for machines, nothing is related. It may
    name a template that stands around the reader's own, with what that one prints.
    """
    tree = tree_of(request)
    tree.attach([story])
    more = [] if preview else _more(story, tree)
    context: dict[str, Any] = {"story": story, "more": more, "preview": preview}
    if story.section_id:
        context["here"] = story.section
    if not preview:
        context |= {
            "head": heads.of_story(story),
            "full_url": story.get_absolute_url(),
            "lite_url": story.lite_url,
        }
    context |= extra or {}
    response = render(request, template or _template("article_detail", lite), context)
    return response if preview else changed_at(response, story.visible_from, *(other.visible_from for other in more))


@for_readers
def section(request: HttpRequest, *, slug: str, lite: bool, parent: str = "") -> HttpResponse:
    """Show a section with the stories of its subsections, newest first. Three queries."""
    path = (parent, slug) if parent else (slug,)
    branch = tree_of(request).find(*path)
    if branch is None:
        raise Http404("There is no such section.")
    name = "subsection" if parent else "section"
    return _story_list(
        request,
        "section_detail",
        lite=lite,
        rows=lambda at: lists.in_sections(branch.keys, at=at),
        names=(f"public:{name}", f"public:lite_{name}"),
        args=path,
        words=" › ".join(label.name for label in reversed(branch.section.labels)) if parent else branch.section.name,
        description=f"{branch.section.name}: the newest stories of {settings.SITE_NAME}.",
        feed=reverse(f"public:{name}_feed", args=path),
        things=(structured_data.breadcrumbs(branch.section),),
        context={
            "here": branch.section,
            "children": branch.children,
            "labels": "own" if branch.children else "",
            "opening": True,
        },
    )


@for_readers
def topic(request: HttpRequest, *, slug: str, lite: bool) -> HttpResponse:
    """Show the stories on a topic. Four queries.

    A topic without a story is not found: its name may tell what somebody is still working on.
    """
    found = Topic.objects.filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such topic.")
    return _story_list(
        request,
        "topic_detail",
        lite=lite,
        rows=lambda at: [_seen(at).filter(topic_links=found)],
        names=("public:topic", "public:lite_topic"),
        args=(slug,),
        words=found.name,
        description=f"{found.name}: stories of {settings.SITE_NAME}.",
        feed=reverse("public:topic_feed", args=[slug]),
        context={"topic": found, "labels": "all"},
        may_be_empty=False,
    )


@for_readers
def author(request: HttpRequest, *, slug: str, lite: bool) -> HttpResponse:
    """Show an author with note and stories. Four queries.

    An author without a story is not found: the name may tell who is working on something.
    """
    found = Author.objects.filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such author.")
    return _story_list(
        request,
        "author_detail",
        lite=lite,
        rows=lambda at: [_seen(at).filter(author_links=found)],
        names=("public:author", "public:lite_author"),
        args=(slug,),
        words=found.name,
        description=found.note or f"Stories by {found.name}.",
        feed=reverse("public:author_feed", args=[slug]),
        things=(structured_data.profile(found), structured_data.publisher()),
        context={"author": found, "labels": "all"},
        may_be_empty=False,
    )


@for_readers
def authors(request: HttpRequest, *, lite: bool) -> HttpResponse:
    """Show who has written for the publication and still does, by name. Three queries at most."""
    stories = PublishedArticle.objects.visible(at=timezone.now()).filter(author_links=OuterRef("pk"))
    people = Author.objects.active().filter(Exists(stories)).order_by("name", "pk")
    after = only_value(request, "after")
    if after is not None:
        last = _author_at(after)
        people = people.filter(name__gte=last.name).exclude(name=last.name, pk__lte=last.pk)
    found = list(people[: PEOPLE_ON_PAGE + 1])
    if after is not None and not found:
        raise Http404("There is nobody behind this place.")
    full, small = reverse("public:authors"), reverse("public:lite_authors")
    query = f"?after={after}" if after is not None else ""
    older = f"?after={found[PEOPLE_ON_PAGE - 1].pk}" if len(found) > PEOPLE_ON_PAGE else ""
    context = {
        "head": heads.of_page(
            "Who writes here",
            path=full + query,
            description=f"The people who write for {settings.SITE_NAME}.",
            things=(structured_data.publisher(),),
        ),
        "authors": found[:PEOPLE_ON_PAGE],
        "older": older,
        "newest": (small if lite else full) if after is not None else "",
        "full_url": full + query,
        "lite_url": small + query,
    }
    return render(request, _template("author_list", lite), context)


# --- Parts --------------------------------------------------------------------------------------------------


def _template(name: str, lite: bool) -> str:
    return f"{'lite' if lite else 'articles'}/{name}.html"


def _seen(at: dt.datetime) -> PublishedArticleQuerySet:
    return PublishedArticle.objects.visible(at=at).without_bodies()


def _blocks(tree: SectionTree, stories: Iterable[PublishedArticle]) -> list[dict[str, Any]]:
    """Return what stands under each section's name on the front page; sections without stories are left out."""
    by_section: dict[int, list[PublishedArticle]] = {}
    for story in stories:
        by_section.setdefault(story.section_id, []).append(story)
    blocks = []
    for branch in tree.branches:
        own = [story for key in branch.keys for story in by_section.get(key, ())]
        own.sort(key=lambda story: (story.first_published_at, story.pk), reverse=True)
        if own:
            blocks.append(
                {
                    "section": branch.section,
                    "children": branch.children,
                    "labels": "own" if branch.children else "",
                    "stories": own[:IN_BLOCK],
                }
            )
    return blocks


def _more(story: PublishedArticle, tree: SectionTree) -> list[PublishedArticle]:
    """Return other new stories of the same section. One query."""
    rows = lists.in_sections([story.section_id], at=timezone.now())
    more = [other for other in lists.newest(rows, size=MORE + 1) if other.article_id != story.article_id][:MORE]
    tree.attach(more)
    return more


def _elsewhere_or_gone(request: HttpRequest, on: dt.date, slug: str, at: dt.datetime, lite: bool) -> HttpResponse:
    """Answer for an address where no story stands: it moved, it was withdrawn, or there never was one."""
    story_keys = set(Redirect.objects.filter(published_on=on, slug=slug).values_list("article_id", flat=True))
    if story_keys:
        there = PublishedArticle.objects.visible(at=at).filter(article_id__in=story_keys).first()
        if there is not None:
            return HttpResponsePermanentRedirect(there.lite_url if lite else there.get_absolute_url())
    # an empty span is a schedule that was taken back: readers never saw it
    past = PublishedArticle.objects.filter(visible_until__lte=at).exclude(visible_until=F("visible_from"))
    if past.filter(published_on=on, slug=slug).exists():
        return render(request, "410.html", status=410)
    raise Http404("There is no such story.")


def _story_list(
    request: HttpRequest,
    template: str,
    *,
    lite: bool,
    rows: lists.Rows,
    names: tuple[str, str],
    args: tuple[str, ...],
    words: str,
    description: str,
    feed: str,
    context: dict[str, Any],
    things: tuple[structured_data.Thing, ...] = (),
    may_be_empty: bool = True,
) -> HttpResponse:
    """Return a page of a list of stories. Three queries: sections, stories, the time of the last change."""
    at = timezone.now()
    tree = tree_of(request)
    behind = _cursor(request)
    page = lists.page_of(rows(at), behind=behind)
    if not page.stories and (behind is not None or not may_be_empty):
        raise Http404("There is no story here.")
    tree.attach(page.stories)
    full, small = (reverse(name, args=args) for name in names)
    query = f"?before={behind}" if behind is not None else ""
    older = f"?before={page.older}" if page.older is not None else ""
    context |= {
        "head": heads.of_page(
            f"{words}: older stories" if behind is not None else words,
            path=full + query,
            description=description,
            feed=feed,
            older=full + older if older else "",
            things=things,
        ),
        "stories": page.stories,
        "older": older,
        "newest": (small if lite else full) if behind is not None else "",
        "opening": context.get("opening", False) and behind is None,
        "full_url": full + query,
        "lite_url": small + query,
    }
    return changed_at(render(request, _template(template, lite), context), lists.last_change(at=at))


def _cursor(request: HttpRequest) -> Cursor | None:
    text = only_value(request, "before")
    if text is None:
        return None
    try:
        return Cursor.read(text)
    except ValueError as error:
        raise Http404("There is no such place in this list.") from error


def _author_at(text: str) -> Author:
    """Return the author whose number stands in the address. Raises Http404."""
    if text.isascii() and text.isdigit() and len(text) < 19 and not text.startswith("0"):
        last = Author.objects.filter(pk=int(text)).first()
        if last is not None:
            return last
    raise Http404("There is no such place in this list.")
