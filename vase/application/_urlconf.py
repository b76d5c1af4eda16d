"""The root URL conf, which `ROOT_URLCONF` names."""

from collections.abc import Sequence

from vase.conf import Settings
from vase.urls import Include, Mount, URLPattern

__all__ = ["load_urlconf"]


def load_urlconf(settings: Settings) -> Sequence[URLPattern]:
    """Return the routes of the root URL conf.

    It is included like any other module, so that its mistakes are told in the same way.
    """
    if settings.ROOT_URLCONF is None:
        return ()
    # The line to mend is that of the setting.
    place = settings.origin("ROOT_URLCONF").place
    return [Mount(path="", included=Include(settings.ROOT_URLCONF, None, place), place=place)]
