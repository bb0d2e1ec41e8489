// Command yaml2json shows how Kubernetes reads YAML: documents on standard input, separated by NUL bytes, come back as
// one line each, either the document as JSON or "ERROR" and the reason.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"sigs.k8s.io/yaml"
)

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, document := range bytes.Split(input, []byte{0}) {
		fmt.Fprintln(out, line(document))
	}
}

func line(document []byte) (text string) {
	// The YAML library panics on some malformed input; that is an answer too.
	defer func() {
		if reason := recover(); reason != nil {
			text = failure(fmt.Sprint("panic: ", reason))
		}
	}()
	json, err := yaml.YAMLToJSON(document)
	if err != nil {
		return failure(err.Error())
	}
	return string(json)
}

func failure(reason string) string {
	return "ERROR " + strings.Join(strings.Fields(reason), " ")
}
