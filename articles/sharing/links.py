"""Preview links: made, revoked, opened, answered.

Decides who may show a story outside, for how long and with what, and what an outsider may do with a link. Each
function that changes something takes the story's lock, looks whether it may be done, changes and writes the event in
one transaction, or raises `TransitionRefused` with a sentence and changes nothing.
"""

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.signing import BadSignature, dumps, loads
from django.db import transaction

from articles import body, suggestions
from articles.conditions import moment
from articles.content import StoryContent, one_line, plain
from articles.models import Article, Note
from articles.models.notes import LONGEST_NOTE
from articles.sharing.models import Link, SignOff, hash_of
from articles.statuses import Status
from articles.workflow import TransitionRefused, is_own, record
from authors.models import User

#: How long a link is good for.
USUAL = dt.timedelta(days=3)
LONGEST = dt.timedelta(days=30)
#: Random bytes of a token: 192 bits, which nobody guesses.
_TOKEN = 24
#: How often somebody outside may comment, by one link.
_COMMENTS, _WITHIN, _COMMENTS_ALTOGETHER = 10, dt.timedelta(minutes=10), 100
_SALT = "articles.sharing.shown"


# --- Questions ------------------------------------------------------------------------------------------------


def may_share(article: Article, *, actor: User) -> str:
    """Return "" when somebody may show a story outside, or the sentence that says why not. One query at most."""
    if article.status == Status.SPIKED:
        return "This story is spiked. Revive it before you show it to anybody."
    if actor.has_perm("articles.review") or actor.has_perm("articles.edit_any"):
        return ""
    if actor.has_perm("articles.change_article") and is_own(article, actor):
        return ""
    return "A story is shown outside by its own writers and by editors."


def under_embargo(article: Article, *, now: dt.datetime) -> str:
    """Return "" or the sentence that says until when nothing of a story leaves. No query."""
    if article.embargo_until is None or not article.is_embargoed(at=now):
        return ""
    return (
        f"The story is under embargo until {moment(article.embargo_until)} ({article.embargo_reason}). "
        "Until then nobody outside may see it."
    )


def standing(token: str, *, now: dt.datetime) -> Link | None:
    """Return the link with this token if it may be opened now; None for one that is over, revoked or made up.

    A story under embargo is shown to nobody outside. One query.
    """
    link = (
        Link.objects.of_token(token)
        .standing(at=now)
        .select_related("article__section", "article__lead_photo", "revision", "created_by")
        .first()
    )
    return None if link is None or link.article.is_embargoed(at=now) else link


def shown_by(link: Link) -> StoryContent:
    """Return the words that a link shows now, as a reader would get them: suggestions refused. Five queries at most."""
    return as_read(link.revision.story if link.revision is not None else link.article.content())


def as_read(content: StoryContent) -> StoryContent:
    """Return a version as a reader would get it: with suggestions refused. Its hash is what a sign-off is bound to."""
    words = suggestions.refused(content.body)
    seen = {figure.photo for figure in body.figures(words)}
    return content.changed(body=words, pictures=tuple(each for each in content.pictures if each.photo in seen))


def stamp(link: Link, content_hash: str) -> str:
    """Return what a form carries to say which words its reader was shown. Signed: it cannot be made up."""
    return dumps([link.pk, content_hash], salt=_SALT)


# --- By people on the desk ----------------------------------------------------------------------------------------


def make(
    article_id: int,
    *,
    given_to: str,
    until: dt.datetime,
    actor: User,
    now: dt.datetime,
    newest: bool = True,
    comments: bool = False,
    sign_off: bool = False,
) -> tuple[Link, str]:
    """Make a link for somebody outside, and return it with its token, which is kept nowhere.

    `until` is aware, and 30 days ahead at most. `newest`: what is shown moves on with the story; else it stays the
    newest revision of now. Raises TransitionRefused.
    """
    with _locked(article_id) as article:
        if refusal := may_share(article, actor=actor) or under_embargo(article, now=now):
            raise TransitionRefused(refusal)
        name = one_line(given_to)
        if not name:
            raise TransitionRefused("Say for whom the link is. The name stands across the page.")
        if len(name) > 80:
            raise TransitionRefused("The name is longer than 80 characters. Shorten it.")
        if until <= now:
            raise TransitionRefused("The link would be over before it is made. Choose a time to come.")
        if until > now + LONGEST:
            raise TransitionRefused("A link is good for 30 days at most. Choose an earlier time.")
        revision = None if newest else article.revisions.newest_first().first()
        token = secrets.token_urlsafe(_TOKEN)
        link = Link.objects.create(
            article=article,
            token_hash=hash_of(token),
            given_to=name,
            revision=revision,
            comments=comments,
            sign_off=sign_off,
            created_by=actor,
            created_at=now,
            expires_at=until,
        )
        asked = [words for wanted, words in ((comments, "comments"), (sign_off, "sign-off")) if wanted]
        _event(
            link,
            "shared",
            actor=actor,
            now=now,
            label=f"Shown outside to {name} until {moment(until)}" + (f", with {' and '.join(asked)}" if asked else ""),
        )
    return link, token


def revoke(link_id: int, *, actor: User, now: dt.datetime) -> Link:
    """Make a link worthless at once. Doing it twice changes nothing. Raises TransitionRefused."""
    with _with_link(link_id) as link:
        if link.created_by_id != actor.pk and (refusal := may_share(link.article, actor=actor)):
            raise TransitionRefused(refusal)
        if link.revoked_at is None:
            link.revoked_at, link.revoked_by = now, actor
            link.save(update_fields=["revoked_at", "revoked_by"])
            _event(link, "unshared", actor=actor, now=now, label=f"Preview link of {link.given_to} revoked")
    return link


# --- By people outside --------------------------------------------------------------------------------------------


def opened(link: Link, *, now: dt.datetime) -> None:
    """Write down that a link was opened; the first time only. No query after that."""
    if link.opened_at is not None:
        return
    with _with_link(link.pk) as locked:
        if locked.opened_at is None:
            locked.opened_at = now
            locked.save(update_fields=["opened_at"])
            _event(locked, "preview_opened", actor=None, now=now, label=f"Preview opened by {locked.given_to}")


def comment(link: Link, *, text: str, now: dt.datetime) -> Note:
    """Keep what somebody outside says, as a note on the story. Raises TransitionRefused."""
    with _answering(link, now=now) as locked:
        if not locked.comments:
            raise TransitionRefused("This link is for reading only.")
        words = _words(text)
        if not words:
            raise TransitionRefused("There is nothing in it yet. Write what you want to say.")
        earlier = Note.objects.filter(article=locked.article, author=None, outsider=locked.given_to)
        if earlier.filter(at__gt=now - _WITHIN).count() >= _COMMENTS or earlier.count() >= _COMMENTS_ALTOGETHER:
            raise TransitionRefused("That is a lot at once. Wait some minutes, or write one longer comment.")
        note = Note.objects.create(article=locked.article, author=None, outsider=locked.given_to, text=words, at=now)
        _event(
            locked,
            "preview_comment",
            actor=None,
            now=now,
            note=words,
            label=f"Comment from outside by {locked.given_to}",
            data={"note": note.pk, "thread": note.pk},
        )
    return note


def sign_off(link: Link, *, shown: str, text: str = "", now: dt.datetime) -> SignOff:
    """Keep that somebody outside vouches for the words that they were shown; once for the same words.

    `shown` is the stamp of the page that they read. Raises TransitionRefused.
    """
    with _answering(link, now=now) as locked:
        if not locked.sign_off:
            raise TransitionRefused("No sign-off was asked for with this link.")
        try:
            number, content_hash = loads(shown, salt=_SALT, max_age=LONGEST)
        except (BadSignature, ValueError, TypeError):
            number = content_hash = None
        if number != locked.pk:
            raise TransitionRefused("Load the page again and read it once more before you sign off.")
        words = _words(text)
        signed, fresh = SignOff.objects.get_or_create(
            link=locked, content_hash=content_hash, defaults={"text": words, "at": now}
        )
        if fresh:
            _event(
                locked,
                "signed_off",
                actor=None,
                now=now,
                note=words,
                label=f"Signed off by {locked.given_to}",
                data={"content_hash": content_hash},
            )
    return signed


# --- The machinery ------------------------------------------------------------------------------------------------


@contextmanager
def _locked(article_id: int) -> Iterator[Article]:
    with transaction.atomic():
        article = Article.objects.select_for_update().filter(pk=article_id).first()
        if article is None:
            raise TransitionRefused("There is no such story.")
        yield article


@contextmanager
def _with_link(link_id: int) -> Iterator[Link]:
    """Hold the lock of the story that a link is of. The link is read under the lock."""
    article_id = Link.objects.filter(pk=link_id).values_list("article_id", flat=True).first()
    with _locked(article_id or 0) as article:
        link = Link.objects.select_related("created_by").get(pk=link_id)
        link.article = article
        yield link


@contextmanager
def _answering(link: Link, *, now: dt.datetime) -> Iterator[Link]:
    """Hold the lock, and look again whether the link is good: it may have been revoked while somebody wrote."""
    with _with_link(link.pk) as locked:
        over = locked.revoked_at is not None or locked.expires_at <= now or not locked.created_by.is_active
        if over or locked.article.status == Status.SPIKED or locked.article.is_embargoed(at=now):
            raise TransitionRefused("This link is not good any more.")
        yield locked


def _words(text: str) -> str:
    words = plain(text).strip()
    if len(words) > LONGEST_NOTE:
        raise TransitionRefused(f"That is longer than {LONGEST_NOTE:,} characters. Shorten it or send two.")
    return words


def _event(
    link: Link,
    verb: str,
    *,
    actor: User | None,
    now: dt.datetime,
    label: str,
    note: str = "",
    data: dict[str, object] | None = None,
) -> None:
    outside = {} if actor else {"outsider": link.given_to}
    record(
        link.article,
        verb,
        actor=actor,
        now=now,
        note=note,
        data={"label": label, "link": link.pk, "made_by": link.created_by_id, **outside, **(data or {})},
    )
