const { mkdirSync, writeFileSync } = require('node:fs');

const page = (title) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1></body></html>
`;
mkdirSync('dist', { recursive: true });
writeFileSync('dist/index.html', page('What the app is for'));
writeFileSync('dist/404.html', page('There is no such page'));
