"""Which door an address belongs to: staff, accounts, pictures, operations; all else is the readers'."""

from django.contrib import admin
from django.urls import include, path

from newsroom import health

urlpatterns = [
    path("desk/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("preview/", include("articles.sharing.urls")),
    path("", include("media.urls")),
    path("", include("articles.public.urls")),
]

handler400 = "newsroom.errors.bad_request"
handler403 = "newsroom.errors.forbidden"
handler404 = "newsroom.errors.not_found"
handler500 = "newsroom.errors.server_error"
