"""How long the pages take on a small, a large and a very large plan; `make bench`, see docs/performance.md."""
