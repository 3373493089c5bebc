# Indents what comes in.
indent() {
  sed 's/^/  /'
}
