"""Statistics over many episodes: plain rows in, plain figures out. Only jobs import this package; it needs numpy."""
