# archive.sh FOLDER ARCHIVE: moves the logs of a folder.
. ./lib/names.sh
count=0
for file in $(ls $1/*.log); do
  mv $file $2/$(stamp $file)
  count=$((count + 1))
done
echo "$count moved"
