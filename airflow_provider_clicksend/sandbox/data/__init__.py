"""What the sandbox holds: its database, a new account, and what others do in it."""
