// The API is on the same origin: the front end's `routes` send /api to it, so the same files run in every environment.
const list = document.querySelector('ul');

async function show() {
  const notes = await (await fetch('/api/notes')).json();
  list.replaceChildren(
    ...notes.map(({ text, tag }) =>
      Object.assign(document.createElement('li'), { textContent: tag ? `${text} (${tag})` : text }),
    ),
  );
}

document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = new FormData(event.target).get('text');
  await fetch('/api/notes', { method: 'POST', body: JSON.stringify({ text }) });
  event.target.reset();
  await show();
});

await show();
