"""A real control plane for tests: etcd, kube-apiserver and KServe's webhooks, as plain processes on loopback.

``make test-cluster`` builds the programs (once per machine) and runs the tests of this folder where only loopback
exists. To run something else there, such as one test or a script::

    .venv/bin/python -m cluster .venv/bin/python -m pytest tests/cluster -k webhooks      (with PYTHONPATH=tests)

=================  ==================================================================================================
binaries           which programs, which versions, and how they are built
isolation          a network and process namespace of our own
processes          starting, waiting for, and always stopping them
client             what a client of the API server needs: apply, get, delete, over kept connections
definitions        the CustomResourceDefinitions of each release
webhooks           KServe's own managers, with their webhooks configured as Open Data Hub does
argo_cd            Argo CD's servers, and its Applications
git_server         Git repositories that it syncs
redis_server       what it caches in
control_plane      all of it together; the one class to use
corpus             everything that examples and goldens render to
differences        what a cluster changed in an object that it was sent
=================  ==================================================================================================
"""
