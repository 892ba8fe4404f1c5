"""The panel: one room per noun; writes through the same actions as the pages."""
