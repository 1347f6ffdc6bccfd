"""What every answer to a reader has in common.

Decides methods, caching and conditional requests. Pages are public and the same for everybody, so nothing here
or behind it may look at cookies, sessions or who is signed in: `Vary: Cookie` would make each reader's copy a
page of its own.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

#: Keep it, and ask every time: a correction reaches readers with their next click.
CACHE_CONTROL = "public, max-age=0, must-revalidate"


def for_readers[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Answer GET and HEAD with a validator; refuse other methods (405).

    The validator is a digest of the page itself, so that whatever changes a page changes it, templates and
    names of sections included. Django's ConditionalGetMiddleware compares it and answers 304; it stands outside
    the middleware that would give a 304 a wrong Content-Length. Views are exempt from CSRF checks as they change
    nothing; a POST is told 405.
    """

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            refusal = render(request, "405.html", status=405)
            refusal["Allow"] = "GET, HEAD"
            return refusal
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", CACHE_CONTROL)
        if response.status_code == 200:
            response["ETag"] = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
            patch_vary_headers(response, ["Accept-Encoding"])  # a 304 has to say it too (RFC 9110 §15.4.5)
        return response

    return answer


def changed_at(response: HttpResponse, *moments: dt.datetime | None) -> HttpResponse:
    """Set `Last-Modified` to the latest of some moments, in whole seconds; without any, leave it out."""
    known = [moment for moment in moments if moment is not None]
    if known:
        response["Last-Modified"] = http_date(int(max(known).timestamp()))
    return response


def only_value(request: HttpRequest, name: str) -> str | None:
    """Return the value of a query parameter, None without it. Raises Http404 when it is there twice."""
    values = request.GET.getlist(name)
    if len(values) > 1:
        raise Http404("A parameter is repeated.")
    return values[0] if values else None
