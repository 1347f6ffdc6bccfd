"""What is answered when a request cannot be: pages in the readers' look, none of them a stack trace.

Decides the pages for the statuses 400, 403, 404 and 500. All but 404 need no database, no session and no list of
static files, because any of these may be what is broken.
"""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

_NOT_KEPT = "no-cache"
_CSRF = (
    "The form was open for too long, or the browser sent no cookie with it, so we cannot tell that it was you who "
    "sent it. Go back, load the page again and send it once more; what you typed should still be there."
)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: the desk's page to people at the desk, the readers' page to everybody else."""
    if request.path.startswith("/desk/") and request.user.is_authenticated:
        response = render(request, "admin/404.html", admin.site.each_context(request), status=404)
    else:
        response = render(request, "404.html", status=404)
    response["Cache-Control"] = _NOT_KEPT
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400. No query."""
    return _plain("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403. What was said in the exception is for the log, not for the page. No query."""
    return _plain("403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form that we cannot tell the sender of, and say what to do. No query."""
    return _plain("403.html", 403, reason=_CSRF)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500. No query."""
    return _plain("500.html", 500)


def _plain(template: str, status: int, **words: str) -> HttpResponse:
    page = render_to_string(template, {"site_name": settings.SITE_NAME, **words})
    response = HttpResponse(page, status=status)
    response["Cache-Control"] = _NOT_KEPT
    return response
