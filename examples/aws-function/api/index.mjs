/** Answers requests to the function's address. */
export async function handler({ rawPath }) {
  if (rawPath === '/healthz') return { statusCode: 200, body: 'ok' };
  const headers = { 'content-type': 'application/json' };
  return { statusCode: 200, headers, body: JSON.stringify({ greeting: process.env.GREETING, path: rawPath }) };
}
