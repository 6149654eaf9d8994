"""Ossi: what all of its Lambda functions stand on. docs/architecture.md tells the layers and who may import whom."""
