"""運営画面: the operator's registers and programme as pages."""
