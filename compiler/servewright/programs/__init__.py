"""Other programs: found on the PATH, and run so that they cannot hang, flood or outlive us."""
