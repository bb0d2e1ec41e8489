module servewright.dev/tests/cluster/certificates

go 1.22
