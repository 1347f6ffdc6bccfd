"""Who gets in, who does not, and what a stranger can learn from trying."""

import re

import pytest
from allauth.mfa.totp.internal import auth
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from authors.models import User
from tests.builders import PASSWORD

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
WRONG = "The email address and/or password you specified are not correct."


def sign_in(email: str, password: str = PASSWORD, *, wanted: str = "", client: Client | None = None):
    """Send the sign-in form, as a browser would."""
    data = {"login": email, "password": password, **({"next": wanted} if wanted else {})}
    return (client or Client()).post(LOGIN, data)


def test_the_sign_in_page_has_the_promised_labels(client):
    page = client.get(LOGIN).content.decode()

    assert re.search(r'<label for="id_login">Email</label>', page)
    assert re.search(r'<label for="id_password">Password</label>', page)
    assert re.search(r"<button[^>]*>Sign in</button>", page)
    assert "Forgot your password?" in page
    assert "Sign in with a passkey" in page
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_sign_in_leads_to_the_desk(writer):
    answer = sign_in(writer.email)

    assert answer.status_code == 302
    assert answer["Location"] == "/desk/"


@pytest.mark.parametrize("change", [str.upper, str.capitalize, lambda email: f"  {email} "])
def test_capitals_and_spaces_in_the_address_do_not_matter(writer, change):
    assert sign_in(change(writer.email)).status_code == 302


def test_an_address_stored_with_capitals_signs_in_in_small_letters(db):
    User.objects.create_user("Mara.Lind@Example.org", PASSWORD, name="Mara Lind")

    assert sign_in("mara.lind@example.org").status_code == 302


def test_two_accounts_cannot_differ_by_capitals_only(writer):
    with pytest.raises(ValidationError, match="There is an account with this address."):
        User.objects.create_user(writer.email.upper(), PASSWORD, name="Somebody Else")


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(writer):
    known = sign_in(writer.email, "not the password").content.decode()
    unknown = sign_in("nobody@example.org", "not the password").content.decode()

    assert WRONG in known
    assert WRONG in unknown


def test_what_was_typed_comes_back_but_never_the_password(writer):
    page = sign_in(writer.email, "a secret that is wrong").content.decode()

    assert f'value="{writer.email}"' in page
    assert "a secret that is wrong" not in page


def test_hostile_text_in_the_address_comes_back_harmless(db):
    page = sign_in('"><script>alert(1)</script>@example.org', "x").content.decode()

    assert "<script>alert(1)" not in page


def test_after_five_wrong_passwords_even_the_right_one_waits(writer):
    client = Client()
    for _ in range(5):
        sign_in(writer.email, "not the password", client=client)

    page = sign_in(writer.email, client=client)

    assert page.status_code == 200
    assert "Too many failed login attempts" in page.content.decode()


def test_too_many_tries_from_one_place_get_a_sentence(db):
    client = Client()
    answers = [sign_in(f"person{number}@example.org", "x", client=client) for number in range(31)]

    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].content.decode()


def test_an_account_that_is_switched_off_does_not_sign_in(writer):
    User.objects.filter(pk=writer.pk).update(is_active=False)
    client = Client()

    answer = sign_in(writer.email, client=client)

    assert "_auth_user_id" not in client.session
    assert answer.status_code in {200, 302}
    assert client.get("/desk/").status_code == 302


def test_switching_an_account_off_ends_its_sessions(writer, as_user):
    client = as_user(writer)
    assert client.get("/desk/").status_code == 200

    User.objects.filter(pk=writer.pk).update(is_active=False)

    assert client.get("/desk/", follow=True).redirect_chain[-1][0].startswith(LOGIN)


def test_an_account_without_a_password_cannot_sign_in_with_none(db):
    User.objects.create_user("new@example.org", name="New Person")

    assert sign_in("new@example.org", "").status_code == 200
    assert sign_in("new@example.org", "!").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/desk/articles/article/", "/desk/articles/article/"),
        ("https://evil.example/", "/desk/"),
        ("//evil.example/", "/desk/"),
        ("/\\evil.example", "/desk/"),
        ("javascript:alert(1)", "/desk/"),
    ],
)
def test_sign_in_leads_back_to_this_site_only(writer, wanted, led_to):
    assert sign_in(writer.email, wanted=wanted)["Location"] == led_to


def test_the_desk_sends_strangers_to_the_sign_in_page_and_back(client):
    answer = client.get("/desk/articles/article/?mine=1", follow=True)

    assert answer.redirect_chain[-1][0] == f"{LOGIN}?next=/desk/articles/article/%3Fmine%3D1"
    assert 'name="next" value="/desk/articles/article/?mine=1"' in answer.content.decode()


def test_sign_out_takes_a_post(writer, as_user):
    client = as_user(writer)

    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert client.get("/desk/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/desk/").status_code == 302


def test_nobody_signs_up(client):
    page = client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})

    assert "There is no sign-up here" in page
    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/inactive/",
    ],
)
def test_pages_for_everybody(client, path):
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.content.count(b"<h1") == 1
    assert answer.content.count(b"<main") == 1


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/logout/",
    ],
)
def test_pages_for_those_who_are_signed_in(client, writer, as_user, path):
    assert client.get(path)["Location"].startswith(LOGIN) if path != "/accounts/logout/" else True

    answer = as_user(writer).get(path)
    assert answer.status_code == 200
    assert answer.content.count(b"<h1") == 1
    assert answer.content.count(b"<main") == 1


def test_no_account_page_has_a_script_or_style_in_it(client, writer, as_user):
    for signed_in, path in [
        (client, LOGIN),
        (as_user(writer), "/accounts/2fa/"),
        (as_user(writer), "/accounts/password/change/"),
    ]:
        answer = signed_in.get(path)
        page = answer.content.decode()
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
        assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", page)


# --- Setting a password -----------------------------------------------------------------------------------------


def link_in(message: mail.EmailMessage) -> str:
    """Return the path of the link in a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(message.body))
    assert found
    return found[1]


def test_a_forgotten_password_is_set_by_mail(writer):
    client = Client()
    answer = client.post("/accounts/password/reset/", {"email": writer.email.upper()})
    assert answer["Location"] == "/accounts/password/reset/done/"

    (message,) = mail.outbox
    assert message.to == [writer.email.upper()] or message.to == [writer.email]
    assert message.subject == "The Example: Set your password"
    assert f"Hello {writer.get_short_name()}" in message.body

    page = client.get(link_in(message), follow=True)
    assert "Set a new password" in page.content.decode()
    new = "another long passphrase"
    done = client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert done["Location"] == "/accounts/password/reset/key/done/"
    assert sign_in(writer.email, new).status_code == 302
    assert sign_in(writer.email, PASSWORD).status_code == 200


def test_the_link_works_once(writer):
    client = Client()
    client.post("/accounts/password/reset/", {"email": writer.email})
    link = link_in(mail.outbox[0])
    page = client.get(link, follow=True)
    client.post(
        page.redirect_chain[-1][0], {"password1": "another long passphrase", "password2": "another long passphrase"}
    )

    assert "This link no longer works" in Client().get(link, follow=True).content.decode()


def test_a_stranger_learns_nothing_from_asking_for_a_password(writer):
    known = Client().post("/accounts/password/reset/", {"email": writer.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.org"})

    assert known["Location"] == unknown["Location"]
    assert known.status_code == unknown.status_code
    assert "There is no account with this address" in mail.outbox[1].subject


def test_an_account_that_is_switched_off_gets_no_link(writer):
    User.objects.filter(pk=writer.pk).update(is_active=False)

    Client().post("/accounts/password/reset/", {"email": writer.email})

    assert all("/password/reset/key/" not in message.body for message in mail.outbox)


@pytest.mark.parametrize("password", ["short", "1234567890123", "password1234"])
def test_weak_passwords_are_refused(writer, as_user, password):
    client = as_user(writer)

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": password, "password2": password})

    assert sign_in(writer.email, password).status_code == 200


def test_changing_the_password_asks_for_the_old_one_and_says_so_by_mail(writer, as_user):
    client = as_user(writer)
    new = "another long passphrase"

    wrong = client.post("/accounts/password/change/", {"oldpassword": "no", "password1": new, "password2": new})
    assert wrong.status_code == 200
    right = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert right.status_code == 302
    assert sign_in(writer.email, new).status_code == 302


# --- Second factor ------------------------------------------------------------------------------------------------


def confirmed(user: User) -> Client:
    """Return a client that signed in and gave the password once more, as changes to the sign-in ask for."""
    client = Client()
    sign_in(user.email, client=client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def code_now(secret: str) -> str:
    """Return what an authenticator app shows at this moment."""
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


def test_a_change_to_the_second_factor_asks_for_the_password_again(writer, as_user):
    client = as_user(writer)

    answer = client.get("/accounts/2fa/totp/activate/", follow=True)

    assert "Is it you?" in answer.content.decode()


def test_a_writer_sets_up_an_authenticator_app_and_needs_it_from_then_on(writer):
    client = confirmed(writer)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>(\w+)</code>", page)
    assert secret
    assert 'src="data:image/svg+xml' in page

    client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret[1])})
    assert "Recovery codes" in client.get("/accounts/2fa/recovery-codes/").content.decode()

    other = Client()
    answer = sign_in(writer.email, client=other)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert "Second step" in other.get(answer["Location"]).content.decode()
    assert other.get("/desk/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/", "/accounts/email/"]
)
def test_looking_at_the_address_does_not_lock_out_the_second_factor(writer, path):
    client = confirmed(writer)

    client.get("/accounts/email/")

    assert client.get(path).status_code == 200
