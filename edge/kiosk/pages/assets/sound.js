// Two sounds, made on the spot: a short bright pair for a pass, a low long one for a refusal.
let context = null;

function tone(at, hertz, seconds, volume) {
  const voice = context.createOscillator();
  const level = context.createGain();
  voice.type = hertz < 300 ? "square" : "sine";
  voice.frequency.value = hertz;
  level.gain.setValueAtTime(0, at);
  level.gain.linearRampToValueAtTime(volume, at + 0.015);
  level.gain.setValueAtTime(volume, at + seconds - 0.05);
  level.gain.linearRampToValueAtTime(0, at + seconds);
  voice.connect(level).connect(context.destination);
  voice.start(at);
  voice.stop(at + seconds);
}

// Whether it could be heard: false while the browser keeps silent.
export function chime(kind) {
  if (context?.state !== "running") return false;
  const now = context.currentTime;
  if (kind === "pass") { tone(now, 880, 0.12, 0.5); tone(now + 0.12, 1320, 0.2, 0.5); }
  else { tone(now, 196, 0.28, 0.35); tone(now + 0.34, 147, 0.42, 0.35); }
  return true;
}

// Browsers keep silent until somebody touched the page, unless started with --autoplay-policy=no-user-gesture-required.
export function wakeSound(onSilent) {
  context = new AudioContext();
  const told = () => onSilent(context.state !== "running");
  context.onstatechange = told;
  const wake = () => context.resume();
  ["pointerdown", "keydown"].forEach((kind) => addEventListener(kind, wake));
  setTimeout(told, 500);
}
