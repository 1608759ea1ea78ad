deploy_all() {
  npx sst deploy --stage "$1"
}
