//! One socket, from its opening to its end.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::outgoing::{Outgoing, Waiting};
use super::session::Session;
use super::sockets::Sockets;
use super::{FRAME_LIMIT, Greeting, Protocol};
use crate::world::World;

/// How long the client has to answer a close frame.
const CLOSING: Duration = Duration::from_secs(1);

/// How a socket ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client left.
    Left,
    /// The connection below is closed, without a close frame.
    Cut,
    /// With a close frame.
    Closed { code: u16, reason: String },
}

impl End {
    fn closed(code: u16, reason: &str) -> Self {
        Self::Closed { code, reason: reason.to_owned() }
    }
}

/// Serves a socket.
pub(super) async fn run<P: Protocol>(world: Arc<World>, upgraded: Upgraded, http_host: String, greeting: Greeting) {
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
    let (mut sink, mut stream) = socket.split();
    let (outgoing, Waiting { mut frames, end: mut ended }) = Outgoing::new();
    let _open = Sockets::open(Arc::clone(&world), P::SERVICE, outgoing.clone());
    let mut session = Session::new::<P>(Arc::clone(&world), http_host, outgoing);
    // The three run side by side, so that a client which does not read cannot keep a socket open.
    let end = tokio::select! {
        end = read::<P>(&mut stream, &mut session, greeting) => end,
        () = write(&mut sink, &mut frames, &world) => End::Left,
        Some(end) = ended.recv() => end,
    };
    drop(session);
    if let End::Closed { code, reason } = end {
        let close = async {
            while let Ok(frame) = frames.try_recv() {
                sink.feed(frame).await?;
            }
            sink.send(Message::Close(Some(CloseFrame { code: code.into(), reason: reason.into() }))).await?;
            // Closing the connection while frames of the client are unread could take ours with it.
            while stream.next().await.is_some_and(|frame| frame.is_ok()) {}
            Ok::<_, Error>(())
        };
        // What goes wrong here, goes wrong with a socket that ends anyway.
        let _ = timeout(CLOSING, close).await;
    }
}

/// Takes what the client sends, until it sends no more.
async fn read<P: Protocol>(
    stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
    session: &mut Session,
    greeting: Greeting,
) -> End {
    if let Greeting::Refuse(error) = &greeting {
        session.send(&P::connection_error(error)).await;
        return End::closed(1000, "");
    }
    while let Some(message) = stream.next().await {
        match message {
            // The library's own limits are larger: past those, the rest of the frame is not read, and closing the
            // connection below would overtake the close frame.
            Ok(message) if message.len() > FRAME_LIMIT => return End::closed(1009, "The message is too large."),
            Ok(Message::Text(text)) => session.received::<P>(&text, &greeting).await,
            Ok(Message::Binary(_)) => session.unusable::<P>("A message must be text.").await,
            // The library answers these by itself.
            Ok(Message::Close(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            Err(Error::Capacity(_)) => return End::closed(1009, ""),
            Err(Error::Utf8(_)) => return End::closed(1007, ""),
            Err(Error::Protocol(_)) => return End::closed(1002, ""),
            Err(_) => return End::Left,
        }
    }
    End::Left
}

/// Sends what waits, and keep-alive frames. The first frame is the acknowledgement: these come after it.
async fn write(
    sink: &mut (impl Sink<Message, Error = Error> + Unpin),
    frames: &mut tokio::sync::mpsc::Receiver<Message>,
    world: &World,
) {
    let mut changed = world.sockets.watch_keep_alive();
    let mut last_keep_alive = None;
    loop {
        let faults = world.faults.lock().realtime.keep_alive();
        let next = last_keep_alive.map(|last: Instant| last + faults.period);
        let frame = tokio::select! {
            frame = frames.recv() => frame,
            () = at(next) => {
                last_keep_alive = Some(Instant::now());
                if faults.is_withheld {
                    continue;
                }
                Some(json!({ "type": "ka" }).to_string().into())
            }
            _ = changed.changed() => continue,
        };
        last_keep_alive.get_or_insert_with(Instant::now);
        // All that waits goes out together.
        let mut next = frame;
        while let Some(frame) = next {
            if sink.feed(frame).await.is_err() {
                return;
            }
            next = frames.try_recv().ok();
        }
        if sink.flush().await.is_err() {
            return;
        }
    }
}

/// Waits for a moment, or forever.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
