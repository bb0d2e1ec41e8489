"""CustomResourceDefinitions and Kubernetes' own OpenAPI as JSON Schemas: data that is made when a release comes.

Nothing on the path of a compilation imports this package; it reads what this package wrote (``check/schemas.py``).
"""
