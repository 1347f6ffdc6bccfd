"""The table of verbs: from which state to which, who may, and what the story needs first.

Data only. `workflow/` carries the verbs out and is the only code that changes a status; the desk draws its
buttons from this table; `docs/workflow.md` and the database's own rule on status changes are made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from articles.statuses import Status


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be done to a story.

    `moves` maps the state before to the state after. `own` names the permission that suffices for one's own
    story, `permission` the one that reaches everybody's. `needs` are the names of the conditions that
    `conditions.CONDITIONS` spells out.
    """

    name: str
    label: str
    meaning: str
    moves: Mapping[Status, Status]
    permission: str
    own: str = ""
    needs: tuple[str, ...] = field(default=())


def _moves(moves: dict[Status, Status]) -> Mapping[Status, Status]:
    return MappingProxyType(moves)


VERBS: tuple[Verb, ...] = (
    Verb(
        "save_draft",
        "Save draft",
        "Keep the words as a new revision. A change after approval voids the approval and any scheduled time.",
        _moves(
            {
                Status.DRAFT: Status.DRAFT,
                Status.IN_REVIEW: Status.IN_REVIEW,
                Status.APPROVED: Status.DRAFT,
                Status.PUBLISHED: Status.DRAFT,
            }
        ),
        permission="articles.edit_any",
        own="articles.change_article",
        needs=("with_its_writer",),
    ),
    Verb(
        "submit",
        "Submit for review",
        "Hand the newest revision to the editors.",
        _moves({Status.DRAFT: Status.IN_REVIEW}),
        permission="articles.edit_any",
        own="articles.change_article",
        needs=("checks",),
    ),
    Verb(
        "send_back",
        "Send back",
        "Return the story to its writer, with a note that says what is missing.",
        _moves({Status.IN_REVIEW: Status.DRAFT, Status.APPROVED: Status.DRAFT}),
        permission="articles.review",
        needs=("note", "not_scheduled"),
    ),
    Verb(
        "approve",
        "Approve",
        "Vouch for exactly these words. Nobody approves what they wrote themselves. Again, when a credit, a name, an "
        "author’s note, a section or a topic changed since.",
        _moves({Status.IN_REVIEW: Status.APPROVED, Status.APPROVED: Status.APPROVED}),
        permission="articles.review",
        needs=("unapproved", "not_scheduled", "checks", "four_eyes"),
    ),
    Verb(
        "publish",
        "Publish now",
        "Give readers the approved words at once.",
        _moves({Status.APPROVED: Status.PUBLISHED}),
        permission="articles.publish",
        needs=("embargo_over", "approval", "checks", "as_approved", "free_address"),
    ),
    Verb(
        "schedule",
        "Schedule",
        "Give readers the approved words at a time to come. A time that it has already is replaced.",
        _moves({Status.APPROVED: Status.APPROVED}),
        permission="articles.publish",
        needs=("approval", "checks", "as_approved", "future_time", "embargo_over", "free_address"),
    ),
    Verb(
        "unschedule",
        "Unschedule",
        "Take the time back; the approval stays.",
        _moves({Status.APPROVED: Status.APPROVED}),
        permission="articles.publish",
        needs=("scheduled",),
    ),
    Verb(
        "embargo",
        "Embargo",
        "Let nothing of the story reach a reader before a time. When it is over, nothing happens by itself.",
        _moves({Status.DRAFT: Status.DRAFT, Status.IN_REVIEW: Status.IN_REVIEW, Status.APPROVED: Status.APPROVED}),
        permission="articles.edit_any",
        own="articles.change_article",
        needs=("with_its_writer", "not_out", "embargo_end"),
    ),
    Verb(
        "spike",
        "Spike",
        "Kill a story that readers never saw. Nothing is deleted; it can be revived.",
        _moves({Status.DRAFT: Status.SPIKED, Status.IN_REVIEW: Status.SPIKED, Status.APPROVED: Status.SPIKED}),
        permission="articles.spike",
        own="articles.change_article",
        needs=("own_only_as_draft", "never_published", "not_scheduled"),
    ),
    Verb(
        "revive",
        "Revive",
        "Bring a spiked story back as a draft.",
        _moves({Status.SPIKED: Status.DRAFT}),
        permission="articles.spike",
        own="articles.change_article",
    ),
)

BY_NAME: Mapping[str, Verb] = MappingProxyType({verb.name: verb for verb in VERBS})

#: Every change of status that any verb makes, for the rule in the database.
STATUS_CHANGES: frozenset[tuple[Status, Status]] = frozenset(
    (before, after) for verb in VERBS for before, after in verb.moves.items() if before != after
)
