"""Vase: a typed, batteries-included web framework over a Rust HTTP core."""
