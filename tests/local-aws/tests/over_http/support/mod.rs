//! A running server, and a client that knows nothing of the server's code: it sends HTTP and signs with `aws_sigv4`.

mod http_client;
mod signer;
mod socket;

use serde_json::{Value, json};

use local_aws::{Options, Server};

pub(crate) use http_client::{Reply, Request, begin};
pub(crate) use signer::Credentials;
pub(crate) use socket::{Api, refusal};

/// A server of the test's own, on a port of its own.
pub(crate) struct LocalAws {
    pub(crate) port: u16,
    pub(crate) config: Value,
    _serving: tokio::task::JoinHandle<()>,
}

/// A Cognito exchange's outcome.
pub(crate) struct Exchange {
    pub(crate) identity_id: String,
    pub(crate) credentials: Credentials,
}

impl LocalAws {
    pub(crate) async fn start() -> Self {
        let server = Server::bind(Options { port: 0, log: false }).await.unwrap();
        let port = server.port();
        let serving = tokio::spawn(server.serve_until(std::future::pending()));
        let mut local = Self { port, config: Value::Null, _serving: serving };
        local.config = local.control("GET", "config", None).await.json();
        local
    }

    /// A text of the config, by its path.
    pub(crate) fn at(&self, pointer: &str) -> String {
        self.config
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer} in the config"))
            .to_owned()
    }

    pub(crate) fn endpoint(&self, name: &str) -> String {
        self.at(&format!("/endpoints/{name}"))
    }

    pub(crate) async fn send(&self, request: Request) -> Reply {
        http_client::send(self.port, request).await.unwrap()
    }

    pub(crate) async fn control(&self, method: &str, what: &str, body: Option<Value>) -> Reply {
        let url = format!("http://localhost:{}/_local/{what}", self.port);
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(Request::new(method, &url).body(body)).await
    }

    pub(crate) async fn faults(&self, change: Value) {
        let reply = self.control("POST", "faults", Some(change)).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    /// How often a service answered an operation with an outcome.
    pub(crate) async fn count(&self, service: &str, operation: &str, outcome: &str) -> u64 {
        let stats = self.control("GET", "stats", None).await.json();
        stats["calls"][service][operation][outcome].as_u64().unwrap_or(0)
    }

    pub(crate) async fn cognito(&self, operation: &str, body: Value) -> Reply {
        let url = self.endpoint("cognitoIdentity");
        self.send(aws_json(&url, "AWSCognitoIdentityService", operation, &body)).await
    }

    pub(crate) async fn idp(&self, operation: &str, body: Value) -> Reply {
        let url = self.endpoint("cognitoIdp");
        self.send(aws_json(&url, "AWSCognitoIdentityProviderService", operation, &body)).await
    }

    /// Signs a demo user in and gives the result of the authentication.
    pub(crate) async fn sign_in(&self, username: &str) -> Value {
        let user = self.config["users"].as_array().unwrap().iter().find(|user| user["username"] == username);
        let reply = self
            .idp(
                "InitiateAuth",
                json!({
                    "AuthFlow": "USER_PASSWORD_AUTH",
                    "ClientId": self.at("/clientId"),
                    "AuthParameters": { "USERNAME": username, "PASSWORD": user.unwrap()["password"] },
                }),
            )
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["AuthenticationResult"].clone()
    }

    /// A demo user's login map.
    pub(crate) async fn logins(&self, username: &str) -> Value {
        let token = self.sign_in(username).await["IdToken"].clone();
        json!({ self.at("/loginKey"): token })
    }

    /// The enhanced flow: an identity, then its credentials.
    pub(crate) async fn exchange(&self, pool: &str, logins: Option<Value>) -> Exchange {
        let mut request = json!({ "IdentityPoolId": self.at(&format!("/{pool}")) });
        if let Some(logins) = &logins {
            request["Logins"] = logins.clone();
        }
        let reply = self.cognito("GetId", request).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let mut request = json!({ "IdentityId": reply.json()["IdentityId"] });
        if let Some(logins) = logins {
            request["Logins"] = logins;
        }
        let reply = self.cognito("GetCredentialsForIdentity", request).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let body = reply.json();
        Exchange {
            identity_id: body["IdentityId"].as_str().unwrap().to_owned(),
            credentials: Credentials::from_cognito(&body["Credentials"]),
        }
    }

    pub(crate) async fn guest(&self) -> Credentials {
        self.exchange("identityPoolId", None).await.credentials
    }

    pub(crate) async fn user(&self, username: &str) -> Credentials {
        let logins = self.logins(username).await;
        self.exchange("identityPoolId", Some(logins)).await.credentials
    }

    /// A GraphQL query, signed.
    pub(crate) async fn graphql(&self, credentials: &Credentials, query: &str) -> Reply {
        let request = Request::new("POST", &self.endpoint("graphql"))
            .header("content-type", "application/json")
            .body(json!({ "query": query }).to_string());
        self.send(credentials.sign(request, "appsync")).await
    }
}

/// A request of the AWS JSON protocol.
pub(crate) fn aws_json(url: &str, service: &str, operation: &str, body: &Value) -> Request {
    Request::new("POST", url)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", &format!("{service}.{operation}"))
        .body(body.to_string())
}
