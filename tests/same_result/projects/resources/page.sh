set -e
{
    echo "<h1>{{title}}</h1>"
    echo "<pre>"
    cat {{upstream['count']['table']}}
    echo "</pre>"
    echo "<p>$(wc -c < {{upstream['collect']}}) bytes of letters</p>"
} > {{product}}
