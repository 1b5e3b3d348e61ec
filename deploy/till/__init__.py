"""レジの画面: a till in a browser, made of the public API alone."""
