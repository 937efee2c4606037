"""Questions: modal screens that are left by dismiss(value)."""
