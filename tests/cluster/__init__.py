"""A real control plane for tests: etcd, kube-apiserver and KServe's webhooks, as plain processes on loopback, and what
syncs to it: Flux's kustomize-controller, and Argo CD.

``make test-cluster`` builds the programs (once per machine) and runs the tests of this folder where only loopback
exists. To run something else there, such as one test or a script::

    .venv/bin/python -m cluster .venv/bin/python -m pytest tests/cluster -k webhooks      (with PYTHONPATH=tests)

===================  =================================================================================================
binaries             which programs, which versions, and how they are built
isolation            a network and process namespace of our own
processes            starting, waiting for, and always stopping them
client               what a client of the API server needs: apply, get, delete, over kept connections
definitions          the CustomResourceDefinitions of each release
webhooks             KServe's own managers, with their webhooks configured as Open Data Hub does
control_plane        all of it together; the one class to use
flux                 Flux's kustomize-controller beside it, and what that needs of the rest of Flux
fleet                a repository that Flux syncs by what servewright prints for it
argo_cd              Argo CD beside it: its servers, and its Applications
argo_fleet           a repository that Argo CD syncs by what servewright prints for it
git_server           where that repository is served
redis_server         what Argo CD caches in
controllers          what controllers that do not run here would write
connections_webhook  what Open Data Hub's webhook for connections would refuse
corpus               everything that examples and goldens render to
differences          what a cluster changed in an object that it was sent
===================  =================================================================================================
"""
