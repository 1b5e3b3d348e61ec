"""The books: members, lots, entries, draws. It imports nothing of ours."""
