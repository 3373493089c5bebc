# The display name of an account.
usr_nm() {
  printf '%s' "$1" | tr -d ' ' | tr '_' '.'
}
