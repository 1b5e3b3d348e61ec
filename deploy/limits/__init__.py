"""要求の上限: how often a client, and a till, may ask."""
