"""Templates for recurring stories, as an app of their own."""

from django.apps import AppConfig


class RecurringConfig(AppConfig):
    """What a story can be started from."""

    name = "articles.recurring"
    label = "recurring"
    verbose_name = "Story templates"
