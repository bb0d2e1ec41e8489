"""What the cluster offers: the catalog's documents, indexed, over the release's built-in templates."""
