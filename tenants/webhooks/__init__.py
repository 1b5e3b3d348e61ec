"""外へ知らせる: where tenants are told of what happened, and how it gets there."""
