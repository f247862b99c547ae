"""Statistics over many episodes: plain rows in, plain figures out. What needs numpy here is imported by jobs only."""
