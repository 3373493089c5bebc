set -e
[ "$(sh bin/greet.sh 'grace_h ')" = "Hello grace.h" ]
[ "$(sh bin/invite.sh 'grace_h')" = "To: grace.h@example.invalid
Dear grace.h" ]
if grep -rn usr_nm lib bin; then exit 1; fi
grep -q 'user_name()' lib/user.sh
grep -q 'usr_nm trims its argument' CHANGELOG.md
