"""One page of a PDF: its letters, lines, tables, check boxes; and whether it is a plan."""
