"""不正の兆候: patterns in the books that somebody should look at; each lists its entries."""
