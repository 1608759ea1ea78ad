const { execSync } = require('node:child_process');
execSync('git fetch --tags', { stdio: 'inherit' });
console.log('next: pnpm ship:all');
