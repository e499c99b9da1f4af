/**
 * What every consumer does with the package: a signed call with a body, and the question whose credentials they are; and
 * where there are `more` options, a client with those, too.
 */
export async function call(createClient, { options, url, more }) {
  try {
    const { signedFetch, whoami } = createClient(options);
    const response = await signedFetch(url, { method: "POST", body: "kettle ☕" });
    const { bodyBase64 } = await response.json();
    const { role } = await whoami();
    if (more) await createClient({ ...options, ...more }).identityId();
    return { status: response.status, bodyBase64, role };
  } catch (error) {
    return { error: String(error), code: error?.code, cause: String(error?.cause), stack: error?.stack };
  }
}
