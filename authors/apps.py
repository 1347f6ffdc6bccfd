"""People: staff accounts and roles, public bylines."""

from django.apps import AppConfig


class AuthorsConfig(AppConfig):
    """The bottom room: it knows of no other."""

    name = "authors"
    verbose_name = "People"
