rows() {
  sort data.txt
}
