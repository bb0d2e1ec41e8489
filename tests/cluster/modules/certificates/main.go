// Command certificates writes what a control plane on loopback needs into a folder: ca.crt, which signs for one day
// server.crt with server.key (for 127.0.0.1) and admin.crt with admin.key (a client in the group system:masters).
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

type identity struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func main() {
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(folder string) error {
	authority, err := issue(folder, "ca", &x509.Certificate{
		Subject:               pkix.Name{CommonName: "servewright tests"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}, nil)
	if err != nil {
		return err
	}
	if _, err := issue(folder, "server", &x509.Certificate{
		Subject:     pkix.Name{CommonName: "localhost"},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, authority); err != nil {
		return err
	}
	_, err = issue(folder, "admin", &x509.Certificate{
		Subject:     pkix.Name{CommonName: "admin", Organization: []string{"system:masters"}},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, authority)
	return err
}

// issue completes a certificate, has it signed by the authority (or by itself) and writes it with its key.
func issue(folder, name string, certificate *x509.Certificate, authority *identity) (*identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if certificate.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62)); err != nil {
		return nil, err
	}
	certificate.NotBefore = time.Now().Add(-time.Hour)
	certificate.NotAfter = time.Now().Add(24 * time.Hour)
	own := &identity{certificate, key}
	if authority == nil {
		authority = own
	}
	signed, err := x509.CreateCertificate(rand.Reader, certificate, authority.certificate, &key.PublicKey, authority.key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := save(folder, name+".crt", "CERTIFICATE", signed); err != nil {
		return nil, err
	}
	if err := save(folder, name+".key", "EC PRIVATE KEY", private); err != nil {
		return nil, err
	}
	if own.certificate, err = x509.ParseCertificate(signed); err != nil {
		return nil, err
	}
	return own, nil
}

func save(folder, name, kind string, data []byte) error {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data})
	return os.WriteFile(filepath.Join(folder, name), text, 0o600)
}
