const { execSync } = require('child_process');
execSync('npx wrangler deploy --env production', { stdio: 'inherit' });
