import { execSync } from 'node:child_process';
const out = execSync('git log -1 --format=%h').toString();
console.log('last deployed', out);
