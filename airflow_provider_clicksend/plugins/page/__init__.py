"""The page behind the tab *Messages*; nothing of it is imported before somebody opens one."""
