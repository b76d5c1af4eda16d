"""Applications of other frameworks, each with the same set of paths, as their own users write them."""
