"""
A history of the shipped plan from its issue to 2022-01-12: made up, and the same every time.

It is written through the same actions as everything else, in the order in which it is said to have happened, so that
every page of every day in between tells of it as it would have been seen then. ``load`` is the way in; ``words`` and
``events`` hold what is told, ``people`` by whom, and ``story`` puts it in order.
"""
