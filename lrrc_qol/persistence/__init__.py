"""Tables, their types, and the queries that read them."""
