"""What is planned of a story before and while it is written: a short name, a brief, who, by when, how long.

Decides which planning facts there are, how each is tidied, when one is refused, and how its change is told. None
of them is part of what a reader sees, so none voids an approval. Who may change them, and the change itself, is
`workflow.arrange`. Another area adds a fact by adding a row to FACTS.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from articles.conditions import moment
from articles.content import one_line, plain
from articles.models import Article
from authors.models import User

#: A time further from now is a slip of the finger.
_FURTHEST = dt.timedelta(days=731)


class NotPlannable(Exception):
    """A planning fact that cannot be kept; the message is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One planning fact: its name on the desk, how a value becomes one that can be kept, how a change is told."""

    label: str
    tidy: Callable[[Any, dt.datetime], Any]
    told: Callable[[Any], str]


def _short(limit: int, what: str) -> Callable[[Any, dt.datetime], str]:
    def tidy(value: str, now: dt.datetime) -> str:
        text = one_line(value or "")
        if len(text) > limit:
            raise NotPlannable(f"{what} has {len(text)} characters; {limit} are the most.")
        return text

    return tidy


def _brief(value: str, now: dt.datetime) -> str:
    text = plain(value or "").strip()
    if len(text) > 4_000:
        raise NotPlannable(f"The brief has {len(text)} characters; 4000 are the most.")
    return text


def _number(most: int, what: str) -> Callable[[Any, dt.datetime], int | None]:
    def tidy(value: int | None, now: dt.datetime) -> int | None:
        if value is not None and not 0 <= value <= most:
            raise NotPlannable(f"{what} from 0 to {most} can be planned, not {value}.")
        return value

    return tidy


def _due(value: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    if value is not None and abs(value - now) > _FURTHEST:
        raise NotPlannable("That is more than two years from now. Choose another day.")
    return value


def _colleague(value: User | None, now: dt.datetime) -> User | None:
    if value is not None and not value.is_active:
        raise NotPlannable(f"{value} no longer has an account on this desk. Choose somebody else.")
    return value


def _reviewer(value: User | None, now: dt.datetime) -> User | None:
    colleague = _colleague(value, now)
    if colleague is not None and not colleague.has_perm("articles.review"):
        raise NotPlannable(f"{value} does not review stories. Ask an editor.")
    return value


def _said(label: str) -> Callable[[Any], str]:
    return lambda value: f"{label} “{value}”" if value not in (None, "") else f"{label} taken out"


def _counted(label: str) -> Callable[[Any], str]:
    return lambda value: f"{label}: {value}" if value is not None else f"{label}: none"


FACTS: Mapping[str, Fact] = {
    "slugline": Fact("Slugline", _short(60, "The slugline"), _said("slugline")),
    "brief": Fact("Brief", _brief, lambda value: "brief changed" if value else "brief taken out"),
    "assigned_to": Fact(
        "Assigned to", _colleague, lambda value: f"assigned to {value}" if value else "assigned to nobody"
    ),
    "asked_editor": Fact(
        "Editor", _reviewer, lambda value: f"{value} asked to review" if value else "no editor asked to review"
    ),
    "due_at": Fact("Due", _due, lambda value: f"due moved to {moment(value)}" if value else "due time taken out"),
    "words_planned": Fact("Words", _number(100_000, "Words"), _counted("words planned")),
    "pictures_planned": Fact("Pictures", _number(500, "Pictures"), _counted("pictures planned")),
}


def changed(article: Article, given: Mapping[str, Any], *, now: dt.datetime) -> dict[str, tuple[Any, Any]]:
    """Return the facts that would really change, each with its old and its tidied new value.

    Raises NotPlannable with a sentence, and KeyError for a fact that there is none of.
    """
    tidied = {name: FACTS[name].tidy(value, now) for name, value in given.items()}
    return {name: (old, new) for name, new in tidied.items() if (old := getattr(article, name)) != new}


def told(changes: Mapping[str, tuple[Any, Any]]) -> str:
    """Return the changes in words, as histories print them: “Assigned to Ada Marsh; words planned: 600”."""
    told = "; ".join(FACTS[name].told(new) for name, (_, new) in changes.items())
    return told[:1].upper() + told[1:]


def recorded(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, dict[str, Any]]:
    """Return old and new values as JSON can keep them: accounts by number, times in ISO 8601."""
    return {name: {"old": _plain(old), "new": _plain(new)} for name, (old, new) in changes.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, User):
        return value.pk
    return value.isoformat() if isinstance(value, dt.datetime) else value
