"""How bylines are printed: what each role is called, and who stands together behind one word.

Pure. Which people a story names is part of `content.StoryContent`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models


class BylineRole(models.TextChoices):
    """What somebody did for a story; the label is printed before the names."""

    WRITER = "writer", "By"
    REPORTING = "reporting", "Additional reporting by"
    PHOTOGRAPHER = "photographer", "Photographs by"
    GRAPHICS = "graphics", "Graphics by"
    TRANSLATOR = "translator", "Translated by"


@dataclass(frozen=True, slots=True)
class BylineGroup:
    """People who did the same, in the order in which they are printed."""

    label: str
    people: tuple[Mapping[str, Any], ...]


def groups(bylines: Iterable[Mapping[str, Any]]) -> list[BylineGroup]:
    """Return the bylines by role: roles in the table's order, people in their own.

    A byline is a mapping with `role`, `name` and `slug`; one with an unknown role is printed with the writers.
    """
    people: dict[str, list[Mapping[str, Any]]] = {role: [] for role in BylineRole.values}
    for byline in bylines:
        people.get(byline["role"], people[BylineRole.WRITER]).append(byline)
    return [BylineGroup(BylineRole(role).label, tuple(found)) for role, found in people.items() if found]
