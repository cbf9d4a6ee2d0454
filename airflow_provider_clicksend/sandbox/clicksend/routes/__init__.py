"""ClickSend's operations, one module a resource; the paths are those after ``/clicksend/v3``."""
