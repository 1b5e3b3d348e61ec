"""監査証跡: who did what beside the books, from where, with which right."""
