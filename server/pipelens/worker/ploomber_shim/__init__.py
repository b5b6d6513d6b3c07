"""A stand-in for the few names of the ploomber package that pipelines import at run time."""
