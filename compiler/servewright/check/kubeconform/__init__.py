"""kubeconform as a second opinion: what it is asked, and what its answer means for the inputs. Pure.

It is another program, by other people, in another language, that reads the rendered files as GitOps engines do and
holds them against the release's schemas. Running it is the job of ``second_opinion/``.

What is known about it was read in its source (v0.8.0: cmd/kubeconform, pkg/output/json.go, pkg/validator) and that of
its JSON Schema library (santhosh-tekuri/jsonschema v6: output.go, kind/kind.go), and seen with v0.4.14 to v0.8.0.
"""
