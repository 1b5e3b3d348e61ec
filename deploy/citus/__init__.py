"""The books on Citus: where each table lies, which rules keep it possible, and what differs."""
