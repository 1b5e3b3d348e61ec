"""Who takes part: shops, tills, terms, campaigns, and what a till may ask."""
