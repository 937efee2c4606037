"""Settings, scopes, clouds and directories; imported by all, imports none."""
