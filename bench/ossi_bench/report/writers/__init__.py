"""Each runs in a process of its own: reads a month's rows, writes the workbook, prints what it took.

Arguments: the file of rows (month.py), the workbook to write.
"""
