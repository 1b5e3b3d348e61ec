"""締めの後: what happens to a cycle once it is sealed, until every yen of it has moved."""
