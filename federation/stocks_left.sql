-- What is left of some limited counters, for who only asks.
SELECT stock, total - used AS remaining FROM federation.stocks WHERE stock = ANY(%(stocks)s::text [])
