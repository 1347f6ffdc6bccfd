"""Accounts and authors on the desk: whose pages they are, and what a forged request gains."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from authors.models import Author, User
from authors.roles import Role
from tests import builders

pytestmark = pytest.mark.django_db

ACCOUNTS = "/desk/authors/user/"
AUTHORS = "/desk/authors/author/"

# Who sees what: everybody reads the list of authors, editors change it, chiefs alone have accounts.
PAGES = [
    (ACCOUNTS, {"chief"}),
    (f"{ACCOUNTS}add/", {"chief"}),
    (f"{ACCOUNTS}{{user}}/change/", {"chief"}),
    (f"{ACCOUNTS}{{user}}/history/", {"chief"}),
    (AUTHORS, {"writer", "second_writer", "photo_editor", "editor", "chief"}),
    (f"{AUTHORS}add/", {"editor", "chief"}),
    (f"{AUTHORS}{{author}}/change/", {"writer", "second_writer", "photo_editor", "editor", "chief"}),
    (f"{ACCOUNTS}{{user}}/delete/", set()),
    (f"{AUTHORS}{{author}}/delete/", set()),
]


@pytest.mark.parametrize(("path", "allowed"), PAGES)
def test_each_page_is_for_its_readers_only(cast, as_user, path, allowed):
    author = builders.make_author("Ada Marsh")
    path = path.format(user=cast["second_writer"].pk, author=author.pk)

    for name, user in cast.items():
        assert as_user(user).get(path).status_code == (200 if name in allowed else 403), name
    assert Client().get(path, follow=True).redirect_chain[-1][0].startswith("/accounts/login/")


def account(user: User, **changes: object) -> dict[str, object]:
    """Return the form of an account, with some fields changed."""
    fields = {"name": user.name, "email": user.email, "role": user.role, "is_active": "on", **changes}
    return {name: value for name, value in fields.items() if value is not None}


@pytest.mark.parametrize("who", ["writer", "photo_editor", "editor"])
def test_a_forged_request_makes_nobody_a_chief(cast, as_user, who):
    user = cast[who]

    answer = as_user(user).post(f"{ACCOUNTS}{user.pk}/change/", account(user, role=Role.CHIEF))

    assert answer.status_code == 403
    assert User.objects.get(pk=user.pk).role == user.role


@pytest.mark.parametrize("who", ["writer", "photo_editor", "editor"])
def test_a_forged_request_makes_no_account_and_sends_no_mail(cast, as_user, who):
    client = as_user(cast[who])

    made = client.post(f"{ACCOUNTS}add/", {"name": "Mole", "email": "mole@example.org", "role": Role.CHIEF})
    sent = client.post(f"{ACCOUNTS}{cast['chief'].pk}/password-mail/")

    assert (made.status_code, sent.status_code) == (403, 403)
    assert not User.objects.filter(email="mole@example.org").exists()
    assert mail.outbox == []


def test_a_writer_changes_no_author_by_a_forged_request(writer, as_user):
    author = builders.make_author("Ada Marsh", note="Ada covers ports.")

    answer = as_user(writer).post(f"{AUTHORS}{author.pk}/change/", {"name": "Eve", "note": "", "is_active": "on"})

    assert answer.status_code == 403
    assert Author.objects.get(pk=author.pk).name == "Ada Marsh"


@pytest.mark.parametrize("who", ["writer", "photo_editor", "editor", "chief"])
def test_nobody_deletes_an_account_or_an_author(cast, as_user, who):
    author = builders.make_author("Ada Marsh")
    client = as_user(cast[who])

    for path in (f"{ACCOUNTS}{cast['second_writer'].pk}/delete/", f"{AUTHORS}{author.pk}/delete/"):
        assert client.post(path, {"post": "yes"}).status_code == 403
    for path, rows in ((ACCOUNTS, User), (AUTHORS, Author)):
        client.post(path, {"action": "delete_selected", "_selected_action": [rows.objects.first().pk], "post": "yes"})

    assert User.objects.count() == len(cast)
    assert Author.objects.count() == 1


def test_a_new_account_gets_a_mail_to_set_its_own_password(chief, as_user, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_user(chief).post(
            f"{ACCOUNTS}add/", {"name": "Nora New", "email": "Nora@Example.org", "role": Role.EDITOR}, follow=True
        )

    user = User.objects.get(email="nora@example.org")
    assert "Nora New has an account." in answer.content.decode()
    assert user.role == Role.EDITOR
    assert user.is_active
    assert not user.has_usable_password()
    (message,) = mail.outbox
    assert message.to == ["nora@example.org"]
    assert "/accounts/password/reset/key/" in message.body


def test_an_account_that_was_not_made_gets_no_mail(chief, as_user, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_user(chief).post(
            f"{ACCOUNTS}add/", {"name": "Clara Again", "email": chief.email.upper(), "role": Role.EDITOR}
        )

    assert "There is an account with this address." in answer.content.decode()
    assert mail.outbox == []


def test_the_button_sends_the_mail_again(chief, writer, as_user):
    client = as_user(chief)

    page = client.post(f"{ACCOUNTS}{writer.pk}/password-mail/", follow=True)

    assert f"A mail with a link to set a password went to {writer.email}." in page.content.decode()
    assert len(mail.outbox) == 1
    assert client.get(f"{ACCOUNTS}{writer.pk}/password-mail/").status_code == 403


def test_no_mail_goes_to_an_account_that_is_switched_off(chief, writer, as_user):
    User.objects.filter(pk=writer.pk).update(is_active=False)

    page = as_user(chief).post(f"{ACCOUNTS}{writer.pk}/password-mail/", follow=True)

    assert "This account is switched off." in page.content.decode()
    assert mail.outbox == []


def test_a_chief_changes_a_role(chief, writer, as_user):
    as_user(chief).post(f"{ACCOUNTS}{writer.pk}/change/", account(writer, role=Role.EDITOR))

    assert User.objects.get(pk=writer.pk).has_perm("articles.publish")


@pytest.mark.parametrize("changes", [{"role": Role.EDITOR}, {"is_active": None}])
def test_the_last_chief_stays_chief(chief, as_user, changes):
    answer = as_user(chief).post(f"{ACCOUNTS}{chief.pk}/change/", account(chief, **changes))

    assert "This is the only chief editor who can sign in." in answer.content.decode()
    chief.refresh_from_db()
    assert (chief.role, chief.is_active) == (Role.CHIEF, True)


def test_a_chief_may_go_where_there_is_another(chief, as_user):
    builders.make_user("deputy.chief@example.org", "Dora Chief", Role.CHIEF)

    as_user(chief).post(f"{ACCOUNTS}{chief.pk}/change/", account(chief, role=Role.EDITOR))

    chief.refresh_from_db()
    assert chief.role == Role.EDITOR


def test_an_old_address_opens_nothing_once_the_chief_changed_it(chief, writer, as_user):
    old = writer.email
    EmailAddress.objects.create(user=writer, email=old, verified=True, primary=True)

    as_user(chief).post(f"{ACCOUNTS}{writer.pk}/change/", account(writer, email="moved@example.org"))
    answer = Client().post("/accounts/login/", {"login": old, "password": builders.PASSWORD})

    assert User.objects.get(pk=writer.pk).email == "moved@example.org"
    assert answer.status_code == 200


def test_an_authors_slug_cannot_change(editor, as_user):
    author = builders.make_author("Ada Marsh")

    as_user(editor).post(
        f"{AUTHORS}{author.pk}/change/", {"name": "Ada Marsh-Hill", "slug": "other", "note": "", "is_active": "on"}
    )

    author.refresh_from_db()
    assert (author.name, author.slug) == ("Ada Marsh-Hill", "ada-marsh")


@pytest.mark.parametrize("value", ['<script>alert("x")</script>', '"><img src=x onerror=alert(1)>'])
def test_hostile_names_are_shown_as_text(chief, as_user, value):
    user = builders.make_user("mallory@example.org", value)
    builders.make_author(value, slug="mallory", note=value)
    client = as_user(chief)

    for path in (ACCOUNTS, f"{ACCOUNTS}{user.pk}/change/", AUTHORS):
        page = client.get(path).content.decode()
        assert value not in page
    assert value not in as_user(user).get("/accounts/2fa/").content.decode()


def test_the_list_of_accounts_costs_the_same_for_many(chief, as_user, django_assert_max_num_queries):
    for number in range(30):
        builders.make_user(f"person{number}@example.net", f"Person {number}")
    client = as_user(chief)

    with django_assert_max_num_queries(6):
        client.get(ACCOUNTS)
