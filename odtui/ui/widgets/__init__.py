"""One module, one widget."""
