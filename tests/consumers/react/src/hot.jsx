import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Closing, Leaving } from "./panel.jsx";
import { survivors } from "./survivors.js";

globalThis.survivors = survivors;

createRoot(document.body.appendChild(document.createElement("main"))).render(
  <StrictMode>
    <Closing />
    <Leaving />
  </StrictMode>,
);
