"""Compiling the choices made in the OpenShift AI wizard, compared with the objects that the wizard wrote."""
