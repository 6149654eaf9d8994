"""The verbs that more than one function uses, or may: one a file. Each answers what happened; who asked puts that into words."""
