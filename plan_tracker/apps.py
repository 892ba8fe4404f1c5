from django.contrib.admin.apps import AdminConfig


class PanelConfig(AdminConfig):
    """The administrators' panel: Django's admin, with this project's sign-in and permissions."""

    default_site = "tasks.admin.site.Panel"
