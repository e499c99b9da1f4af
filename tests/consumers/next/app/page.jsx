import { Caller } from "./caller.jsx";

// Rendered on the server at every request, not only once at the build.
export const dynamic = "force-dynamic";

export default function Page() {
  return <Caller />;
}
