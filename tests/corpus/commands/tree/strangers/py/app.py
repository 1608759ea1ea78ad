DEPLOY="terraform apply"
