"""The staff door: Django's admin as the newsroom's desk, at `/desk/`.

Decides who may enter, what the menu offers and where signing in happens. What the home page lists comes from
`articles.desk`; each app registers its own pages.
"""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone


class Desk(AdminSite):
    """The one admin site. Signing in and out are django-allauth's pages, with its rate limits."""

    site_header = settings.SITE_NAME
    site_title = f"{settings.SITE_NAME} desk"
    index_title = "Desk"
    index_template = "desk/home.html"
    enable_nav_sidebar = False
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let active accounts in. No query beyond the session's."""
        return bool(request.user.is_active and request.user.is_authenticated)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the sign-in page, and back to where the person wanted to go."""
        wanted = request.GET.get("next") or reverse("admin:index")
        if self.has_permission(request):
            return redirect("admin:index")
        return redirect_to_login(wanted, reverse("account_login"))

    def logout(  # type: ignore[override]  # any response will do
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Leave it to the page that signs out everywhere else too."""
        return redirect("account_logout")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page shows; for editors, also the stories that are due and not out. One query."""
        from newsroom import watchdog

        late = watchdog.look_from_the_web(now=timezone.now()) if self.has_permission(request) else []
        may_mend = late and request.user.has_perm("articles.publish")
        return {**super().each_context(request), "late_stories": late if may_mend else []}

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Add the pages that belong to no one kind of row."""
        from articles.desk import notices, pages, search

        return [
            path("search/", self.admin_view(search.view), name="search"),
            *(path(route, self.admin_view(view), name=name) for route, view, name in pages.PAGES),
            *notices.urls(self.admin_view),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what this person has to do now."""
        from articles.desk import home

        return super().index(request, {**home.context(request), **(extra_context or {})})
