"""``python -m airflow_provider_clicksend.sandbox``."""

import sys

from airflow_provider_clicksend.sandbox.server import run

sys.exit(run(sys.argv[1:]))
