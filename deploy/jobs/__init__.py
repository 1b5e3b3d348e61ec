"""定時処理: what the hub does by itself, when, and what became of it."""
