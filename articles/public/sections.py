"""The sections of the paper, read once for a request.

Decides how pages get at sections: one query reads them all, there being a few dozen at most, and the rows of
stories are tied to them in memory instead of by joins.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from articles.models import PublishedArticle, Section


@dataclass(frozen=True, slots=True)
class Branch:
    """A section and its subsections, in their order."""

    section: Section
    children: tuple[Section, ...]

    @property
    def keys(self) -> list[int]:
        """Return the numbers of the section and of its subsections."""
        return [self.section.pk, *(child.pk for child in self.children)]


class SectionTree:
    """All sections, with parents set. Making one costs a query."""

    def __init__(self) -> None:
        self._by_key = {section.pk: section for section in Section.objects.order_by("position", "name")}
        children: dict[int, list[Section]] = {}
        for section in self._by_key.values():
            if section.parent_id is not None:
                section.parent = self._by_key[section.parent_id]
                children.setdefault(section.parent_id, []).append(section)
        self.branches = tuple(
            Branch(section, tuple(children.get(section.pk, ())))
            for section in self._by_key.values()
            if section.parent_id is None
        )

    def find(self, *path: str) -> Branch | None:
        """Return the section at a path of slugs, such as `news`, `world`; None when there is none. No query."""
        for branch in self.branches:
            if branch.section.slug == path[0]:
                if len(path) == 1:
                    return branch
                return next((Branch(child, ()) for child in branch.children if child.slug == path[1]), None)
        return None

    def attach(self, stories: Iterable[PublishedArticle]) -> None:
        """Give stories their section. No query; a section made a moment ago is left for the story to look up."""
        for story in stories:
            if story.section_id in self._by_key:
                story.section = self._by_key[story.section_id]


def tree_of(request: HttpRequest) -> SectionTree:
    """Return the sections, the same ones for all that happens in a request. One query the first time."""
    tree: SectionTree | None = getattr(request, "_section_tree", None)
    if tree is None:
        tree = SectionTree()
        request._section_tree = tree  # type: ignore[attr-defined]  # kept for this request
    return tree
