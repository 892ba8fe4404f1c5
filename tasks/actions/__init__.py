"""The only doors for writing: keyword-only, the person first, one transaction each."""
