"""Telling people, as a Django app of its own."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices, choices and deliveries; part of the room of stories."""

    name = "articles.notices"
    label = "notices"
    verbose_name = "Notices"
