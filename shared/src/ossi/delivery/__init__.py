"""What Ossi owes people: one record for each delivery, one policy for what comes of it."""
