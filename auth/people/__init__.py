"""担当者と会員: people who sign in for themselves, at the console or as a member."""
