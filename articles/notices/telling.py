"""Turning an event into notices: who hears of it, and by which ways.

Decides the people behind each audience and what their choices leave over. Runs inside the transaction that writes
the event, so that a verb which is rolled back tells nobody. Nothing is sent here: a task is put into the queue,
which is a row of the same transaction.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from articles.conditions import moment
from articles.content import one_line
from articles.models import Approval, Article, Byline, Event
from articles.notices import deliveries
from articles.notices.choices import Wishes
from articles.notices.kinds import OUTSIDE, Audience, Channel, Fact, Kind, matching
from articles.notices.models import Delivery, Notice, Webhook
from authors.models import User
from authors.roles import Role, allows

#: Notices are forgotten after so long; the story's own record stays for ever.
KEPT_FOR = dt.timedelta(days=180)
#: Which permission makes somebody part of an audience that is a role.
_BY_PERMISSION = {Audience.REVIEWERS: "articles.review", Audience.CHIEFS: "articles.override_four_eyes"}
#: After one of these a submitted story is a new one, after `send_back` it is one that comes again.
_ROUNDS = ("send_back", "approve", "publish", "revive")


@dataclass
class _People:
    """An audience as accounts: by number, and by role."""

    accounts: set[int] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)

    def __contains__(self, person: User) -> bool:
        return person.pk in self.accounts or person.role in self.roles


def tell(event: Event) -> None:
    """Write a notice for everybody whom an event concerns and who wants to hear of it, and queue what is sent.

    Each person gets one notice at most, of the first kind in the table that concerns them and that they want; who
    did it is not told. At most eight queries, however many people; none for an event that is no news.
    """
    returner = _returner(event) if event.verb == "submit" else None
    fact = _fact(event, returned=returner is not None)
    kinds = matching(fact)
    if not kinds:
        return
    told = {kind.name: _people(kind.told, event, fact, returner) for kind in kinds}
    accounts = set().union(*(people.accounts for people in told.values()))
    roles = set().union(*(people.roles for people in told.values()))
    people = list(
        User.objects.filter(Q(pk__in=accounts) | Q(role__in=roles), is_active=True)
        .exclude(pk=event.actor_id or 0)
        .order_by("pk")
    )
    wishes = Wishes.of({None, *(person.pk for person in people)}, kinds)
    chosen: list[tuple[Notice, frozenset[Channel]]] = []
    for person in (*people, None):
        for kind in kinds:
            if person is not None and person not in told[kind.name]:
                continue
            if ways := wishes.ways(person.pk if person else None, kind):
                chosen.append((_notice(event, fact, kind, person, ways), ways))
                break
    _write(chosen, now=event.at)


def tell_test(*, person: User, room: bool, now: dt.datetime) -> Notice:
    """Send somebody, or the newsroom's chat room, a test by every way there is. About five queries."""
    recipient = None if room else person
    ways = frozenset({Channel.CHAT}) if room else frozenset(Channel)
    if not Webhook.objects.filter(person=recipient).exists():
        ways -= {Channel.CHAT}
    notice = Notice(
        recipient=recipient,
        kind="test",
        sentence=f"A test, sent by {person} at {moment(now)}.",
        on_desk=not room,
        at=now,
    )
    _write([(notice, ways)], now=now)
    return notice


def seen(article: Article, *, by: User, now: dt.datetime) -> None:
    """Mark somebody's notices of a story as read, as they have it open. One query."""
    Notice.objects.filter(recipient=by, article=article, on_desk=True).unread().update(read_at=now)


def forget(*, now: dt.datetime) -> None:
    """Remove notices from long ago. Three queries."""
    Notice.objects.filter(at__lt=now - KEPT_FOR).delete()


# --- Parts ------------------------------------------------------------------------------------------------------


def _fact(event: Event, *, returned: bool) -> Fact:
    data = dict(event.data)
    if event.verb == "submit" and "asked_editor" not in data:
        data["asked_editor"] = event.article.asked_editor_id
    return Fact(
        verb=event.verb,
        who=str(event.actor) if event.actor else "",
        before=event.from_status,
        after=event.to_status,
        note=event.note,
        data=data,
        returned=returned,
        when=moment,
    )


def _returner(event: Event) -> int | None:
    """Return who sent a story back that now comes again, None when it is a new one. One query."""
    last = (
        Event.objects.filter(article=event.article_id, verb__in=_ROUNDS, pk__lt=event.pk)
        .order_by("-pk")
        .values_list("verb", "actor")
        .first()
    )
    return last[1] if last and last[0] == "send_back" else None


def _people(told: Iterable[Audience], event: Event, fact: Fact, returner: int | None) -> _People:
    found = _People()
    for audience in told:
        match audience:
            case Audience.REVIEWERS | Audience.CHIEFS:
                found.roles |= {role.value for role in Role if allows(role, _BY_PERMISSION[audience])}
            case Audience.WRITERS:
                found.accounts |= _writers(event.article)
            case Audience.APPROVER:
                found.accounts |= _approver(event, fact)
            case Audience.MENTIONED:
                found.accounts |= fact.accounts("mentions")
            case Audience.THREAD:
                found.accounts |= fact.accounts("in_talk")
            case Audience.ASKED:
                found.accounts |= {fact.asked} if fact.asked else set()
            case Audience.ASSIGNEE:
                found.accounts |= {fact.assigned} if fact.assigned else set()
            case Audience.RETURNER:
                found.accounts |= {returner} if returner else set()
            case Audience.SENDER:
                sender = fact.account("made_by")
                found.accounts |= {sender} if sender else set()
    return found


def _writers(article: Article) -> set[int]:
    """Return the accounts of who started a story, stands under it or is assigned it. One query."""
    under = Byline.objects.filter(article=article, author__user__isnull=False).values_list("author__user", flat=True)
    own = {article.created_by_id, *under}
    return own | {article.assigned_to_id} if article.assigned_to_id else own


def _approver(event: Event, fact: Fact) -> set[int]:
    """Return who approved what this event is about: whom it names, or whose approval was the last. One query."""
    named = fact.account("approver")
    if named is not None:
        return {named}
    approvals = Approval.objects.filter(article=event.article_id).order_by("-approved_at", "-pk")
    last = approvals.values_list("approved_by", flat=True).first()
    return {last} if last else set()


def _notice(event: Event, fact: Fact, kind: Kind, person: User | None, ways: frozenset[Channel]) -> Notice:
    return Notice(
        event=event,
        article=event.article,
        recipient=person,
        kind=kind.name,
        sentence=one_line(kind.words(fact))[:600],
        on_desk=Channel.DESK in ways,
        at=event.at,
    )


def _write(chosen: list[tuple[Notice, frozenset[Channel]]], *, now: dt.datetime) -> None:
    notices = Notice.objects.bulk_create([notice for notice, _ in chosen])
    outside = [
        Delivery(notice=notice, channel=channel.value, changed_at=now)
        for notice, (_, ways) in zip(notices, chosen, strict=True)
        for channel in OUTSIDE
        if channel in ways
    ]
    if outside:
        first = Delivery.objects.bulk_create(outside)
        # one task for all, which becomes one for each: the verb does not pay for the number of people
        deliveries.hand_out.enqueue([delivery.pk for delivery in first])
