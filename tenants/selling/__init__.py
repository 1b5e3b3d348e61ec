"""売上の累計: what was sold, issued and used, by shop, business date and hour."""
