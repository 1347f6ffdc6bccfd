"""What every answer goes through that Django’s own middleware does not do."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressText(GZipMiddleware):
    """Compress pages and feeds; pictures are compressed already and keep their length and their file."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response, compressed unless it is a picture or a font."""
        if response.headers.get("Content-Type", "").startswith(("image/", "font/")):
            return response
        return super().process_response(request, response)
