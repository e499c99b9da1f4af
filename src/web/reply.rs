//! Answers of AWS, as the pure rooms read them: no more than [`MAX_BODY`] of a body, whatever a server sends.

use js_sys::{Date, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStreamDefaultReader, Response};
use zeroize::Zeroizing;

use super::json;
use crate::http::{Document, MAX_BODY, Reply, RetryAfter};
use crate::secret::Secret;
use crate::time::Millis;

#[wasm_bindgen]
extern "C" {
    type Body;
    // Fails if somebody else reads the body, as a wrapper of `fetch` may.
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Body) -> Result<ReadableStreamDefaultReader, JsValue>;
}

/// Status and headers, without a body.
pub(super) fn head(response: &Response) -> Reply {
    let headers = response.headers();
    let header = |name| headers.get(name).ok().flatten().unwrap_or_default();
    // An answer with an age has been in a cache, and its date is old.
    let date = if header("age").is_empty() { date_of(&header("date")) } else { None };
    Reply {
        status: response.status(),
        error_type: header("x-amzn-errortype"),
        request_id: header("x-amzn-requestid"),
        date,
        retry_after: RetryAfter::parse(&header("retry-after"), date_of),
        document: Document::default(),
    }
}

/// The whole of an answer, as far as it is read. Fails if the connection breaks before.
pub(super) async fn read(response: &Response) -> Result<Reply, JsValue> {
    let text = body(response).await?;
    Ok(Reply { document: document(&text), ..head(response) })
}

/// A body as JSON or as text.
pub(super) fn document(text: &str) -> Document {
    match json::parse(text) {
        Some(value) => Document::Json(value),
        None => Document::Text(Secret::new(text.to_owned())),
    }
}

/// Milliseconds of an HTTP date.
fn date_of(text: &str) -> Option<Millis> {
    let time = Date::parse(text);
    (!time.is_nan()).then_some(time as Millis)
}

/// A stream's reader that is cancelled when it is dropped: what nobody reads is not sent.
struct Reader(ReadableStreamDefaultReader);

impl Drop for Reader {
    fn drop(&mut self) {
        let cancelled = JsFuture::from(self.0.cancel());
        // It rejects with the stream's own error, which is known already.
        spawn_local(async move { drop(cancelled.await) });
    }
}

/// The text of a body; of one that is longer than [`MAX_BODY`], nothing.
async fn body(response: &Response) -> Result<Zeroizing<String>, JsValue> {
    let Some(stream) = response.body() else {
        // What stands in for `fetch` in a unit test may have no streams.
        let text = JsFuture::from(response.text()?).await?;
        return Ok(Zeroizing::new(text.as_string().unwrap_or_default()));
    };
    let reader = Reader(stream.unchecked_into::<Body>().get_reader()?);
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BODY));
    loop {
        let piece = JsFuture::from(reader.0.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            break;
        }
        let piece = Uint8Array::new(&Reflect::get(&piece, &"value".into())?);
        if bytes.len() + piece.length() as usize > MAX_BODY {
            return Ok(Zeroizing::default());
        }
        bytes.extend(piece.to_vec());
    }
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::evaluate;
    use super::*;

    fn response(expression: &str) -> Response {
        evaluate(expression).unchecked_into()
    }

    /// A body that comes in pieces, which says whether it was cancelled; `last` is what happens after the last piece.
    fn stream(pieces: u32, size: u32, last: &str) -> JsValue {
        evaluate(&format!(
            "(() => {{
                const source = {{ pieces: 0, isCancelled: false }};
                source.pull = (controller) => {{
                    if (source.pieces >= {pieces}) {{ {last} }}
                    source.pieces += 1;
                    controller.enqueue(new Uint8Array({size}).fill(32));
                }};
                source.cancel = () => {{ source.isCancelled = true; }};
                source.response = new Response(new ReadableStream(source, {{ highWaterMark: 0 }}));
                return source;
            }})()"
        ))
    }

    fn member(object: &JsValue, name: &str) -> JsValue {
        Reflect::get(object, &name.into()).unwrap()
    }

    const END: &str = "return controller.close();";

    #[wasm_bindgen_test]
    async fn a_body_is_read_up_to_its_bound() {
        let piece = MAX_BODY as u32 / 4;
        let most = stream(4, piece, END);
        assert_eq!(body(&member(&most, "response").unchecked_into()).await.unwrap().len(), MAX_BODY);
        for (pieces, size) in [(5, piece), (1, MAX_BODY as u32 + 1), (u32::MAX, 1_000)] {
            let longer = stream(pieces, size, END);
            assert_eq!(body(&member(&longer, "response").unchecked_into()).await.unwrap().as_str(), "");
            assert_eq!(member(&longer, "isCancelled"), JsValue::TRUE);
            assert!(member(&longer, "pieces").as_f64().unwrap() <= (MAX_BODY as u32 / size + 1).into());
        }
    }

    #[wasm_bindgen_test]
    async fn a_body_that_breaks_off_is_an_error() {
        let broken = stream(2, 10, "throw new TypeError('network error');");
        let error = read(&member(&broken, "response").unchecked_into()).await.unwrap_err();
        assert_eq!(member(&error, "message").as_string().as_deref(), Some("network error"));
    }

    #[wasm_bindgen_test]
    async fn nobody_reads_on_once_a_read_is_given_up() {
        let stalled = stream(1, 10, "return new Promise(() => {});");
        let answer: Response = member(&stalled, "response").unchecked_into();
        let pause = super::super::timer::sleep(20);
        assert!(crate::client::before(body(&answer), pause).await.is_none());
        assert_eq!(member(&stalled, "isCancelled"), JsValue::TRUE);
    }

    #[wasm_bindgen_test]
    async fn a_body_that_somebody_else_reads_is_an_error() {
        for expression in [
            "(() => { const answer = new Response('{}'); answer.body.getReader(); return answer; })()",
            "(() => { const answer = new Response('{}'); answer.text(); return answer; })()",
        ] {
            assert!(read(&response(expression)).await.is_err(), "{expression}");
        }
    }

    #[wasm_bindgen_test]
    async fn an_answer_without_streams_is_read_as_text() {
        let headers = "headers: new Headers({ 'x-amzn-requestid': 'r' })";
        let reply = read(&response(&format!("{{ status: 200, {headers}, text: async () => '{{\"a\":\"b\"}}' }}")))
            .await
            .unwrap();
        assert_eq!((reply.status, reply.request_id.as_str()), (200, "r"));
        assert_eq!(reply.document.text(&["a"]), Some("b"));
        assert!(read(&response(&format!("{{ status: 200, {headers} }}"))).await.is_err());
        let empty = read(&response("new Response(null, { status: 204 })")).await.unwrap();
        assert_eq!((empty.status, empty.document.text(&["a"])), (204, None));
    }

    #[wasm_bindgen_test]
    async fn bytes_that_are_no_text_do_not_end_the_read() {
        let reply = read(&response("new Response(new Uint8Array([123, 255, 254, 0]))")).await.unwrap();
        assert_eq!(reply.document.text(&["a"]), None);
    }

    #[wasm_bindgen_test]
    fn headers_are_read_and_those_that_cannot_be_are_left_out() {
        let of = |headers: &str| head(&response(&format!("new Response('', {{ status: 503, headers: {headers} }})")));
        let full = of("{ date: 'Thu, 27 Jan 2022 01:59:28 GMT', 'retry-after': '7', 'x-amzn-errortype': 'A:b' }");
        assert_eq!((full.status, full.date, full.error_type.as_str()), (503, Some(1_643_248_768_000), "A:b"));
        assert_eq!(full.retry_after, Some(RetryAfter::Seconds(7)));
        assert_eq!(of("{ date: 'Thu, 27 Jan 2022 01:59:28 GMT', age: '9' }").date, None, "out of a cache");
        let until = of("{ 'retry-after': 'Thu, 27 Jan 2022 01:59:28 GMT' }");
        assert_eq!((until.retry_after, until.date), (Some(RetryAfter::Date(1_643_248_768_000)), None));
        let absurd = of("{ date: 'soon', 'retry-after': '-1e9x' }");
        assert_eq!((absurd.date, absurd.retry_after), (None, None));
    }
}
