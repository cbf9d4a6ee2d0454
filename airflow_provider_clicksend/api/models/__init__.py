"""What goes out (strict: an unknown field is an error) and what comes back (lenient: new fields never break a user)."""
