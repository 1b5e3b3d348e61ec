"""郵便: the words of what members are told, and their way to the SMTP server."""
