"""Tests of the site as a whole; those of an app live in the app."""
