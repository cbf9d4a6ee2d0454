"""Airflow operators: a signature over a method of the client each."""
