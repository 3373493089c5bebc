set -e
[ "$(TODAY=monday sh greet.sh Ada)" = 'Hello Ada, it is monday' ]
[ "$(TODAY=tuesday sh greet.sh)" = 'Hello you, it is tuesday' ]
sh greet.sh Eve | grep -Eq '^Hello Eve, it is [0-9]{4}-[0-9]{2}-[0-9]{2}$'
git diff --quiet "$BASE" -- check.sh
