//! Binding, accepting, and the last steps of an answer on its way out.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::answer::Answer;
use crate::dispatch::{self, Delivery};
use crate::settings::Unfit;
use crate::tokens::TokenKeys;
use crate::world::World;

/// How to run the server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The loopback port; 0 takes any free one.
    pub port: u16,
    /// Whether to write one line per request to standard error.
    pub log: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 4599, log: false }
    }
}

/// A bound server. It listens on loopback only: what it hands out would be real secrets anywhere else.
#[derive(Debug)]
pub struct Server {
    world: Arc<World>,
    listeners: Vec<TcpListener>,
}

impl Server {
    /// Binds 127.0.0.1 and, where the machine has it, ::1 on the same port: browsers may choose either for `localhost`.
    pub async fn bind(options: Options) -> io::Result<Self> {
        let keys = TokenKeys::of_this_process()
            .map_err(|_| io::Error::other("cannot make the keys that tokens are signed with"))?;
        let listeners = bind_loopback(options.port).await.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot listen on port {} of loopback: {error}", options.port))
        })?;
        let port = listeners[0].local_addr()?.port();
        let world = World::new(port, options.log, keys)
            .map_err(|Unfit(reason)| io::Error::other(format!("the initial settings are wrong: {reason}")))?;
        Ok(Self { world: Arc::new(world), listeners })
    }

    /// The address of the control, from which a client learns all others.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.world.port)
    }

    /// The port that was bound.
    pub fn port(&self) -> u16 {
        self.world.port
    }

    /// Serves until `end` resolves. Connections that are open then are dropped.
    pub async fn serve_until(self, end: impl Future<Output = ()>) {
        let mut accepting = tokio::task::JoinSet::new();
        for listener in self.listeners {
            accepting.spawn(accept(listener, Arc::clone(&self.world)));
        }
        end.await;
        accepting.shutdown().await;
        self.world.sockets.end(None, None, "");
    }
}

async fn bind_loopback(port: u16) -> io::Result<Vec<TcpListener>> {
    // With port 0 the free port of one address may be taken on the other: then take another.
    let mut attempts = if port == 0 { 16 } else { 1 };
    loop {
        attempts -= 1;
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let bound = v4.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, bound)).await {
            Ok(v6) => return Ok(vec![v4, v6]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if attempts == 0 {
                    return Err(error);
                }
            }
            // A machine without IPv6.
            Err(_) => return Ok(vec![v4]),
        }
    }
}

async fn accept(listener: TcpListener, world: Arc<World>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) if is_loopback(peer) => {
                    connections.spawn(serve(stream, Arc::clone(&world)));
                }
                Ok(_) => {}
                // Out of file descriptors, most likely: give connections the time to end.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn is_loopback(peer: SocketAddr) -> bool {
    peer.ip().is_loopback()
}

async fn serve(stream: TcpStream, world: Arc<World>) {
    // Small answers must not wait for the other side's acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: http::Request<Incoming>| {
        let world = Arc::clone(&world);
        async move {
            let (answer, delivery) = dispatch::answer(&world, request).await;
            Ok::<_, Infallible>(to_response(answer, delivery))
        }
    });
    // The Date header is the server's own, which a fault may set wrong or hide. Errors here are the client's: it went
    // away, or an answer was cut on purpose.
    let _ = hyper::server::conn::http1::Builder::new()
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}

fn to_response(answer: Answer, delivery: Delivery) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    let body = match delivery {
        Delivery::Whole => Full::new(answer.body).map_err(|never| match never {}).boxed_unsync(),
        Delivery::Cut => HalfBody::of(&answer.body, AfterHalf::BreakOff).boxed_unsync(),
        Delivery::Stalled => HalfBody::of(&answer.body, AfterHalf::Stall).boxed_unsync(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

/// What follows the first half of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AfterHalf {
    /// The connection ends.
    BreakOff,
    /// Nothing, until the client goes away.
    Stall,
}

/// A body that promises all its bytes and gives the first half.
struct HalfBody {
    promised: u64,
    first_half: Option<Bytes>,
    then: AfterHalf,
    /// Breaking off at once would take the half with it, which is still in the connection's buffer then.
    pause: Pin<Box<tokio::time::Sleep>>,
}

impl HalfBody {
    fn of(body: &Bytes, then: AfterHalf) -> Self {
        Self {
            then,
            // At least one byte is promised, or an empty answer would be whole.
            promised: (body.len() as u64).max(1),
            first_half: Some(body.slice(..body.len() / 2)),
            pause: Box::pin(tokio::time::sleep(Duration::from_millis(50))),
        }
    }
}

impl Body for HalfBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(half) = self.first_half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if self.then == AfterHalf::Stall {
            return Poll::Pending;
        }
        ready!(self.pause.as_mut().poll(context));
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionAborted))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
