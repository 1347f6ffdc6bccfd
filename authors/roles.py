"""Roles as data: who may do what.

Decides which permissions each role carries. Whether a verb is allowed on one story in one state stands in
`articles/transitions.py`; that table names permissions from here. `docs/roles.md` is made from this one.
"""

from dataclasses import dataclass

from django.db import models


class Role(models.TextChoices):
    """What somebody is in this newsroom. Nobody has two roles; a chief can do all that an editor can."""

    WRITER = "writer", "Writer"
    PHOTO_EDITOR = "photo_editor", "Photo editor"
    EDITOR = "editor", "Editor"
    CHIEF = "chief", "Chief editor"


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that somebody may do, in words for the docs and the refusals."""

    name: str
    meaning: str
    roles: frozenset[Role]


_EVERYBODY = frozenset(Role)
_EDITORS = frozenset({Role.EDITOR, Role.CHIEF})
_PHOTO = frozenset({Role.PHOTO_EDITOR, Role.EDITOR, Role.CHIEF})
_CHIEF = frozenset({Role.CHIEF})

PERMISSIONS: tuple[Permission, ...] = (
    Permission("articles.view_article", "read every story on the desk, in every state", _EVERYBODY),
    Permission("articles.add_article", "start a story", _EVERYBODY),
    Permission("articles.change_article", "write and submit one’s own stories", _EVERYBODY),
    Permission("articles.edit_any", "write and submit everybody’s stories", _EDITORS),
    Permission("articles.review", "send stories back, and approve what others wrote", _EDITORS),
    Permission(
        "articles.assign", "assign stories to colleagues and plan everybody’s (one’s own need no permission)", _EDITORS
    ),
    Permission("articles.publish", "publish, schedule and unschedule approved stories", _EDITORS),
    Permission(
        "articles.spike", "spike and revive everybody’s stories (one’s own drafts need no permission)", _EDITORS
    ),
    Permission("articles.override_four_eyes", "approve one’s own words, with a reason that stays on record", _CHIEF),
    Permission("articles.view_section", "see the list of sections", _EVERYBODY),
    Permission("articles.add_section", "add sections", _CHIEF),
    Permission("articles.change_section", "change sections", _CHIEF),
    Permission("articles.view_topic", "see the list of topics", _EVERYBODY),
    Permission("articles.add_topic", "add topics", _EVERYBODY),
    Permission("articles.change_topic", "change topics", _EDITORS),
    Permission("recurring.view_storytemplate", "start stories from templates, and see the list of them", _EVERYBODY),
    Permission("recurring.add_storytemplate", "make templates of stories", _EDITORS),
    Permission("recurring.change_storytemplate", "rename and place templates", _EDITORS),
    Permission("recurring.delete_storytemplate", "delete templates", _EDITORS),
    Permission("media.view_photo", "look through the photo library", _EVERYBODY),
    Permission("media.add_photo", "upload photos", _EVERYBODY),
    Permission("media.change_photo", "change captions, credits and alt texts of one’s own uploads", _EVERYBODY),
    Permission("media.edit_any", "change captions, credits and alt texts of every photo", _PHOTO),
    Permission("authors.view_author", "see the list of authors", _EVERYBODY),
    Permission("authors.add_author", "add authors", _EDITORS),
    Permission("authors.change_author", "change authors and their notes", _EDITORS),
    Permission("authors.view_user", "see who has an account", _CHIEF),
    Permission("authors.add_user", "make accounts", _CHIEF),
    Permission("notices.change_room", "set the newsroom’s chat room and what is told there", _CHIEF),
    Permission("authors.change_user", "change accounts and roles, and switch accounts off", _CHIEF),
)

_ROLES_OF = {permission.name: permission.roles for permission in PERMISSIONS}


def allows(role: str, permission: str) -> bool:
    """Tell whether a role carries a permission. A permission that is not in the table is nobody's."""
    return role in _ROLES_OF.get(permission, frozenset())


def allowed_in_app(role: str, app_label: str) -> bool:
    """Tell whether a role carries any permission of an app."""
    return any(role in p.roles for p in PERMISSIONS if p.name.partition(".")[0] == app_label)
