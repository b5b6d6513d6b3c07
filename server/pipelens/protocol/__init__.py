"""Every custom message between the server and its clients, as plain dataclasses.

Unknown keys are ignored when a message is read, so that a newer client and an older server can talk.
"""
