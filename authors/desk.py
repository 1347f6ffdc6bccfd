"""People on the desk: the chief's page of accounts, and the list of authors.

Decides what a chief may change of an account, and how somebody gets their first password: by mail, never from
the chief. What a role may do stands in `roles.py`. Nobody is deleted here; accounts are switched off.
"""

from collections.abc import Sequence
from typing import Any, cast

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from authors.models import Author, User
from authors.roles import Role


def send_password_mail(request: HttpRequest, user: User) -> None:
    """Mail somebody the link with which they set their own password; it works once, for three days.

    The same mail that “Forgot your password?” sends. Nothing happens for an account that is switched off.
    """
    form = ResetPasswordForm(data={"email": user.email})
    if user.is_active and form.is_valid():
        with request_context(request):  # also when the request is over, as after a commit
            form.save(request)


class AccountForm(forms.ModelForm):
    """An account as a chief sees it."""

    class Meta:
        model = User
        fields = ("name", "email", "role", "is_active")
        error_messages = {"email": {"unique": "There is an account with this address."}}  # noqa: RUF012 - Django's own way

    def clean_email(self) -> str:
        """Return it in small letters: that is how django-allauth looks for it."""
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any] | None:
        """Refuse to leave the newsroom without anybody who can make accounts. One query, where it matters."""
        cleaned = super().clean()
        stays_chief = self.cleaned_data.get("role") == Role.CHIEF and self.cleaned_data.get("is_active", True)
        was_chief = bool(self.instance.pk) and self.initial.get("role") == Role.CHIEF and self.initial.get("is_active")
        if was_chief and not stays_chief:
            # Locked, so that two chiefs who demote each other at the same moment do not both succeed.
            chiefs = User.objects.select_for_update().filter(role=Role.CHIEF, is_active=True).order_by("pk")
            if [chief.pk for chief in chiefs] == [self.instance.pk]:
                raise forms.ValidationError(
                    "This is the only chief editor who can sign in. Make somebody else chief editor first."
                )
        return cleaned


class AccountChoice(forms.ModelChoiceField):
    """Accounts to choose from, by name and address."""

    def label_from_instance(self, obj: User) -> str:
        """Return both."""
        return f"{obj.name} ({obj.email})"


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts: who they are, what they may do, whether they can sign in."""

    form = AccountForm
    list_display = ("name", "email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("name", "email")
    ordering = ("name",)
    readonly_fields = ("last_login", "created_at")
    actions = None
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    change_form_template = "admin/authors/user/change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Ask for less when the account is new."""
        if obj is None:
            return (
                (
                    None,
                    {
                        "fields": ("name", "email", "role"),
                        "description": "They get a mail with a link to set a password of their own.",
                    },
                ),
            )
        return (
            (None, {"fields": ("name", "email", "role", "is_active")}),
            ("Dates", {"fields": ("last_login", "created_at")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Show dates once there are any."""
        return self.readonly_fields if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody: their name stands in histories. Accounts are switched off."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """Save; a new account gets its mail once it is certain that it exists."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            transaction.on_commit(lambda: send_password_mail(request, obj))
        elif "email" in form.changed_data:
            # Addresses that django-allauth remembers would still open the account.
            EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Say that the mail is out, and show the list."""
        messages.success(request, f"{obj.name} has an account. A mail to set a password went to {obj.email}.")
        return HttpResponseRedirect(reverse("admin:authors_user_changelist"))

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address."""
        return [
            path(
                "<int:pk>/password-mail/",
                self.admin_site.admin_view(self.password_mail_view),
                name="authors_user_password_mail",
            ),
            *super().get_urls(),
        ]

    def password_mail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the set-password mail again, on POST only."""
        user = cast("User | None", self.get_object(request, str(pk)))
        if request.method != "POST" or user is None or not self.has_change_permission(request, user):
            raise PermissionDenied
        if user.is_active:
            send_password_mail(request, user)
            self.log_change(request, user, "Sent the mail to set a password.")
            messages.success(request, f"A mail with a link to set a password went to {user.email}.")
        else:
            messages.error(request, "This account is switched off. Switch it on before you send a mail.")
        return HttpResponseRedirect(reverse("admin:authors_user_change", args=[pk]))


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin):
    """Authors: names under stories, with the note that stands at their end."""

    fields = ("name", "slug", "note", "user", "is_active")
    list_display = ("name", "slug", "user", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("user",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    actions = None
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Author | None = None) -> tuple[str, ...]:
        """Keep the slug: readers and other sites link to the author's page."""
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Author | None = None) -> dict[str, Sequence[str]]:
        """Propose a slug from the name while it can still be chosen."""
        return {} if obj else {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: Author, form: forms.ModelForm, change: bool) -> None:
        """Keep who changed the words that stand under stories: four eyes ask for it."""
        if change and {"name", "note"} & set(form.changed_data):
            obj.changed_by = cast("User", request.user)
        obj.save()

    def has_delete_permission(self, request: HttpRequest, obj: Author | None = None) -> bool:
        """Nobody: stories keep their author. Authors are made inactive."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer accounts by name and address, for two people may share a name."""
        if db_field.name == "user":
            kwargs |= {"form_class": AccountChoice, "empty_label": "Nobody: a guest, an agency"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Give the note room for its three sentences."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "note" and field is not None:
            field.widget.attrs["rows"] = 4
        return field

    def view_on_site(self, obj: Author) -> str:
        """Return the author's page as readers see it."""
        return obj.get_absolute_url()
