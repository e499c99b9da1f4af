//! What is fixed in the account that this server plays: ids, names, passwords. A page or a test can be written against
//! it. What an owner can set is in `settings`.

/// The account's number.
pub(crate) const ACCOUNT_ID: &str = "123456789012";
/// The one region that holds resources. Other regions exist and are empty.
pub(crate) const REGION: &str = "us-east-1";
/// The id of the GraphQL API in host names.
pub(crate) const GRAPHQL_DNS_ID: &str = "abcdefghijklmnopqrstuvwx26";
/// The id of the GraphQL API in ARNs: AppSync uses another one there.
pub(crate) const GRAPHQL_API_ID: &str = "zyxwvutsrqponmlkjihgfedcba";
/// The domain of the GraphQL API's owner, where it answers too.
pub(crate) const GRAPHQL_DOMAIN: &str = "graphql.example.localhost";
/// The id of the Events API in host names.
pub(crate) const EVENTS_DNS_ID: &str = "eventsevents26charslong026";
/// The id of the Events API in ARNs.
pub(crate) const EVENTS_API_ID: &str = "eventsapiideventsapiid0026";
/// The domain of the Events API's owner, where it answers too.
pub(crate) const EVENTS_DOMAIN: &str = "events.example.localhost";

/// The index that Kendra has.
pub(crate) const KENDRA_INDEX_ID: &str = "5a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
/// The table that DynamoDB has. Its partition key is `owner`, its sort key `id`.
pub(crate) const TABLE: &str = "LocalItems";
/// The bucket that S3 has.
pub(crate) const BUCKET: &str = "local-bucket";

/// An identity pool.
#[derive(Debug)]
pub(crate) struct IdentityPool {
    /// The name under which the control's `config` shows it.
    pub(crate) name: &'static str,
    pub(crate) id: &'static str,
}

/// The identity pools. The first is the one that the documentation uses.
pub(crate) const IDENTITY_POOLS: &[IdentityPool] = &[
    IdentityPool { name: "identityPoolId", id: "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0" },
    IdentityPool { name: "identityPoolIdWithoutGuests", id: "us-east-1:1f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f1" },
    IdentityPool { name: "identityPoolIdWithoutAppSync", id: "us-east-1:2f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f2" },
    IdentityPool { name: "identityPoolIdClassic", id: "us-east-1:3f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f3" },
    IdentityPool { name: "identityPoolIdWithoutRoles", id: "us-east-1:4f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f4" },
];

/// A user pool. Its name in a login map is `cognito-idp.{region}.amazonaws.com/{id}`.
#[derive(Debug)]
pub(crate) struct UserPool {
    pub(crate) id: &'static str,
    pub(crate) client_id: &'static str,
}

/// The user pools: one that the identity pools know, one that they do not.
pub(crate) const USER_POOLS: &[UserPool] = &[
    UserPool { id: "us-east-1_LocalPool", client_id: "1localclient00000000000000" },
    UserPool { id: "us-east-1_OtherPool", client_id: "2otherclient00000000000000" },
];

impl UserPool {
    /// The name in a login map, and the token's issuer without its scheme.
    pub(crate) fn login_key(&self) -> String {
        format!("cognito-idp.{REGION}.amazonaws.com/{}", self.id)
    }
}

/// A person who can sign in to every user pool. The passwords protect nothing: the server is on loopback, and hands
/// them out itself.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) confirmed: bool,
}

/// The users.
pub(crate) const USERS: &[User] = &[
    User { name: "alice", password: "Wonderland-1", subject: "a11ce000-0000-4000-8000-000000000001", confirmed: true },
    User { name: "bob", password: "Builder-2024", subject: "b0b00000-0000-4000-8000-000000000002", confirmed: true },
    User { name: "carol", password: "Reports-2024", subject: "ca201000-0000-4000-8000-000000000003", confirmed: true },
    User { name: "dave", password: "Unconfirmed-1", subject: "da7e0000-0000-4000-8000-000000000004", confirmed: false },
];

/// How an identity came to be, as the trust policies of roles see it (`amr`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody signed in.
    Guest,
    /// A login was shown.
    User,
}

/// The kinds of API that API Gateway has, as far as a caller can tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiKind {
    /// Says in detail why it refuses.
    Rest,
    /// Says "Forbidden" and no more.
    Http,
}

/// An API of API Gateway.
#[derive(Debug)]
pub(crate) struct Api {
    /// The name under which the control's `config` shows it.
    pub(crate) name: &'static str,
    pub(crate) id: &'static str,
    pub(crate) kind: ApiKind,
    /// What the stage that clients use puts before every path.
    pub(crate) path_prefix: &'static str,
}

/// The REST API whose refusals a page can read.
pub(crate) const REST_API: Api = Api { name: "rest", id: "a1b2c3d4e5", kind: ApiKind::Rest, path_prefix: "/prod" };

/// The same REST API as most people first deploy it: its refusals look like CORS errors.
pub(crate) const REST_API_WITHOUT_CORS: Api =
    Api { name: "restWithoutCors", id: "f6g7h8i9j0", kind: ApiKind::Rest, path_prefix: "/prod" };

/// The same resources as an HTTP API.
pub(crate) const HTTP_API: Api = Api { name: "http", id: "k1l2m3n4o5", kind: ApiKind::Http, path_prefix: "" };
