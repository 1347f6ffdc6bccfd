"""People: staff accounts, and the public names under stories.

Decides who can sign in and what an author page is about. What a role may do stands in `roles.py`. Nobody is
deleted: an account is switched off, an author is made inactive, and their work keeps their name.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from authors.roles import Role, allowed_in_app, allows


class UserManager(BaseUserManager["User"]):
    """Makes accounts. E-mail addresses are kept in small letters, as sign-in looks for them."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account with this address, whatever its capitals."""
        return self.get(email__iexact=username)

    def create_user(
        self, email: str, password: str | None = None, *, name: str = "", role: str = Role.WRITER
    ) -> "User":
        """Make an account. Without a password nobody can sign in to it until one is set by mail."""
        user = self.model(email=email.strip().lower(), name=name or email.partition("@")[0], role=role)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a chief's account; `manage.py createsuperuser` calls this."""
        return self.create_user(email, password, name=fields.get("name", ""), role=Role.CHIEF)


class User(AbstractBaseUser):
    """A staff account. The e-mail address is the login; there are no accounts for readers."""

    email = models.EmailField("email", unique=True, error_messages={"unique": "There is an account with this address."})
    name = models.CharField("name", max_length=120, help_text="As colleagues see it in histories and notes.")
    role = models.CharField("role", max_length=20, choices=Role.choices, default=Role.WRITER)
    is_active = models.BooleanField("can sign in", default=True, help_text="Switch off instead of deleting.")
    created_at = models.DateTimeField("created", auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    # Rights come from the role alone; Django's admin asks for this name.
    is_superuser = False

    class Meta:
        verbose_name = "account"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_in_small_letters",
                violation_error_message="Write the address in small letters.",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Every account is staff; an account that is switched off is nobody."""
        return self.is_active

    def get_full_name(self) -> str:
        """Return the name as colleagues see it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the first part of the name, for greetings."""
        return self.name.split(" ")[0]

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Tell whether the role carries this permission. No query; `obj` is judged by the verb, not here."""
        return self.is_active and allows(self.role, perm)

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Tell whether the role carries all these permissions. No query."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether the role can do anything in this app. No query."""
        return self.is_active and allowed_in_app(self.role, app_label)


class AuthorQuerySet(models.QuerySet["Author"]):
    """Reading rules for authors."""

    def active(self) -> "AuthorQuerySet":
        """Authors that can be put under a story today."""
        return self.filter(is_active=True)


class Author(models.Model):
    """A public byline: a person with a page, an account on the desk or not."""

    name = models.CharField("name", max_length=120, help_text="As it stands under stories.")
    slug = models.SlugField(
        "slug",
        max_length=120,
        unique=True,
        help_text="Last part of the author page’s address. It cannot change later: readers keep links to it.",
    )
    note = models.TextField(
        "author’s note",
        blank=True,
        max_length=600,
        help_text="One to three sentences at the end of each story: who this is and what they cover.",
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="author",
        verbose_name="account",
        help_text="Who this is on the desk; their stories are “my stories”.",
    )
    is_active = models.BooleanField(
        "active", default=True, help_text="Inactive authors keep their page and their stories."
    )

    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="Who changed last what stories print of it; they cannot approve these stories.",
    )

    objects: ClassVar[models.Manager["Author"]] = AuthorQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (models.CheckConstraint(condition=~models.Q(name=""), name="author_has_a_name"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the author's public page."""
        return reverse("public:author", args=[self.slug])
