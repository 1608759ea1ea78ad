resource "null_resource" "api" {}
