"""Text, call and ask people from Apache Airflow, through ClickSend behind Maton's gateway."""

__version__ = "0.1.0"
