if [[ {{n}} -gt 2 ]]; then seq {{n}} > {{product["data"]}}; fi
