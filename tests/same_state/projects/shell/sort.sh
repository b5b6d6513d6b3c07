sort "{{upstream['words']}}" > "{{product['sorted']}}"
{% if upstream %}
wc -l < "{{product['sorted']}}" > "{{product['number']}}"
{% endif %}
