"""The clinical record as data: which parts it has, what each may hold, and what in it does not fit together."""
