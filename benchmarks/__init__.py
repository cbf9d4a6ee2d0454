"""What a send costs, and what becomes of messages when things go wrong, side by side with what else there is."""
