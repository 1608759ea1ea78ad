$version = git describe --tags
Write-Host "deployed version would be $version; run az webapp deploy to ship"
