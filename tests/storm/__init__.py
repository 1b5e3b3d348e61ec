"""The whole service in a storm: hubs, PostgreSQL, Redis and lines that fail, and an audit."""
