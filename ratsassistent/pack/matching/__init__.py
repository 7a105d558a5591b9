"""Which file and paper belongs to which agenda item of which meeting."""
