"""Message queues of Airflow's common messaging."""
