"""紙面: what finance people read of a settlement, as documents, tables and journals."""
