set -e
[ "$(sh bin/greet.sh ' ada_l')" = "Hello ada.l" ]
[ "$(sh bin/invite.sh ' ada_l' | head -1)" = "To: ada.l@example.invalid" ]
! grep -rn usr_nm lib
