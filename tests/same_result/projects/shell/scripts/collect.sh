#!/usr/bin/env bash
# All fables in one file, one line each.
set -euo pipefail

for file in {{folder}}/*.txt
do
    tr '\n' ' ' < "$file"
    echo
done > {{product}}

echo "collected $(wc -l < {{product}}) fables"
