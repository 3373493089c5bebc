set -e
sh greet.sh Ada | grep -qi "hello ada"
