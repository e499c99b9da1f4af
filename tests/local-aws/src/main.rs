//! Starts the local AWS from the command line.

use std::io::{Read, Write};
use std::process::ExitCode;

use local_aws::{Options, Server};

const USAGE: &str = "\
usage: local-aws [--port N] [--log] [--until-stdin-closes]

  --port N               loopback port to listen on; 0 takes any free one (default 4599)
  --log                  one line per request on standard error, without secrets
  --until-stdin-closes   end when standard input closes, so that no server outlives its parent
";

struct Arguments {
    options: Options,
    until_stdin_closes: bool,
}

fn parse_arguments() -> Result<Option<Arguments>, lexopt::Error> {
    use lexopt::prelude::*;

    let mut arguments = Arguments { options: Options::default(), until_stdin_closes: false };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => arguments.options.port = parser.value()?.parse()?,
            Long("log") => arguments.options.log = true,
            Long("until-stdin-closes") => arguments.until_stdin_closes = true,
            Long("help") | Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(arguments))
}

/// Resolves when the process is asked to end.
async fn asked_to_end(until_stdin_closes: bool) {
    tokio::select! {
        () = stdin_closed(), if until_stdin_closes => {}
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
    }
}

/// Resolves when standard input closes.
async fn stdin_closed() {
    let (closed, wait) = tokio::sync::oneshot::channel();
    // A thread and not an async read: the runtime could not end while a read of stdin is pending.
    std::thread::spawn(move || {
        let mut scratch = [0; 1024];
        while matches!(std::io::stdin().read(&mut scratch), Ok(1..)) {}
        // Nobody waits any more if the server ended for another reason.
        let _ = closed.send(());
    });
    let _ = wait.await;
}

/// Resolves on SIGTERM, where there is such a thing.
async fn terminated() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut signal) = signal(SignalKind::terminate()) {
            signal.recv().await;
            return;
        }
    }
    std::future::pending().await
}

async fn run(arguments: Arguments) -> std::io::Result<()> {
    let server = Server::bind(arguments.options).await?;
    // The caller waits for this line, so it must not sit in a buffer.
    let mut stdout = std::io::stdout();
    writeln!(stdout, "local AWS ready at {}", server.url())?;
    stdout.flush()?;
    server.serve_until(asked_to_end(arguments.until_stdin_closes)).await;
    Ok(())
}

fn main() -> ExitCode {
    let arguments = match parse_arguments() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            let _ = std::io::stdout().write_all(USAGE.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            let _ = write!(std::io::stderr(), "local-aws: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "local-aws: {error}");
            ExitCode::FAILURE
        }
    }
}
