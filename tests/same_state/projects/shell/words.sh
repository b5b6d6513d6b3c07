# the first of the words
set -e
printf '%s\n' pear apple fig plum | head -n {{most}} > "{{product}}"
