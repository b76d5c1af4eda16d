"""The configuration of Conduit: settings and URLs."""
