const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');

const page = readFileSync('page.html', 'utf8').replace('%GREETING%', process.env.GREETING ?? '');
mkdirSync('dist', { recursive: true });
writeFileSync('dist/index.html', page);
writeFileSync('dist/404.html', page.replace('<main>', '<main><p>There is no such page.</p>'));
