/** State of this app that outlives one component: Streamlit may mount a component again. */
interface Window {
  kontextUploads?: import("./widgets/picture_upload/uploads.js").Uploads;
  kontextSockets?: Map<string, import("./widgets/image_grid/live-updates.js").ReconnectingSocket>;
}

/** In Chromium and Firefox, and missing in TypeScript's own DOM types. */
interface FocusOptions {
  focusVisible?: boolean;
}
