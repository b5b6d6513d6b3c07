# compte les lettres
wc -c < "{{upstream['résumé']}}" > "{{product}}"
