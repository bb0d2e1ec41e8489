"""The only reader of the file system: files, positioned documents, and what an input must never hold."""
