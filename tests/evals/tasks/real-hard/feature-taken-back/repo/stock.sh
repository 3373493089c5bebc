# The stockroom. See docs/commands.md.
set -eu
here=$(dirname "$0")
STOCK_FILE=${STOCK_FILE:-$here/data/stock.csv}
. "$here/lib/table.sh"
. "$here/lib/log.sh"
. "$here/lib/change.sh"
. "$here/lib/list.sh"
command=${1:-list}
[ $# -gt 0 ] && shift
case "$command" in
  list) list_all ;;
  shelf) list_shelf "$1" ;;
  add) change "$1" "$2" ;;
  take) change "$1" "-$2" ;;
  *) echo "unknown command $command" >&2; exit 2 ;;
esac
