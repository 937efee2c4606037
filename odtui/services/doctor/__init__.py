"""`odtui doctor`: settings, sign-ins, terminal, versions and the way to OneDrive, for users and for bug reports."""
