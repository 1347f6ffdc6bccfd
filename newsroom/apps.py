"""Makes the desk the site that `@admin.register` means, and finds every app's `desk` module."""

from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import autodiscover_modules


class DeskConfig(SimpleAdminConfig):
    """Django's admin with the newsroom's desk as its one site; third-party `admin` modules stay out of it."""

    default_site = "newsroom.desk.Desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Register what each app declares in its `desk` module."""
        super().ready()
        autodiscover_modules("desk")
