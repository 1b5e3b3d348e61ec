"""知らせ: what members are reminded of, and their letters on the way."""
