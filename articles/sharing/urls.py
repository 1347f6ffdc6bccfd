"""What outsiders open: a preview, its lite edition, its pictures, and the forms under it."""

from django.urls import path

import media.urls  # noqa: F401 - registers the converters
from articles.sharing import views
from media.renditions import JPEG, WEBP

app_name = "sharing"

urlpatterns = [
    path("<slug:token>/", views.preview, {"lite": False}, "preview"),
    path("<slug:token>/lite/", views.preview, {"lite": True}, "lite"),
    path("<slug:token>/comment/", views.answer, {"what": "comment"}, "comment"),
    path("<slug:token>/sign-off/", views.answer, {"what": "sign_off"}, "sign_off"),
    path("<slug:token>/photos/<digest:digest>/<rendition_width:width>.webp", views.photo, {"kind": WEBP}, "webp"),
    path("<slug:token>/photos/<digest:digest>/<rendition_width:width>.jpg", views.photo, {"kind": JPEG}, "jpeg"),
]
