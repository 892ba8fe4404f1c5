"""Fetch, form, action, message, redirect."""
