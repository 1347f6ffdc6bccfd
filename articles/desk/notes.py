"""The notes beside a story: what the panel shows, and to whom it offers what.

Decides their order and how each is described. What a note may do stands in `articles/notes.py`; its forms come in
through `noting.py`.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from articles import body, notes, workflow
from articles.desk.people import reviewers
from articles.models import Article, Event, Note
from articles.transitions import BY_NAME
from authors.models import User


@dataclass
class Thread:
    """A note with its answers, the words that it hangs on as they stand now, and what this person may do with it."""

    note: Note
    passage: str
    may_resolve: bool
    unsaved: bool
    answers: list[Note] = field(default_factory=list)


def panel(request: HttpRequest, article: Article | None, *, actor: User) -> dict[str, Any]:
    """Return what the panel and the form for submitting show. Four queries, whatever the number of notes.

    What was typed for a note that was refused comes back in its form.
    """
    asked = {"reviewers": reviewers(besides=actor)}
    if article is None:
        return {**asked, "threads": None}
    threads = _threads(article, actor=actor)
    open_ones = [thread for thread in threads if thread.note.is_open]
    return {
        **asked,
        "threads": open_ones,
        "resolved_threads": [thread for thread in threads if not thread.note.is_open],
        "must_fix_count": sum(thread.note.must_fix for thread in open_ones),
        "may_mark": notes.may_mark(actor),
        "last_word": _last_word(article),
        "note_typed": request.POST if "note_text" in request.POST else {},
    }


def without_notes(events: Any) -> Any:
    """Return events without those of notes: the panel shows what they say. No query."""
    return events.exclude(verb__in=list(notes.EVENTS))


def _threads(article: Article, *, actor: User) -> list[Thread]:
    """Return the notes of a story: those on the whole of it first, then by place, then those without a place."""
    rows = list(
        Note.objects.filter(article=article).select_related("author", "resolved_by", "reopened_by").order_by("at", "pk")
    )
    if not rows:
        return []
    own, text = workflow.is_own(article, actor), "".join(body.flat(article.body))
    answers: defaultdict[int, list[Note]] = defaultdict(list)
    for row in rows:
        if row.parent_id is not None:
            answers[row.parent_id].append(row)
    threads = [
        Thread(
            note=row,
            passage=text[row.start : row.end] if row.start is not None else "",
            may_resolve=notes.may_resolve(row, actor=actor, own=own),
            unsaved=row.is_lost and row.at >= article.changed_at,
            answers=answers[row.pk],
        )
        for row in rows
        if row.parent_id is None
    ]
    return sorted(threads, key=lambda thread: (bool(thread.note.quote), thread.note.is_lost, thread.note.start or 0))


def _last_word(article: Article) -> Event | None:
    """Return the last move where it came with a note: sent back, or submitted with a word to the editors."""
    last = article.events.filter(verb__in=BY_NAME).select_related("actor").first()
    return last if last and last.note and last.verb in {"send_back", "submit"} else None
