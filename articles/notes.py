"""Notes: written, answered, resolved, reopened.

Decides who may do this, and what is kept of it. Each function takes the story's lock, looks whether this person
may, changes and writes the event in one transaction, or raises `TransitionRefused` with a sentence and changes
nothing. That an open *must fix* holds a story back is a condition (`conditions.py`).
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from articles import passages
from articles.content import plain
from articles.mentions import mentioned
from articles.models import Article, Note
from articles.models.notes import LONGEST_NOTE, LONGEST_PASSAGE
from articles.workflow import TransitionRefused, is_own, record
from authors.models import User

#: What notes leave in a story's record. None of them moves the story.
EVENTS: dict[str, str] = {
    "note": "Note",
    "answer_note": "Answer to a note",
    "resolve_note": "Note resolved",
    "reopen_note": "Note reopened",
}


def may_mark(actor: User) -> bool:
    """Tell whether somebody may say that a note must be dealt with before the story comes back. No query."""
    return actor.has_perm("articles.review")


def may_resolve(note: Note, *, actor: User, own: bool) -> bool:
    """Tell whether somebody may resolve or reopen a note. `own`: the story is theirs (`workflow.is_own`). No query."""
    return actor.has_perm("articles.review") or (
        actor.has_perm("articles.view_article") and (own or note.author_id == actor.pk)
    )


def write(
    article_id: int,
    *,
    text: str,
    actor: User,
    now: dt.datetime,
    quote: str = "",
    near: int = 0,
    must_fix: bool = False,
) -> Note:
    """Write a note on a passage, or on the whole story where `quote` is empty.

    `near` is where the person saw the passage, in characters of the body's flat text. Words that are not in the
    story as it is kept, for they were not saved yet, are found by the next save that has them.
    """
    with _locked(article_id, actor=actor) as article:
        if must_fix and not may_mark(actor):
            raise TransitionRefused("Only editors may mark a note as must fix.")
        quote = plain(quote).strip()[:LONGEST_PASSAGE]
        start, end = passages.place(article, quote, near=max(0, near)) if quote else (None, None)
        note = Note.objects.create(
            article=article,
            author=actor,
            text=_words(text),
            at=now,
            quote=quote,
            start=start,
            end=end,
            must_fix=must_fix,
        )
        _record(note, "note", actor=actor, now=now)
    return note


def answer(note_id: int, *, text: str, actor: User, now: dt.datetime) -> Note:
    """Answer a note."""
    with _with_note(note_id, actor=actor) as note:
        if note.parent_id is not None:
            raise TransitionRefused("Answers stand under the note itself. Answer that one.")
        answered = Note.objects.create(article=note.article, parent=note, author=actor, text=_words(text), at=now)
        _record(answered, "answer_note", actor=actor, now=now)
    return answered


def resolve(note_id: int, *, actor: User, now: dt.datetime) -> Note:
    """Mark a note as dealt with. Doing it twice changes nothing."""
    with _with_note(note_id, actor=actor) as note:
        _check_may_resolve(note, actor=actor)
        if note.is_open:
            note.resolved_by, note.resolved_at = actor, now
            note.save(update_fields=["resolved_by", "resolved_at"])
            _record(note, "resolve_note", actor=actor, now=now)
    return note


def reopen(note_id: int, *, actor: User, now: dt.datetime) -> Note:
    """Say that a resolved note is not dealt with after all. Doing it twice changes nothing."""
    with _with_note(note_id, actor=actor) as note:
        _check_may_resolve(note, actor=actor)
        if not note.is_open:
            note.resolved_by = note.resolved_at = None
            note.reopened_by, note.reopened_at = actor, now
            note.save(update_fields=["resolved_by", "resolved_at", "reopened_by", "reopened_at"])
            _record(note, "reopen_note", actor=actor, now=now)
    return note


# --- The machinery ------------------------------------------------------------------------------------------------


@contextmanager
def _locked(article_id: int, *, actor: User) -> Iterator[Article]:
    """Hold the story's lock, so that a note never hangs on words that a save is just replacing."""
    with transaction.atomic():
        article = Article.objects.select_for_update().filter(pk=article_id).first()
        if article is None:
            raise TransitionRefused("There is no such story.")
        if not actor.has_perm("articles.view_article"):
            raise TransitionRefused("Your role does not allow notes on stories.")
        yield article


@contextmanager
def _with_note(note_id: int, *, actor: User) -> Iterator[Note]:
    """Hold the lock of the story that a note is on. The note is read under the lock."""
    article_id = Note.objects.filter(pk=note_id).values_list("article_id", flat=True).first()
    with _locked(article_id or 0, actor=actor) as article:
        note = Note.objects.get(pk=note_id)
        note.article = article
        yield note


def _check_may_resolve(note: Note, *, actor: User) -> None:
    if note.parent_id is not None:
        raise TransitionRefused("Answers are not resolved. Resolve the note they answer.")
    if not may_resolve(note, actor=actor, own=is_own(note.article, actor)):
        raise TransitionRefused("Notes are resolved by who wrote them, by this story’s own writers and by editors.")


def _words(text: str) -> str:
    words = plain(text).strip()
    if not words:
        raise TransitionRefused("The note is empty. Write what you want to say.")
    if len(words) > LONGEST_NOTE:
        raise TransitionRefused(f"The note is longer than {LONGEST_NOTE:,} characters. Shorten it or write two.")
    return words


def _record(note: Note, verb: str, *, actor: User, now: dt.datetime) -> None:
    """Write the event, with who is meant by it: those whom the words name, and those who are in the talk already."""
    said = verb in {"note", "answer_note"}
    thread = note.parent_id or note.pk
    in_talk = set(Note.objects.filter(pk=thread).values_list("author_id", flat=True))
    in_talk |= set(Note.objects.filter(parent_id=thread).values_list("author_id", flat=True))
    people = User.objects.filter(is_active=True).values_list("pk", "name") if said and "@" in note.text else ()
    record(
        note.article,
        verb,
        actor=actor,
        now=now,
        note=note.text,
        data={
            "label": "Note: must fix" if note.must_fix and verb == "note" else EVENTS[verb],
            "note": note.pk,
            "thread": thread,
            "must_fix": note.must_fix,
            "mentions": [person for person in mentioned(note.text, people) if person != actor.pk],
            "in_talk": sorted(in_talk - {actor.pk, None}),
        },
    )
