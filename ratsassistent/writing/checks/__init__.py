"""What a sentence of a model is held against: its pages, its source, the German language."""
