from .store import load
