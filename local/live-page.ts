/** A page whose content asks for itself every second, unless somebody is reading in it. */
export function livePage(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #16191f; }
  article { border: 1px solid #d5dbdb; border-radius: .5em; margin: 1em 0; padding: .8em 1em; }
  h2 { font-size: 1em; margin: 0; overflow-wrap: anywhere; }
  time, summary, .addresses { color: #545b64; font-size: .9em; overflow-wrap: anywhere; }
  pre { background: #f4f5f5; border-radius: .4em; padding: .8em; white-space: pre-wrap; overflow-wrap: anywhere; margin: .5em 0 0; }
</style>
</head>
<body>
<h1>${title}</h1>
<main>${main}</main>
<script>
  setInterval(async () => {
    if (document.querySelector('details[open]') || String(getSelection())) return;
    const response = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
    if (!response?.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
    const shown = document.querySelector('main');
    if (fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
  }, 1000);
</script>
</body>
</html>
`;
}

/** A text as it may stand in HTML, attributes included. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
