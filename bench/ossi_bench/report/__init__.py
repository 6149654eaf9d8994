"""The month's workbook: what it takes, beside SheetJS, which the original bot writes with, and XlsxWriter."""
