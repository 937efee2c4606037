"""One module, one screen."""
