"""Alerts: what calls or texts a person when something happens."""
