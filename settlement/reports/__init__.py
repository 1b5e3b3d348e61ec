"""集計: what finance and facilities look at beside statements, tied to the books to the point."""
