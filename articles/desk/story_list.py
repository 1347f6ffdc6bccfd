"""The list of all stories, page by page, at the same cost for the first page and for the last of a million.

Decides how the admin's list is read: in one order, the newest change first, from the place that the address names,
counting nothing. What the filters mean stands in `stories.py`; where a page begins, in `keyset.py`.
"""

from typing import Any, cast

from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest

from articles.desk.keyset import LONGEST_WAIT, NEWEST_CHANGE
from articles.models import Article
from articles.models.article import ArticleQuerySet

#: What a page is asked for by: the rows after a place, or those before it.
_OLDER, _NEWER = "after", "before"


class StoryList(ChangeList):
    """The admin's list without pages by number: “Newer” and “Older” lead on from the rows that are shown."""

    #: Addresses of the pages beside this one, or "".
    older = newer = ""

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet[Any]:
        """Take the place out of the address, which is no filter, and let the filters work."""
        for name in (_OLDER, _NEWER):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        """Return the one order that has an index."""
        return ["-changed_at", "-pk"]

    def get_results(self, request: HttpRequest) -> None:
        """Fetch one page and one row more, which tells whether there is another. Two queries."""
        stories = cast("ArticleQuerySet", self.queryset)
        older, newer = request.GET.get(_OLDER, ""), request.GET.get(_NEWER, "")
        page: list[Article]
        if newer:
            found = list(LONGEST_WAIT.sort(LONGEST_WAIT.after(stories, newer))[: self.list_per_page + 1])
            page, has_newer, has_older = found[: self.list_per_page][::-1], len(found) > self.list_per_page, True
        else:
            found = list(NEWEST_CHANGE.after(stories, older)[: self.list_per_page + 1])
            page, has_newer, has_older = found[: self.list_per_page], bool(older), len(found) > self.list_per_page
        if page:
            first, last = NEWEST_CHANGE.cursor_of(page[0]), NEWEST_CHANGE.cursor_of(page[-1])
            self.newer = self.get_query_string({_NEWER: first}) if has_newer else ""
            self.older = self.get_query_string({_OLDER: last}) if has_older else ""
        elif older or newer:
            self.newer = self.get_query_string()
        self.result_list = page  # the templates only go through it
        self.result_count = len(page)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
