# Functions that other scripts use; running it does nothing.
log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*"; }

publish_function() {
  local name=$1 archive=$2
  aws lambda update-function-code --function-name "$name" --zip-file "fileb://$archive"
}
