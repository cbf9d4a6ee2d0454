"""Sending and waiting over a client and a clock: usable from any Python program, no Airflow in here."""
