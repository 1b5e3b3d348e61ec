"""与信: what tenants owe over all that is not settled, and what happens where it is too much."""
