"""canonym: one name for one thing."""
