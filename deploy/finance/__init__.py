"""経理の画面: cycles, statements, payments and books, as the finance office sees them."""
