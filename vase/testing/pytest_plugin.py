"""The fixtures of Vase for pytest."""
