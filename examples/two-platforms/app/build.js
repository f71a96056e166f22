const { mkdirSync, writeFileSync } = require('node:fs');

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The app</title></head>
<body><h1>The app</h1><p><a href="${process.env.PAGES_URL}">What it is for</a></p></body></html>
`;
mkdirSync('dist', { recursive: true });
writeFileSync('dist/index.html', page);
