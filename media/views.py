"""Giving out renditions, to readers and to the desk.

Decides who may see which picture and what caches may do with it. Which renditions exist is decided in
`renditions.py`. Originals are never served, by no address.
"""

import logging

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from media.darkroom import NotMade, develop, folder_of
from media.models import Photo
from media.renditions import CONTENT_TYPES

log = logging.getLogger(__name__)

FOR_EVER = "public, max-age=31536000, immutable"
FOR_STAFF = "private, no-store"


@require_safe
def rendition(request: HttpRequest, digest: str, kind: str, width: int | None) -> HttpResponseBase:
    """Answer with one rendition; `width` None is the share picture. One query for a released photo.

    A photo that is not released is not found, except by those who are signed in to the desk. Only then is the
    session looked at: answers that caches keep for a year do not depend on a cookie.
    """
    photo = (
        Photo.objects.by_digests([digest])
        .only("digest", "original", "format", "width", "height", "released_at")
        .first()
    )
    if photo is None:
        raise Http404("There is no such picture.")
    released = photo.is_released(at=timezone.now())
    if not released and not (request.user.is_authenticated and request.user.is_staff):
        raise Http404("There is no such picture.")
    return answer(request, photo, width=width, kind=kind, cache_control=FOR_EVER if released else FOR_STAFF)


def answer(
    request: HttpRequest, photo: Photo, *, width: int | None, kind: str, cache_control: str = FOR_STAFF
) -> HttpResponseBase:
    """Answer with a rendition to somebody who may see it; the caller has made sure of that. No query.

    Raises Http404 for a width that the picture has not, or when its file cannot be made.
    """
    digest = photo.digest
    if width is not None and width not in photo.picture.widths:
        raise Http404("There is no such picture.")
    name = f"{width or 'share'}.{kind}"
    headers = {"Cache-Control": cache_control, "X-Content-Type-Options": "nosniff"}
    etag = quote_etag(f"{digest[:16]}-{name}")
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return _with(unchanged, headers | {"ETag": etag})
    try:
        file = (folder_of(digest) / name).open("rb")
    except FileNotFoundError:
        try:
            develop(photo)
        except NotMade as error:
            log.error("no rendition: %s", error)
            raise Http404("This picture cannot be shown.") from error
        file = (folder_of(digest) / name).open("rb")
    response = FileResponse(file, content_type=CONTENT_TYPES[kind])
    del response["Content-Disposition"]  # the file's name says nothing to anybody
    return _with(response, headers | {"ETag": etag})


def _with(response: HttpResponse | FileResponse, headers: dict[str, str]) -> HttpResponseBase:
    for name, value in headers.items():
        response[name] = value
    return response
