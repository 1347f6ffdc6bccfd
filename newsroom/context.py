"""What every template may say: the name of the publication, its sections, and the desk's shortcuts.

Decides the variables `site`, `site_name` and `shortcuts`. Desk pages pay nothing for the sections, which are read
when a template names them, once for a request.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_info

from articles.public.sections import Branch, tree_of
from newsroom.shortcuts import GROUPS


class Site:
    """The publication, as templates see it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    name = property(lambda self: settings.SITE_NAME, doc="Name of the publication.")
    tagline = property(lambda self: settings.SITE_TAGLINE, doc="One line about it; may be empty.")
    url = property(lambda self: settings.SITE_URL, doc="Its address, without a closing slash.")
    language = property(lambda self: settings.LANGUAGE_CODE, doc="Its language, as a BCP 47 tag.")

    @property
    def direction(self) -> str:
        """Return `rtl` or `ltr`, by the site's language."""
        try:
            return "rtl" if get_language_info(settings.LANGUAGE_CODE)["bidi"] else "ltr"
        except KeyError:
            return "ltr"

    @property
    def sections(self) -> Sequence[Branch]:
        """Return the sections of the navigation with their subsections. One query, once for a request."""
        return tree_of(self._request).branches


def site(request: HttpRequest) -> dict[str, Any]:
    """Give templates `site`, `site_name` and `shortcuts`. No query."""
    return {"site": Site(request), "site_name": settings.SITE_NAME, "shortcuts": GROUPS}
