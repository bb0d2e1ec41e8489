"""Strings that are easily misread or mangled as YAML, and some that only look so."""

from __future__ import annotations

PLAIN = [
    "v1alpha2", "demo", "My Models", "Granite 3.1 8B", "oci://quay.io/x:1", "nvidia.com/gpu", "4Gi", "500m", "100%",
    "1h0m0s", "30s", "--max-model-len=8192", "-O3", "/mnt/models", "http://granite.demo.svc:8080/v1?a=b&c=d",
    "registry.redhat.io/rhaiis/vllm-cuda-rhel9@sha256:5fd0c3f4", "It's Ann's model (a test), version 2!",
    "--served-model-name={{.Name}}", "--x=$(HOME)", "python3 -m vllm", "RollingUpdate", "Größe", "日本語モデル",
]  # fmt: skip

QUOTED = [
    "", " ", "true", "True", "yes", "No", "on", "OFF", "y", "N", "null", "NULL", "~", "inf", "-inf", ".nan", "NaN",
    "1", "1.0", "08", "0o7", "0O7", "0x1f", "0X1f", "1e3", "1E6", "1e-5", "706798e8", "1_0e3", "25921e05", "+.5", "-.5",
    "12:30:45", "2024-01-01", "2024.1", "0777", "1E", "1_000", "=", "<<", "-", "--", "---", "...", "- a", "? a", "a: b",
    "a:", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "[a]", "{a}", "'a'", " a", "a ", "a  b", "a\\b",
    "\u00a0", "a\u00adb", "😀", "{{ .Name }}", "a :b",
]  # fmt: skip

# What is known to be misread by one reader or another when left plain, or mangled on the way.
NASTY = [
    *QUOTED, *PLAIN, "0b1", "0B1", "0b_1", "+1", "-0", "0.", ".0", "1.", "1.e1", "1e", "e1", "0e0", "0e12345", ".inf",
    "-.INF", "+.Inf", ".NaN", "infinity", "Infinity", "1:1", "190:20:30", "1:20.5", "2001-12-14t21:59:43.10-05:00",
    "2002-12-14 ", "_", "_1", "1__0", "0_7", "0x_1", "nil", "None", "undefined", "void", "<", "y:", ":y", "::",
    "a::b", "a:b:c", "-:", "?", "? ", "a ? b", "a - b", "a, b", "[", "]", "}", "a]b", "!!str x", "!", "&", "*",
    "&a b", "*a b", "%YAML 1.2", "--- a", "... a", "---a", "...a", "'", '"', "''", '""', "'a", '"a', "a'", 'a"',
    "\\", "\\n", "|-", ">+", "| a", "# a", "a#b", "a # b", "\t", "\ta", "a\t", "a\tb", "\r", "a\rb", "\n", "\n\n",
    "a\n", "a\n\n", "\na", " \n", "\n ", "a\n b", " a\n b", "a\n\n\nb\n", "- a\n- b\n", "a: b\nc: d\n", "# a\n# b",
    "---\na\n", "...\n", "%a\nb", "a\n\tb", "a\n---\nb\n", "{% if x %}\n", "a\x85b", "a\0b", "\x7f", "\x80", "\x9f",
    "\xa0", "\xad", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "\ud7ff", "\ue000", "\ufffd", "\ufdd0",
    "\U00010000", "\U0001f600\n\U0001f600", "\U0001fffe", "\U0010ffff", "e\u0301", "שלום", "٣", "𝟙", "Ⅷ", "½", "İ", "ß", "K", "ſ",
    "×", "÷", "a\u3000b", "×\ny\u0085", "x" * 2000, "x " * 1000 + "x", "\u00e9" * 1500, "\x01" * 300,
]  # fmt: skip
