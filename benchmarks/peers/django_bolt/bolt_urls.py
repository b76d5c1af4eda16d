"""Bolt routes by its own table; Django wants a URL conf all the same."""

urlpatterns: list[object] = []
