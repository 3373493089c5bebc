set -eu
[ "$(sh stock.sh list | head -1)" = 'bolts      12' ]
[ "$(sh stock.sh shelf a | wc -l)" -eq 2 ]
