import { $ } from 'zx';
await $`pnpm build`;
await $`kubectl --context prod set image deployment/web web=${process.env.IMAGE}`;
