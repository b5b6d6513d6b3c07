"""Executors are named in YAML; these only keep their arguments."""


class Serial:
    def __init__(self, build_in_subprocess=True, catch_exceptions=True, catch_warnings=True):
        self.build_in_subprocess = build_in_subprocess


class Parallel:
    def __init__(self, processes=None, print_progress=False, start_method=None):
        self.processes = processes
        self.print_progress = print_progress
        self.start_method = start_method


class ParallelDill:
    def __init__(self, processes=None, print_progress=False):
        self.processes = processes
        self.print_progress = print_progress
