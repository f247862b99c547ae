"""One use case per file; each runs inside the transaction its caller opened."""
