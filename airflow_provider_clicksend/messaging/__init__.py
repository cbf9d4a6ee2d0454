"""What we know about texting, as plain functions of plain values: no Airflow, no I/O, no clock."""
