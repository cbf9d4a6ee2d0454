"""ClickSend: what it accepts, what becomes of it, and how it is shown."""
