/**
 * The before/after viewer itself: one stage with two panes that every mode arranges anew,
 * so that the pictures load once and share one zoom.
 */

import { createBlink } from "./blink.js";
import { commandFor, createFullScreen, wireRadios } from "./controls.js";
import { createDiffMap } from "./diff.js";
import { createDivider } from "./divider.js";
import { createGeometry } from "./geometry.js";
import { createPictures } from "./image-loader.js";
import { MODES, readView } from "./parse-props.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { createZoom } from "../shared/zoom.js";

const SMOOTH_MS = 200;
const ZOOM_STEP = 1.4;
const PAN_STEP_PX = 40;
const MAX_SCALE = 12;
const REMEMBERED = 50;

/** What a designer had set, by the instance's key: a page may take the viewer away and bring it back. */
const memory = new Map();

/** @param {HTMLElement} parent with `compare.html` in it */
function createViewer(parent) {
  const root = parent.querySelector(".kx-compare");
  const $ = (selector) => root.querySelector(selector);
  const stage = $(".kx-compare-viewport");
  const handle = $(".kx-compare-handle");
  const panes = [...root.querySelectorAll(".kx-compare-pane")];
  const [beforePane, afterPane] = panes;
  const [beforeImage, afterImage] = panes.map((pane) => pane.querySelector("img"));
  const listening = new AbortController();
  const { signal } = listening;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  const frame = { width: 4, height: 3 };
  const geometry = createGeometry(stage, panes, frame);
  let view = { ...readView(null), key: null };
  let looking = { mode: "slider", share: 0.5, fit: "crop", playing: !calm.matches };
  let sent = null;
  let smoothTimer = 0;

  const blink = createBlink(stage, $("[data-do=play]"));
  const heatMap = createDiffMap($(".kx-compare-heatmap"), $(".kx-compare-summary"));
  const pictures = createPictures([beforeImage, afterImage], (status) => {
    stage.dataset.status = status;
    $(".kx-compare-error").hidden = status !== "failed";
    drawDifference();
  });
  const zoom = createZoom(stage, {
    maxScale: MAX_SCALE,
    content: geometry.fitted,
    viewAt: geometry.paneAt,
    actualScale: geometry.actualScale,
    onChange: drawZoom,
  });
  const divider = createDivider(stage, handle, {
    shareAt: (clientX) => geometry.shareAt(clientX, zoom.state),
    cutAt: geometry.dividerAt,
    mayJump: () => zoom.state.scale <= 1,
    onMove: (share) => looking.mode === "slider" && setShare(share),
    signal,
  });
  const fullScreen = createFullScreen(root, drawFullScreen, signal);
  const chooseMode = wireRadios($(".kx-compare-modes"), setMode, signal);
  const chooseFit = wireRadios($(".kx-compare-fits"), setFit, signal);

  // Showing -------------------------------------------------------------------------------

  function show(next) {
    const samePictures = view.before.url === next.before.url && view.after.url === next.after.url;
    const sameInstance = view.key === next.key;
    const kept = memory.get(next.key);
    view = next;
    Object.assign(frame, view.frame);
    if (!sameInstance) looking = { ...looking, mode: view.mode, ...kept?.looking };
    root.setAttribute("aria-label", `${view.before.label} and ${view.after.label}`);
    root.style.setProperty("--kx-frame-width", String(frame.width));
    root.style.setProperty("--kx-frame-height", String(frame.height));
    root.style.setProperty("--kx-height", `${view.heightPx}px`);
    root.dataset.shape = frame.width > frame.height ? "wide" : "tall";
    for (const [pane, image, side] of [
      [beforePane, beforeImage, view.before],
      [afterPane, afterImage, view.after],
    ]) {
      pane.querySelector(".kx-compare-label").textContent = side.label;
      pictures.show(image, side.url, side.alt ? `${side.alt} (${side.label})` : side.label);
    }
    setFit(looking.fit);
    setMode(looking.mode);
    if (!sameInstance) zoom.restore(kept?.zoom);
    else if (!samePictures) zoom.reset();
  }

  function setMode(mode) {
    const leaving = document.activeElement?.closest?.(".kx-compare-handle, .kx-compare-blink-controls");
    const losesFocus = mode !== looking.mode && leaving && root.contains(leaving);
    looking.mode = mode;
    root.dataset.mode = mode;
    if (losesFocus) focusPictures(); // what is hidden would take the keys with it
    chooseMode(mode);
    stage.dataset.shown = "after";
    stage.dataset.split = geometry.betterSplit();
    stage.setAttribute("aria-label", `${root.getAttribute("aria-label")}. Plus and minus zoom`);
    handle.tabIndex = mode === "slider" ? 0 : -1;
    blink.run(mode === "blink", looking.playing);
    zoom.refresh();
    drawDifference();
    remember();
  }

  function setFit(name) {
    const fit = view.fits.find((choice) => choice.name === name) ?? view.fits[0];
    looking.fit = fit.name;
    chooseFit(fit.name);
    $(".kx-compare-fits").hidden = view.fits.length < 2;
    $(".kx-compare-note").textContent = fit.note;
    root.dataset.fit = fit.name;
    const picture = beforeImage.parentElement.style;
    for (const edge of ["left", "top", "width", "height"]) picture[edge] = `${fit.box[edge] * 100}%`;
    drawDifference();
    remember();
  }

  function setShare(share) {
    looking.share = share;
    divider.draw(share, zoom.state, [view.before.label, view.after.label]);
    remember();
  }

  function remember() {
    memory.delete(view.key); // so that the newest is the last
    memory.set(view.key, { looking: { ...looking }, zoom: zoom.state });
    if (memory.size > REMEMBERED) memory.delete(memory.keys().next().value);
  }

  // Drawing -------------------------------------------------------------------------------

  function drawZoom(state, smooth) {
    stage.dataset.split = geometry.betterSplit();
    const { width, height } = geometry.fitted();
    stage.style.setProperty("--kx-image-width", `${width}px`);
    stage.style.setProperty("--kx-image-height", `${height}px`);
    stage.style.setProperty("--kx-x", `${state.x}px`);
    stage.style.setProperty("--kx-y", `${state.y}px`);
    stage.style.setProperty("--kx-scale", String(state.scale));
    for (const [edge, inset] of Object.entries(geometry.covered(state))) {
      stage.style.setProperty(`--kx-${edge}`, `${inset}px`);
    }
    stage.toggleAttribute("data-zoomed", state.scale > 1);
    if (smooth) {
      stage.toggleAttribute("data-smooth", true);
      clearTimeout(smoothTimer);
      smoothTimer = setTimeout(() => stage.removeAttribute("data-smooth"), SMOOTH_MS);
    }
    const percent = Math.round((state.scale / geometry.actualScale()) * 100);
    const readout = $("[data-do=fit]");
    readout.textContent = state.scale > 1 ? `${percent} %` : "Fit";
    readout.setAttribute("aria-label", state.scale > 1 ? `Fit, now ${percent} %` : "Fit");
    $("[data-do=out]").setAttribute("aria-disabled", String(state.scale <= 1));
    $("[data-do=in]").setAttribute("aria-disabled", String(state.scale >= MAX_SCALE));
    divider.draw(looking.share, state, [view.before.label, view.after.label]);
    remember();
  }

  function drawDifference() {
    if (looking.mode !== "difference" || pictures.status !== "ready") return;
    const { box } = view.fits.find((fit) => fit.name === looking.fit) ?? view.fits[0];
    heatMap.draw(beforeImage, afterImage, box);
  }

  function setPlaying(playing) {
    looking.playing = playing;
    blink.run(looking.mode === "blink", playing);
    remember();
  }

  function drawFullScreen(active) {
    const button = $("[data-do=full]");
    button.setAttribute("aria-label", active ? "Leave full screen" : "Full screen");
    button.title = active ? "Leave full screen (Esc)" : "Full screen (F)";
    zoom.refresh();
  }

  // Answering -----------------------------------------------------------------------------

  const actions = {
    in: () => zoom.zoomTo(zoom.state.scale * ZOOM_STEP, null, true),
    out: () => zoom.zoomTo(zoom.state.scale / ZOOM_STEP, null, true),
    fit: () => zoom.reset(true),
    full: () => fullScreen.toggle(),
    retry: () => {
      focusPictures(); // the button is about to be hidden
      pictures.retry();
    },
    play: () => setPlaying(!looking.playing),
    swap: () => {
      setPlaying(false);
      blink.swap();
    },
  };

  /** @returns {boolean} Whether the key meant something here. */
  function handleCommand({ name, amount }) {
    const sliding = looking.mode === "slider";
    const step = PAN_STEP_PX * amount;
    if (name === "mode") setMode(MODES[amount]);
    else if (name === "peek") root.toggleAttribute("data-peek", true);
    else if (name === "leave" && fullScreen.active) fullScreen.leave();
    else if (name === "play" && looking.mode !== "blink") return false;
    else if (name in actions) actions[name]();
    else if (sliding && name === "start") setShare(0);
    else if (sliding && name === "end") setShare(1);
    else if (sliding && name === "left") setShare(Math.max(0, looking.share - amount / 100));
    else if (sliding && name === "right") setShare(Math.min(1, looking.share + amount / 100));
    else if (zoom.state.scale <= 1) return false;
    else if (name === "left") zoom.panBy(step, 0, true);
    else if (name === "right") zoom.panBy(-step, 0, true);
    else if (name === "up") zoom.panBy(0, step, true);
    else if (name === "down") zoom.panBy(0, -step, true);
    else return false;
    return true;
  }

  function onKeyDown(event) {
    const command = commandFor(event);
    if (!command || !handleCommand(command)) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has one-letter keys of its own
  }

  function onClick(event) {
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do]?.();
  }

  /** A press makes the keys work; it lands on what they act on. */
  function onPress(event) {
    if (event.button === 0 && !event.target.closest("button")) focusPictures();
  }

  function focusPictures() {
    (looking.mode === "slider" ? handle : stage).focus({ preventScroll: true });
  }

  root.addEventListener("click", onClick, { signal });
  root.addEventListener("keydown", onKeyDown, { signal });
  window.addEventListener(
    "keyup",
    (event) => ["b", "B"].includes(event.key) && root.removeAttribute("data-peek"),
    { signal },
  );
  window.addEventListener("blur", () => root.removeAttribute("data-peek"), { signal });
  stage.addEventListener("pointerdown", onPress, { signal });

  return {
    /** @param {{data: {view: string}}} component */
    update({ data }) {
      if (sent === data.props) return;
      sent = data.props;
      show(readView(data));
    },
    destroy() {
      fullScreen.leave();
      listening.abort();
      blink.stop();
      clearTimeout(smoothTimer);
      pictures.destroy();
      zoom.destroy();
    },
  };
}

export default mountComponent(createViewer);
