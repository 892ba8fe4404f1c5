"""
A whole plan with its history, as a file: collected, packed, read with distrust and restored.

``schema`` says what is in it, and docs/exchange.md says the same to people. ``actions.plan_archive`` is the door.
"""
