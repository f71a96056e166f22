const list = document.querySelector('#entries');
const entries = await (await fetch('/api/entries')).json();
for (const { text } of entries) {
  const item = document.createElement('li');
  item.textContent = text;
  list.append(item);
}
