. lib/user.sh
echo "Hello $(usr_nm "$1")"
