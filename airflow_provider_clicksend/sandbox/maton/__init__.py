"""Maton in front of ClickSend: the gateway, its connections, and faults on the way."""
