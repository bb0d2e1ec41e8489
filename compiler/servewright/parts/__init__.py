"""A run in parts: what each input file becomes, as text and plain data that can go from process to process."""
