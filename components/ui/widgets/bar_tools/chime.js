/**
 * A short sound without a file: two soft notes.
 */

const NOTES = [
  { hertz: 659.3, from: 0 },
  { hertz: 987.8, from: 0.14 },
];
const NOTE_SECONDS = 0.5;
const LOUDNESS = 0.12;

/** Play it, or nothing in a page that was never pressed: browsers forbid that, and log an error. */
export async function playChime() {
  if (!window.AudioContext || navigator.userActivation?.hasBeenActive === false) return;
  const context = new AudioContext();
  await context.resume().catch(() => undefined);
  if (context.state === "running") {
    for (const note of NOTES) play(context, note);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
  await context.close();
}

/**
 * @param {AudioContext} context
 * @param {{hertz: number, from: number}} note `from` in seconds
 */
function play(context, { hertz, from }) {
  const start = context.currentTime + from;
  const tone = new OscillatorNode(context, { frequency: hertz });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start + NOTE_SECONDS);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + NOTE_SECONDS);
}
