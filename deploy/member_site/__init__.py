"""会員サイト: what a member sees and does on a phone, in the colours of their facility."""
