"""Profiles: who writes. Accounts and login come later; until then a profile is named, not proved."""
