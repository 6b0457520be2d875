// Server-sent events that come back by themselves: `onView` gets each view, `onLost` whether the line is down.
const SILENCE_MS = 8000;

export function listen(url, onView, onLost) {
  let source = null;
  let heard = Date.now();
  const open = () => {
    source?.close();
    source = new EventSource(url);
    source.onmessage = (event) => { heard = Date.now(); onLost(false); onView(JSON.parse(event.data)); };
    source.onopen = () => { heard = Date.now(); onLost(false); };
    source.onerror = () => onLost(true);
  };
  open();
  setInterval(() => {
    if (source.readyState === EventSource.CLOSED || (source.readyState !== EventSource.OPEN && Date.now() - heard > SILENCE_MS)) { heard = Date.now(); open(); }
  }, 2000);
  return open;
}
