"""The configuration of project_name: settings and URLs."""
