echo "nothing"
