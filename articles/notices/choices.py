"""What each person wants to hear of, by which ways, and where their chat messages go.

Decides defaults where nobody chose, and who may change what: everybody their own, a chief the newsroom's chat room.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from articles.notices import webhooks
from articles.notices.kinds import KINDS, Channel, Kind
from articles.notices.models import Choice, Webhook
from authors.models import User

#: What makes somebody a keeper of the newsroom's chat room.
ROOM = "notices.change_room"


class ChoiceRefused(Exception):
    """A choice was refused; the message is a sentence for the person. Nothing was changed."""


@dataclass
class Wishes:
    """What some people want to hear of, by which ways; None stands for the newsroom's chat room."""

    chosen: dict[tuple[int | None, str, str], bool]
    hooks: set[int | None]

    @classmethod
    def of(cls, people: Collection[int | None], kinds: Iterable[Kind]) -> "Wishes":
        """Read the choices of these people for these kinds. Two queries."""
        theirs = Q(person__in=[number for number in people if number is not None])
        if None in people:
            theirs |= Q(person=None)
        rows = Choice.objects.filter(theirs, kind__in=[kind.name for kind in kinds])
        return cls(
            {(row.person_id, row.kind, row.channel): row.wanted for row in rows},
            set(Webhook.objects.filter(theirs).values_list("person", flat=True)),
        )

    def wanted(self, person: int | None, kind: Kind, channel: Channel) -> bool:
        """Tell whether somebody ticked this way for this kind, or left it as it was by default."""
        if person is None and not kind.in_room:
            return False
        default = channel in kind.default if person is not None else kind.room and channel is Channel.CHAT
        return self.chosen.get((person, kind.name, channel.value), default)

    def ways(self, person: int | None, kind: Kind) -> frozenset[Channel]:
        """Return the ways by which somebody can be told of this kind and wants to be."""
        there = set(Channel) if person is not None else {Channel.CHAT}
        if person not in self.hooks:
            there.discard(Channel.CHAT)
        return frozenset(channel for channel in there if self.wanted(person, kind, channel))


def choose(*, actor: User, wanted: Collection[tuple[str, str]], room: bool = False) -> None:
    """Keep what somebody ticked, as pairs of kind and way; `room`: for the newsroom's chat room.

    Only what differs from the default is kept, so that a new default reaches those who never minded. Raises
    ChoiceRefused. Four queries.
    """
    person = _whose(actor, room=room)
    number = person.pk if person else None
    plain = Wishes({}, set())
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)  # two saves at once: one after the other
        Choice.objects.filter(person=person).delete()
        Choice.objects.bulk_create(
            Choice(person=person, kind=kind.name, channel=channel.value, wanted=ticked)
            for kind in KINDS
            if person or kind.in_room
            for channel in (tuple(Channel) if person else (Channel.CHAT,))
            if (ticked := (kind.name, channel.value) in wanted) != plain.wanted(number, kind, channel)
        )


def set_webhook(*, actor: User, url: str, now: dt.datetime, room: bool = False) -> None:
    """Keep where somebody's chat messages go; an empty address ends them. Raises ChoiceRefused. One or two queries."""
    person, url = _whose(actor, room=room), url.strip()
    if not url:
        Webhook.objects.filter(person=person).delete()
        return
    if len(url) > 500:
        raise ChoiceRefused("The address is too long.")
    if flaw := webhooks.flaw(url):
        raise ChoiceRefused(flaw)
    Webhook.objects.update_or_create(person=person, defaults={"url": url, "set_by": actor, "set_at": now})


def _whose(actor: User, *, room: bool) -> User | None:
    if room and not actor.has_perm(ROOM):
        raise ChoiceRefused("Only a chief decides what is told in the newsroom’s chat room.")
    return None if room else actor
