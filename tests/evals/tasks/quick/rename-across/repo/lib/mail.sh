. lib/user.sh

# The mail address of an account.
mail_of() {
  printf '%s@example.invalid' "$(usr_nm "$1")"
}
