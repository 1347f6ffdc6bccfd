"""The table of roles, read as sentences: what each role may do, and above all what it may not."""

import pytest
from django.db import IntegrityError

from authors.models import User
from authors.roles import PERMISSIONS, Role, allowed_in_app, allows

EVERYBODY = {Role.WRITER, Role.PHOTO_EDITOR, Role.EDITOR, Role.CHIEF}
EDITORS = {Role.EDITOR, Role.CHIEF}
PHOTO_DESK = {Role.PHOTO_EDITOR, Role.EDITOR, Role.CHIEF}
CHIEFS = {Role.CHIEF}

# Written out a second time on purpose: whoever widens a right has to say so here, too.
TABLE = {
    "articles.view_article": EVERYBODY,
    "articles.add_article": EVERYBODY,
    "articles.change_article": EVERYBODY,
    "articles.edit_any": EDITORS,
    "articles.review": EDITORS,
    "articles.assign": EDITORS,
    "articles.publish": EDITORS,
    "articles.spike": EDITORS,
    "articles.override_four_eyes": CHIEFS,
    "articles.view_section": EVERYBODY,
    "articles.add_section": CHIEFS,
    "articles.change_section": CHIEFS,
    "articles.view_topic": EVERYBODY,
    "articles.add_topic": EVERYBODY,
    "articles.change_topic": EDITORS,
    "media.view_photo": EVERYBODY,
    "media.add_photo": EVERYBODY,
    "media.change_photo": EVERYBODY,
    "media.edit_any": PHOTO_DESK,
    "authors.view_author": EVERYBODY,
    "authors.add_author": EDITORS,
    "authors.change_author": EDITORS,
    "authors.view_user": CHIEFS,
    "authors.add_user": CHIEFS,
    "authors.change_user": CHIEFS,
    "notices.change_room": CHIEFS,
    "recurring.view_storytemplate": EVERYBODY,
    "recurring.add_storytemplate": EDITORS,
    "recurring.change_storytemplate": EDITORS,
    "recurring.delete_storytemplate": EDITORS,
}


def test_the_table_holds_these_permissions_and_no_other():
    assert {permission.name for permission in PERMISSIONS} == set(TABLE)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", TABLE)
def test_each_role_may_do_what_the_table_says(permission, role):
    user = User(email="somebody@example.org", role=role)

    assert user.has_perm(permission) is (role in TABLE[permission])
    assert user.has_perms([permission]) is (role in TABLE[permission])


@pytest.mark.parametrize("permission", TABLE)
def test_an_account_that_is_switched_off_may_do_nothing(permission):
    user = User(email="chief@example.org", role=Role.CHIEF, is_active=False)

    assert not user.has_perm(permission)
    assert not user.has_module_perms(permission.partition(".")[0])
    assert not user.is_staff


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    "name", ["authors.delete_user", "articles.delete_article", "media.delete_photo", "articles.", "", "*"]
)
def test_what_the_table_does_not_name_is_nobodys(name, role):
    assert not allows(role, name)


@pytest.mark.parametrize("name", ["", "admin", "superuser", "CHIEF"])
def test_a_role_that_does_not_exist_may_do_nothing(name):
    assert not any(allows(name, permission) for permission in TABLE)
    assert not allowed_in_app(name, "articles")


def test_a_chief_may_do_all_that_an_editor_may():
    assert all(allows(Role.CHIEF, permission) for permission in TABLE if allows(Role.EDITOR, permission))


def test_every_permission_says_what_it_means():
    assert all(permission.meaning and permission.roles for permission in PERMISSIONS)


@pytest.mark.django_db
def test_a_role_outside_the_table_cannot_be_stored(writer):
    with pytest.raises(IntegrityError, match="user_role_known"):
        User.objects.filter(pk=writer.pk).update(role="owner")


@pytest.mark.django_db
def test_asking_for_a_permission_costs_no_query(writer, django_assert_num_queries):
    with django_assert_num_queries(0):
        writer.has_perm("articles.publish")
