"""What makes a GitOps engine sync the tree: its objects, as ``servewright gitops`` prints them. Pure."""
