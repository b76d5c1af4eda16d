"""The settings: one base, and a module for each environment that builds on it."""
