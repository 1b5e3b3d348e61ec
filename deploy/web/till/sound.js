// 音: one sound for done, one for refused, others in training; silent where staff wish so.

const NOTES = {
  good: [[880, 0], [1320, 0.09]], calm: [[660, 0]], wait: [[520, 0], [520, 0.14]], bad: [[220, 0], [180, 0.16]],
};
let context;

export function play(tone, { muted, training }) {
  if (muted || !window.AudioContext || !navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  for (const [pitch, after] of NOTES[tone] ?? []) {
    const voice = context.createOscillator();
    const loud = context.createGain();
    voice.type = training ? "square" : "sine";
    voice.frequency.value = training ? pitch / 2 : pitch;
    const begins = context.currentTime + after;
    loud.gain.setValueAtTime(0.12, begins);
    loud.gain.exponentialRampToValueAtTime(0.001, begins + 0.12);
    voice.connect(loud).connect(context.destination);
    voice.start(begins);
    voice.stop(begins + 0.13);
  }
}
