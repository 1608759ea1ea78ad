#!/bin/bash
# runs npx sst deploy later
echo "use npx sst deploy --stage production"
grep -r "kubectl apply" .
