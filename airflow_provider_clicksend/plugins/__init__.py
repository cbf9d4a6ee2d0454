"""Plugins of Airflow: what the provider adds to Airflow's own pages."""
