"""`@task` decorators."""
