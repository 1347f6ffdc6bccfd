"""Showing a story outside, as a Django app of its own."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Preview links and sign-offs; part of the room of stories."""

    name = "articles.sharing"
    label = "sharing"
    verbose_name = "Shown outside"
