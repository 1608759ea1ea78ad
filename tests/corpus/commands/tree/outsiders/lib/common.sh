roll_out() {
  terraform -chdir="infra/$1" apply -auto-approve
}
say() { printf '%s\n' "$*"; }
