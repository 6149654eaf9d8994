"""What docs/architecture.md tells people to do, done by machine: see tests/unit/test_recipes.py."""
