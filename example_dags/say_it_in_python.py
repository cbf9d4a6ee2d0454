"""A function whose words are texted: one text for everybody, or a row for each person."""

from airflow.providers.common.compat.sdk import DAG, task

with DAG("say_it_in_python", schedule=None):

    @task
    def count() -> dict[str, int]:
        return {"Ada": 12, "Grace": 7}

    @task.clicksend_sms
    def tell(counts: dict[str, int]) -> list[dict[str, str]]:
        numbers = {"Ada": "+15551234567", "Grace": "+15551234568"}
        return [{"to": numbers[name], "body": f"{name}, {rows} rows wait for you."} for name, rows in counts.items()]

    @task.clicksend_sms(to="+15551234569")
    def sum_up(counts: dict[str, int]) -> str:
        return f"{sum(counts.values())} rows wait."

    counts = count()
    tell(counts)
    sum_up(counts)
