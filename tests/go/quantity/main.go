// Command quantity says what Kubernetes makes of the quantities on its standard input, one a line.
//
// For each line it prints "ERROR", or three fields: the canonical spelling, the amount in nano-units, and the spelling
// that a typed round trip through JSON stores.
package main

import (
	"bufio"
	"fmt"
	"os"

	"gopkg.in/inf.v0"
	"k8s.io/apimachinery/pkg/api/resource"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		quantity, err := resource.ParseQuantity(in.Text())
		if err != nil {
			fmt.Fprintln(out, "ERROR")
			continue
		}
		stored := quantity.String()
		number, suffix := quantity.CanonicalizeBytes(nil)
		canonical := string(number) + string(suffix)
		nano := new(inf.Dec).Round(quantity.AsDec(), 9, inf.RoundUp).UnscaledBig()
		fmt.Fprintln(out, canonical, nano, stored)
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
