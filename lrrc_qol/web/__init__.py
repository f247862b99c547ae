"""Pages: routes parse and render, services decide."""
