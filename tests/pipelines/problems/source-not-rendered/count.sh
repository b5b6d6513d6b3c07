{% filter upper %}seq {{n}} > {{product["data"]}}{% endfilter %}
