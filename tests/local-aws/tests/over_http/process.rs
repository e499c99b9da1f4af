//! The program: how it starts, what it prints, how it ends.

use std::io::{BufRead, BufReader};
use std::net::{Ipv6Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_local-aws");

fn start(arguments: &[&str]) -> (Child, u16) {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.strip_prefix("local AWS ready at http://localhost:").unwrap().trim().parse().unwrap();
    (child, port)
}

fn wait(child: &mut Child) -> std::process::ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "the server did not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn it_says_where_it_listens_and_ends_with_its_standard_input() {
    let (mut child, port) = start(&["--port", "0", "--until-stdin-closes"]);
    TcpStream::connect(("127.0.0.1", port)).unwrap();
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
        TcpStream::connect((Ipv6Addr::LOCALHOST, port)).unwrap();
    }
    drop(child.stdin.take());
    assert!(wait(&mut child).success());
}

#[cfg(unix)]
#[test]
fn it_ends_when_asked_to() {
    let (mut child, _) = start(&["--port", "0"]);
    drop(child.stdin.take());
    std::thread::sleep(Duration::from_millis(100));
    assert!(child.try_wait().unwrap().is_none(), "a closed standard input ends it only on demand");
    let asked = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(asked.success());
    assert!(wait(&mut child).success());
}

#[test]
fn a_busy_port_and_a_wrong_argument_are_told() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let busy = Command::new(PROGRAM).args(["--port", &port]).output().unwrap();
    assert_eq!(busy.status.code(), Some(1));
    let text = String::from_utf8(busy.stderr).unwrap();
    assert!(text.contains(&port) && text.contains("in use"), "{text}");
    let wrong = Command::new(PROGRAM).arg("--host").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("usage: local-aws"));
}
