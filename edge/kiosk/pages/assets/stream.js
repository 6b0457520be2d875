// Server-sent events that come back by themselves: `onView` gets each view, `onLost` whether the line is down.
const LINE_MS = 8000;

// `silence` is how long (ms) a line that stands may say nothing: for one whose other end repeats itself. Measured on a clock that nobody sets.
export function listen(url, onView, onLost, silence = Infinity) {
  let source = null;
  let heard = performance.now();
  const hear = () => { heard = performance.now(); onLost(false); };
  const open = () => {
    source?.close();
    source = new EventSource(url);
    source.onmessage = (event) => { hear(); onView(JSON.parse(event.data)); };
    source.onopen = hear;
    source.onerror = () => onLost(true);
  };
  open();
  setInterval(() => {
    const quiet = performance.now() - heard;
    if (source.readyState === EventSource.OPEN ? quiet <= silence : source.readyState !== EventSource.CLOSED && quiet <= LINE_MS) return;
    heard = performance.now();
    onLost(true);
    open();
  }, Math.min(2000, silence / 4));
  return open;
}
