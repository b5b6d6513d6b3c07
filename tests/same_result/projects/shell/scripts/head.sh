{% set counts = upstream['words']['counts'] %}
head -n {{lines}} {{counts}} > {{product}}
