"""Stories: what they say, how they move, how they reach readers."""

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    """The room of stories; it knows pictures and people."""

    name = "articles"
    verbose_name = "Stories"
