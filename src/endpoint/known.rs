//! Hosts that were recognised before: reading the tables takes longer than signing, and a page calls few hosts.

use super::services::telling_path;
use super::{Endpoint, Unrecognised, recognise};

/// A page rarely calls more than a handful of hosts.
const KEPT: usize = 8;

#[derive(Clone, Debug)]
struct Entry {
    host: String,
    path: &'static str,
    endpoint: Endpoint,
}

/// What [`recognise`] found lately, oldest first.
#[derive(Clone, Debug, Default)]
pub struct KnownHosts(Vec<Entry>);

impl KnownHosts {
    /// As [`recognise`].
    pub fn recognise(&mut self, host: &str, path: &str) -> Result<&Endpoint, Unrecognised> {
        let path = telling_path(path);
        let at = match self.0.iter().position(|entry| entry.host == host && entry.path == path) {
            Some(at) => at,
            None => {
                let endpoint = recognise(host, path)?;
                if self.0.len() == KEPT {
                    self.0.remove(0);
                }
                self.0.push(Entry { host: host.into(), path, endpoint });
                self.0.len() - 1
            }
        };
        Ok(&self.0[at].endpoint)
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
            assert_eq!(known.0.len(), KEPT);
        }
    }
}
