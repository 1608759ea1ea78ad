#!/bin/sh
# does not run: kubectl apply -f k8s
set -e
kubectl diff -f k8s || true
terraform plan
