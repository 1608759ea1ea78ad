param([string]$Stage = "staging")
$ErrorActionPreference = "Stop"
pnpm install --frozen-lockfile
pnpm build
az webapp deploy --resource-group shop-$Stage --name shop-$Stage --src-path dist.zip --type zip
