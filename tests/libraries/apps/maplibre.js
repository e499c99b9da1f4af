import { Map as MapLibreMap, setWorkerUrl } from "maplibre-gl";
import { app } from "./app.js";

setWorkerUrl("/maplibre-worker.js");

/** A place of that name, as MapLibre's GeoJSON sources read it. */
const place = (name) => ({
  type: "FeatureCollection",
  features: [{ type: "Feature", properties: { name }, geometry: { type: "Point", coordinates: [0, 0] } }],
});

app((aws, { rest }) => {
  /** Loads a source, which MapLibre's worker fetches with the headers that the page signed. */
  async function features(data) {
    // Asked for synchronously, so there have to be credentials.
    await aws.credentials();
    const container = Object.assign(document.createElement("div"), { style: "width: 64px; height: 64px" });
    document.body.append(container);
    const map = new MapLibreMap({
      container,
      style: { version: 8, sources: { places: { type: "geojson", data } }, layers: [] },
      transformRequest: (url) => ({ url, headers: Object.fromEntries(aws.signHeadersSync(url)) }),
    });
    try {
      await new Promise((resolve, reject) => {
        map.on("error", ({ error }) => reject(error));
        map.on("sourcedata", ({ isSourceLoaded }) => isSourceLoaded && resolve());
      });
      return (await map.getSource("places").getData()).features;
    } finally {
      map.remove();
    }
  }
  return {
    async add(text) {
      const init = { method: "PUT", body: JSON.stringify(place(text)) };
      const response = await aws.signedFetch(`${rest}/items/places`, init);
      return (await response.json()).features[0].properties.name;
    },
    list: async () => (await features(`${rest}/items/places`)).map(({ properties }) => properties.name),
    forbidden: () => features(`${rest}/secret`),
    told: async ({ body }) => JSON.parse(await body.text()).Message,
  };
});
