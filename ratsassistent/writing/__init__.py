"""The only caller of a language model, and the code that checks what it wrote."""
