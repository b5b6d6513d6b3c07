# words.sh: one word a line, and how often each comes
set -e
export LC_ALL=C

tr -cs 'A-Za-z' '\n' < {{upstream['collect']}} \
    | tr 'A-Z' 'a-z' \
    | awk 'length($0) >= {{shortest}}' > {{product['words']}}

{# the most frequent first, then by the alphabet #}
sort {{product.words}} | uniq -c | awk '{print $2 "\t" $1}' | sort -k2,2nr -k1,1 > {{product['counts']}}
