"""The report on a check: numbers, reasons and masked samples, as JSON and as a page."""
