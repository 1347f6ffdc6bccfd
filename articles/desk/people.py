"""Colleagues as choices on the desk's pages."""

from authors.models import User
from authors.roles import Role, allows


def reviewers(*, besides: User | None = None) -> list[User]:
    """Return who can be asked to read a story, by name. One query."""
    roles = [role for role in Role if allows(role, "articles.review")]
    return list(User.objects.filter(is_active=True, role__in=roles).exclude(pk=besides.pk if besides else 0))
