"""What the demo and the tests need beside the package: environments, a real Airflow, processes that end with us."""
