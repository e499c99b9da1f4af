//! A cache of recognised hosts: searching the table takes longer than signing, and a page calls few hosts.

use super::services::significant_path;
use super::{Endpoint, Unrecognised, recognise};

/// How many hosts are kept. A page rarely calls more than a handful.
const CAPACITY: usize = 8;

#[derive(Clone, Debug)]
struct Entry {
    host: String,
    path: &'static str,
    endpoint: Endpoint,
}

/// The hosts that [`recognise`] found last, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct KnownHosts(Vec<Entry>);

impl KnownHosts {
    /// Gives what [`recognise`] gives.
    pub fn recognise(&mut self, host: &str, path: &str) -> Result<&Endpoint, Unrecognised> {
        let path = significant_path(path);
        let position = match self.0.iter().position(|entry| entry.host == host && entry.path == path) {
            Some(position) => position,
            None => {
                let endpoint = recognise(host, path)?;
                if self.0.len() == CAPACITY {
                    self.0.remove(0);
                }
                self.0.push(Entry { host: host.into(), path, endpoint });
                self.0.len() - 1
            }
        };
        Ok(&self.0[position].endpoint)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_what_the_tables_say_whatever_was_asked_before() {
        let hosts = ["maps.geo", "abc-ats.iot", "execute-api", "s3", "appsync", "sqs", "email", "sns", "kms", "lambda"];
        let mut known = KnownHosts::default();
        for round in 0..3 {
            for host in hosts {
                let host = format!("{host}.eu-west-1.amazonaws.com");
                for path in ["/", "/v2/tiles", "/mqtt", "/mqtt/", "/v2"] {
                    assert_eq!(
                        known.recognise(&host, path).cloned(),
                        recognise(&host, path),
                        "{host}{path}, round {round}"
                    );
                }
            }
            assert_eq!(known.recognise("example.com", "/"), Err(Unrecognised::NotAws));
            assert_eq!(known.0.len(), CAPACITY);
        }
    }
}
