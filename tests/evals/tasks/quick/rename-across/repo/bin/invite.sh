. lib/mail.sh
echo "To: $(mail_of "$1")"
echo "Dear $(usr_nm "$1")"
