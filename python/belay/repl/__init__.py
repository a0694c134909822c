"""Talking to one interpreter: programs up, replies down. Knows no ``Device``."""
