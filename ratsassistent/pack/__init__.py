"""Files become a Meeting with AgendaItems, Papers and Passages."""
