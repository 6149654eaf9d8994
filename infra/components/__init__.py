"""The building blocks of the deployment: one ComponentResource a concern."""
