"""The control API under ``/sandbox`` and the page for people."""
