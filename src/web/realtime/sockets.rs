//! What lasting connections need of their surroundings, in a browser or another JavaScript runtime.

use js_sys::{Array, Function, JsString};
use wasm_bindgen::prelude::*;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::page::{Page, Signed, tell_state, tell_unusable};
use super::payload::Payload;
use crate::appsync::connection::{Endpoint, FRAME_LIMIT, Failure, Remedy, SigningTask, Verdict};
use crate::client::realtime::{FrameSignature, Happening, SignatureReceiver, SocketEvent, SocketHost};
use crate::secret::Secret;
use crate::time::Millis;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
    #[wasm_bindgen(js_namespace = Math, js_name = random)]
    fn math_random() -> f64;
    fn btoa(text: &str) -> String;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// A function for JavaScript, all of one kind: each kind costs glue.
type Callback = Closure<dyn FnMut(JsValue)>;

/// A JavaScript runtime, and the page's client.
#[derive(Debug)]
pub(super) struct PageSockets(Page);

impl PageSockets {
    pub(super) fn new(page: Page) -> Self {
        Self(page)
    }

    pub(super) fn page(&self) -> &Page {
        &self.0
    }
}

/// A timer that is cleared when it is dropped.
pub(super) struct Timer {
    id: JsValue,
    _callback: Callback,
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

/// A socket that is closed, and no longer listened to, when it is dropped.
pub(super) struct Socket {
    socket: WebSocket,
    _callbacks: [Callback; 3],
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // One that is closed already is left as it is.
        let _ = self.socket.close_with_code(NORMAL_CLOSURE);
    }
}

/// RFC 6455, section 7.4.1.
const NORMAL_CLOSURE: u16 = 1000;

impl SocketHost for PageSockets {
    type Payload = Payload;
    type Socket = Socket;
    type Timer = Timer;

    fn now(&self) -> Millis {
        date_now() as Millis
    }

    fn monotonic(&self) -> Millis {
        performance_now() as Millis
    }

    fn random(&self) -> f64 {
        math_random()
    }

    fn wait(&self, duration: Millis, then: Box<dyn FnOnce()>) -> Timer {
        let callback = once(move |_| then());
        Timer { id: set_timeout(callback.as_ref().unchecked_ref(), duration as f64), _callback: callback }
    }

    fn base64(&self, text: &str) -> String {
        btoa(text)
    }

    fn open(&self, url: &str, subprotocols: [&str; 2], report: Box<dyn Fn(SocketEvent<Payload>)>) -> Option<Socket> {
        let subprotocols = Array::of2(&subprotocols[0].into(), &subprotocols[1].into());
        let socket = WebSocket::new_with_str_sequence(url, &subprotocols).ok()?;
        let report = std::rc::Rc::new(report);
        let (opened, received) = (report.clone(), report.clone());
        let callbacks: [Callback; 3] = [
            Closure::new(move |_| opened(SocketEvent::Opened)),
            Closure::new(move |event: JsValue| received(frame(&event.unchecked_into::<MessageEvent>().data()))),
            Closure::new(move |event: JsValue| {
                report(SocketEvent::Closed(event.unchecked_into::<CloseEvent>().code()));
            }),
        ];
        socket.set_onopen(Some(callbacks[0].as_ref().unchecked_ref()));
        socket.set_onmessage(Some(callbacks[1].as_ref().unchecked_ref()));
        socket.set_onclose(Some(callbacks[2].as_ref().unchecked_ref()));
        Some(Socket { socket, _callbacks: callbacks })
    }

    fn send(&self, socket: &Socket, text: &str) {
        // A socket that is closing takes nothing more, and its end is reported.
        let _ = socket.socket.send_with_str(text);
    }

    fn period(&self) -> u32 {
        self.0.period()
    }

    fn authorize(&self, task: &SigningTask, done: SignatureReceiver<Payload>) {
        let headers: Array = task.headers.iter().flat_map(|(name, value)| [*name, *value]).map(JsValue::from).collect();
        let callback = once(move |signed: JsValue| done(signature(&signed.unchecked_into())));
        // It is freed with its function, which the platform collects.
        self.0.sign(&task.url, &headers, &task.body, callback.into_js_value().unchecked_ref());
    }

    fn accepted(&self, access_key_id: &str) {
        self.0.accepted(access_key_id);
    }

    fn refused(&self, url: &str, access_key_id: Option<&str>, error: Option<&Payload>) -> Verdict<Payload> {
        let verdict = self.0.refused(url, access_key_id, error.map_or(&JsValue::UNDEFINED, |Payload(error)| error));
        let remedy = match (verdict.get(1).is_truthy(), verdict.get(2).is_truthy()) {
            (true, _) => Remedy::Recover,
            (_, true) => Remedy::Wait,
            _ => Remedy::Nothing,
        };
        Verdict { remedy, failure: Failure::Thrown { thrown: Payload(verdict.get(0)), is_retryable: false } }
    }

    fn emit(&self, endpoint: &Endpoint, happening: Happening<Payload>) {
        match happening {
            Happening::State(state) => tell_state(&self.0, endpoint.http_url(), &state),
            Happening::Unusable(failure) => tell_unusable(&self.0, endpoint.http_url(), failure),
        }
    }
}

/// A function that is called once.
fn once(call: impl FnOnce(JsValue) + 'static) -> Callback {
    let mut call = Some(call);
    Closure::new(move |given| {
        if let Some(call) = call.take() {
            call(given);
        }
    })
}

fn frame(data: &JsValue) -> SocketEvent<Payload> {
    let size = if data.is_string() { data.unchecked_ref::<JsString>().length() as usize } else { 0 };
    let frame = if size > FRAME_LIMIT { None } else { Payload::read(data) };
    SocketEvent::Frame(frame, size)
}

fn signature(signed: &Signed) -> Result<FrameSignature, Failure<Payload>> {
    let thrown = || Failure::Thrown { thrown: Payload(signed.error()), is_retryable: signed.retryable() };
    let headers = signed.headers().ok_or_else(thrown)?;
    let header = |name| headers.get(name).ok().flatten();
    Ok(FrameSignature {
        authorization: Secret::new(header("authorization").unwrap_or_default()),
        amz_date: header("x-amz-date").unwrap_or_default(),
        security_token: header("x-amz-security-token").map(Secret::new),
    })
}
