"""Debugging a task where it is written, and opening the recording of one that failed."""
