"""Asks one interpreter how its picklers treat an object: see server.py."""
