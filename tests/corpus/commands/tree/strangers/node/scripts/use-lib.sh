#!/bin/bash
. "$(dirname "$0")/deploy-lib.sh"
deploy_all production
