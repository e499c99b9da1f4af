import {
  AngularNodeAppEngine,
  createNodeRequestHandler,
  isMainModule,
  writeResponseToNodeResponse,
} from "@angular/ssr/node";
import express from "express";

const engine = new AngularNodeAppEngine();
const app = express();

app.use(express.static("dist/browser", { index: false }));
app.use((request, answer, next) => {
  const rendered = engine.handle(request);
  rendered.then((response) => (response ? writeResponseToNodeResponse(response, answer) : next())).catch(next);
});

// The build runs this, too, and wants no server.
if (isMainModule(import.meta.url)) app.listen(Number((globalThis as any).process.argv.at(-1)));

export const reqHandler = createNodeRequestHandler(app);
