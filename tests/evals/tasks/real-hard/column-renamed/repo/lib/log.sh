# Keeping a log, where one is wanted.
log() {
  [ -z "${STOCK_LOG:-}" ] || echo "$*" >> "$STOCK_LOG"
}
