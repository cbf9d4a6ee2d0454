"""A local ClickSend behind a local Maton: a real HTTP server to develop and test against, without account or key.

It imports nothing of the rest of this package, so that it cannot share its mistakes. Start it with
``python -m airflow_provider_clicksend.sandbox``, or inside a test with :func:`.testing.serve`.
"""
