"""The worker: runs one task in the user's interpreter (Python 3.8 or newer, standard library only).

It is lent to that interpreter by path and loads itself under a private name, so that no module of
the user's is ever hidden by one of these, nor the other way round.
"""
