"""The table of kinds: what people are told, from which event, who hears it, in which words, by which way.

Decides the kinds and their defaults; data and small pure functions only. Finding the people behind an audience is
`telling.py`'s, sending is `deliveries.py`'s. A new kind is a row here, and nothing else.

An event speaks through its verb, its states and these keys of its `data`; whoever writes an event that people
should hear of sets them (account numbers are primary keys of User):

| key | with | meaning |
| --- | --- | --- |
| `mentions` | note, answer_note | account numbers of those named in the text |
| `in_talk` | answer_note, resolve_note, reopen_note | account numbers of those who wrote in this thread before |
| `must_fix` | note | the note blocks resubmission |
| `asked_editor` | submit | account number of the editor asked to read it |
| `changes` | arranged, assigned | `{"assigned_to": {"old": 1, "new": 2}}`, `asked_editor` likewise; account numbers |
| `approver` | any | account number of whoever's approval this event made void |
| `override_reason` | approve | why somebody vouched for their own words |
| `publish_at`, `before` | schedule | the time, and the one it takes the place of, ISO 8601 |
| `publish_at`, `seen` | late | when it was due; whether readers see it all the same |
| `made_by`, `outsider` | preview_opened, preview_comment, signed_off | whose link it is; the outsider's name |
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from articles.statuses import Status


class Channel(StrEnum):
    """A way by which a notice reaches somebody."""

    DESK = "desk"
    MAIL = "mail"
    CHAT = "chat"

    @property
    def label(self) -> str:
        """Return the way's name, as a column of the table of choices."""
        return {"desk": "On the desk", "mail": "By mail", "chat": "In chat"}[self.value]


#: The ways out of the building: each delivery is a task of its own.
OUTSIDE = (Channel.MAIL, Channel.CHAT)


class Audience(StrEnum):
    """Who is told, in words that `telling.py` turns into accounts. Never includes who did it."""

    WRITERS = "the story’s writers"
    REVIEWERS = "all who review"
    CHIEFS = "the chiefs"
    ASKED = "the editor asked"
    RETURNER = "who sent it back"
    ASSIGNEE = "who is assigned"
    APPROVER = "whose approval it was"
    MENTIONED = "who is mentioned"
    THREAD = "who wrote in the thread"
    SENDER = "who made the link"


@dataclass(frozen=True, slots=True)
class Fact:
    """An event as the table sees it: what it says, and no rows.

    `returned` tells of a submitted story whether it had been sent back since it was last approved or published.
    `when` words a moment in the newsroom's zone.
    """

    verb: str
    who: str = ""
    before: str = ""
    after: str = ""
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    returned: bool = False
    when: Callable[[dt.datetime], str] = str

    @property
    def by(self) -> str:
        """Return “ by Edda”, or nothing where the clock did it."""
        return f" by {self.who}" if self.who else ""

    def account(self, key: str) -> int | None:
        """Return the account number under a key, None when there is none."""
        value = self.data.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def accounts(self, key: str) -> frozenset[int]:
        """Return the account numbers under a key."""
        value = self.data.get(key)
        found = value if isinstance(value, list | tuple) else ()
        return frozenset(each for each in found if isinstance(each, int) and not isinstance(each, bool))

    def changed_to(self, key: str) -> int | None:
        """Return the account that a change of the plan newly put under a key, None when it did not."""
        changes = self.data.get("changes")
        change = changes.get(key) if isinstance(changes, Mapping) else None
        if not isinstance(change, Mapping) or change.get("old") == change.get("new"):
            return None
        return Fact(self.verb, data=change).account("new")

    @property
    def asked(self) -> int | None:
        """Return the account number of the editor whom this event asks to read the story."""
        return self.account("asked_editor") if self.verb == "submit" else self.changed_to("asked_editor")

    @property
    def assigned(self) -> int | None:
        """Return the account number of the person whom this event gives the story to."""
        return self.changed_to("assigned_to")

    @property
    def voids(self) -> bool:
        """Tell whether this event took away an approval."""
        if self.data.get("approver") is not None:
            return True
        return self.before == Status.APPROVED and self.verb in {"save_draft", "send_back"}

    @property
    def time(self) -> str:
        """Return the time that this event sets, in words; nothing where it sets none."""
        try:
            return self.when(dt.datetime.fromisoformat(str(self.data.get("publish_at", ""))))
        except ValueError:
            return ""


def _always(_: Fact) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that people can be told.

    `title` is its row in everybody's table of choices, `words` the sentence after the story's headline (also the
    mail's subject), `verbs` and `when` say which events it comes from. `default` are the ways it takes for somebody
    who chose nothing. `in_room` is the row's title for the newsroom's chat room, empty for what is nobody's business
    but one person's; `room` whether that room gets it by default.
    """

    name: str
    title: str
    verbs: frozenset[str]
    told: tuple[Audience, ...]
    words: Callable[[Fact], str]
    default: frozenset[Channel]
    when: Callable[[Fact], bool] = _always
    in_room: str = ""
    room: bool = False


#: For a kind that its data gives away, whatever the verb.
ANY: frozenset[str] = frozenset()
_DESK = frozenset({Channel.DESK})
_ALL = frozenset(Channel)
_PLAN = frozenset({"arranged", "assigned"})
_THREAD = frozenset({"note", "answer_note", "resolve_note", "reopen_note"})


def _submitted(fact: Fact) -> str:
    return f"submitted{fact.by}, ready to be read"


def _asked(fact: Fact) -> str:
    who = fact.who or "Somebody"
    again = "again " if fact.returned else ""
    return f"{who} asks you to read it {again}".strip()


def _note(fact: Fact) -> str:
    what = {
        "note": "a must-fix note" if fact.data.get("must_fix") else "a note",
        "answer_note": "an answer",
        "resolve_note": "a note resolved",
        "reopen_note": "a note opened again",
    }[fact.verb]
    return f"{what}{fact.by}"


def _published(fact: Fact) -> str:
    return f"published{fact.by}" if fact.who else "published on schedule"


def _scheduled(fact: Fact) -> str:
    if fact.verb == "embargo":
        label = str(fact.data.get("label") or "Embargo changed")
        return f"{label[:1].lower()}{label[1:]}{fact.by}"
    if fact.verb == "unschedule":
        return f"taken off the schedule{fact.by}"
    again = "rescheduled" if fact.data.get("before") else "scheduled"
    return f"{again} for {fact.time}{fact.by}" if fact.time else f"{again}{fact.by}"


def _late(fact: Fact) -> str:
    due = f"was due {fact.time}" if fact.time else "was due"
    if fact.data.get("seen"):
        return f"{due}; readers see it, but the desk has not noticed: is its worker running?"
    return f"{due} and is not out"


def _preview(fact: Fact) -> str:
    outsider = str(fact.data.get("outsider") or "somebody outside")
    return {
        "preview_opened": f"opened by {outsider}",
        "preview_comment": f"a comment by {outsider}, outside the newsroom",
        "signed_off": f"signed off by {outsider}",
    }[fact.verb]


#: In the order in which they are offered, and in which the first that fits a person is the one they get.
KINDS: tuple[Kind, ...] = (
    Kind(
        "mentioned",
        "I am mentioned in a note",
        frozenset({"note", "answer_note"}),
        (Audience.MENTIONED,),
        lambda fact: f"{fact.who or 'somebody'} mentions you in {'an answer' if fact.verb == 'answer' else 'a note'}",
        _ALL,
        when=lambda fact: bool(fact.accounts("mentions")),
    ),
    Kind(
        "asked",
        "I am asked to read a story",
        _PLAN | {"submit"},
        (Audience.ASKED,),
        _asked,
        _ALL,
        when=lambda fact: fact.asked is not None,
    ),
    Kind(
        "assigned",
        "I am assigned a story",
        _PLAN,
        (Audience.ASSIGNEE,),
        lambda fact: f"assigned to you{fact.by}",
        _ALL,
        when=lambda fact: fact.assigned is not None,
        in_room="A story is assigned",
    ),
    Kind(
        "resubmitted",
        "A story that I sent back comes again",
        frozenset({"submit"}),
        (Audience.RETURNER,),
        lambda fact: f"submitted again{fact.by}",
        _ALL,
        when=lambda fact: fact.returned,
    ),
    Kind(
        "submitted",
        "A story is submitted and no editor is asked by name",
        frozenset({"submit"}),
        (Audience.REVIEWERS,),
        _submitted,
        _DESK,
        when=lambda fact: fact.asked is None,
        in_room="A story is submitted",
    ),
    Kind(
        "sent_back",
        "A story of mine is sent back",
        frozenset({"send_back"}),
        (Audience.WRITERS,),
        lambda fact: f"sent back{fact.by}",
        _ALL,
        in_room="A story is sent back",
    ),
    Kind(
        "voided",
        "My approval is void because the story changed",
        ANY,
        (Audience.APPROVER,),
        lambda fact: f"your approval is void: {'sent back' if fact.verb == 'send_back' else 'changed'}{fact.by}",
        _ALL,
        when=lambda fact: fact.voids,
        in_room="An approval is void because the story changed",
    ),
    Kind(
        "override",
        "Somebody approves their own words",
        frozenset({"approve"}),
        (Audience.REVIEWERS,),
        lambda fact: f"own words approved{fact.by}, because: {fact.data.get('override_reason')}",
        _ALL,
        when=lambda fact: bool(fact.data.get("override_reason")),
        room=True,
        in_room="Somebody approves their own words",
    ),
    Kind(
        "approved",
        "A story of mine is approved",
        frozenset({"approve"}),
        (Audience.WRITERS,),
        lambda fact: f"approved{fact.by}",
        _DESK,
        in_room="A story is approved",
    ),
    Kind(
        "published",
        "A story that I wrote or approved is published",
        frozenset({"publish"}),
        (Audience.WRITERS, Audience.APPROVER),
        _published,
        _ALL,
        room=True,
        in_room="A story is published",
    ),
    Kind(
        "scheduled",
        "A story of mine is scheduled, moved, taken off the schedule or put under embargo",
        frozenset({"schedule", "unschedule", "embargo"}),
        (Audience.WRITERS,),
        _scheduled,
        _DESK,
        in_room="A story is scheduled, moved, taken off the schedule or put under embargo",
    ),
    Kind(
        "note",
        "A note or an answer on my story, or in a thread that I wrote in",
        _THREAD,
        (Audience.WRITERS, Audience.THREAD),
        _note,
        _DESK,
    ),
    Kind(
        "suggestion",
        "A suggestion on a story of mine",
        frozenset({"suggest"}),
        (Audience.WRITERS,),
        lambda fact: f"changes suggested{fact.by}",
        _DESK,
    ),
    Kind(
        "spiked",
        "A story of mine is spiked or revived",
        frozenset({"spike", "revive"}),
        (Audience.WRITERS,),
        lambda fact: f"{'spiked' if fact.verb == 'spike' else 'revived'}{fact.by}",
        _DESK,
        in_room="A story is spiked or revived",
    ),
    Kind(
        "outside",
        "Somebody outside comments on my story or signs it off",
        frozenset({"preview_comment", "signed_off"}),
        (Audience.SENDER, Audience.WRITERS),
        _preview,
        _ALL,
        in_room="Somebody outside comments on a story or signs it off",
    ),
    Kind(
        "opened",
        "A preview link that I made is opened for the first time",
        frozenset({"preview_opened"}),
        (Audience.SENDER,),
        _preview,
        _DESK,
    ),
    Kind(
        "late",
        "A scheduled story is due and not out",
        frozenset({"late"}),
        (Audience.CHIEFS,),
        _late,
        _ALL,
        room=True,
        in_room="A scheduled story is due and not out",
    ),
)

BY_NAME: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in KINDS})


def matching(fact: Fact) -> tuple[Kind, ...]:
    """Return the kinds that an event gives cause to, in the table's order."""
    return tuple(kind for kind in KINDS if (fact.verb in kind.verbs or kind.verbs is ANY) and kind.when(fact))
