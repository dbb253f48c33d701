"""Random tests draw the same cases every time: a run that was green stays green."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
