"""Waiting for the handset and for the answer."""
