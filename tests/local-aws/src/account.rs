//! The account that this server plays: its pools, roles, users and APIs. All of it is fixed, so that a page or a test
//! can be written against it.

use crate::iam::{Policy, Statement};

/// The account's number.
pub(crate) const ACCOUNT_ID: &str = "123456789012";
/// The one region that holds resources. Other regions exist and are empty.
pub(crate) const REGION: &str = "us-east-1";
/// The id of the GraphQL API in host names.
pub(crate) const GRAPHQL_DNS_ID: &str = "abcdefghijklmnopqrstuvwx26";
/// The id of the GraphQL API in ARNs: AppSync uses another one there.
pub(crate) const GRAPHQL_API_ID: &str = "zyxwvutsrqponmlkjihgfedcba";

/// What an identity pool does with role claims in a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoleMapping {
    /// One role for guests, one for users.
    Default,
    /// The token's `cognito:roles` and `cognito:preferred_role` choose.
    Token,
}

/// An identity pool.
#[derive(Debug)]
pub(crate) struct IdentityPool {
    /// The name under which the control's `config` shows it.
    pub(crate) name: &'static str,
    pub(crate) id: &'static str,
    /// The role of guests; none means that the pool takes no guests.
    pub(crate) guest_role: Option<&'static str>,
    pub(crate) user_role: Option<&'static str>,
    /// Whether `GetOpenIdToken` may be used.
    pub(crate) classic_flow: bool,
    pub(crate) role_mapping: RoleMapping,
}

/// The identity pools. The first is the one that the documentation uses.
pub(crate) const IDENTITY_POOLS: &[IdentityPool] = &[
    IdentityPool {
        name: "identityPoolId",
        id: "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0",
        guest_role: Some("LocalGuest"),
        user_role: Some("LocalUser"),
        classic_flow: false,
        role_mapping: RoleMapping::Token,
    },
    IdentityPool {
        name: "identityPoolIdWithoutGuests",
        id: "us-east-1:1f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f1",
        guest_role: None,
        user_role: Some("LocalUser"),
        classic_flow: false,
        role_mapping: RoleMapping::Default,
    },
    IdentityPool {
        name: "identityPoolIdWithoutAppSync",
        id: "us-east-1:2f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f2",
        guest_role: Some("LocalWithoutAppSync"),
        user_role: Some("LocalWithoutAppSync"),
        classic_flow: false,
        role_mapping: RoleMapping::Default,
    },
    IdentityPool {
        name: "identityPoolIdClassic",
        id: "us-east-1:3f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f3",
        guest_role: Some("LocalGuest"),
        user_role: Some("LocalUser"),
        classic_flow: true,
        role_mapping: RoleMapping::Default,
    },
    IdentityPool {
        name: "identityPoolIdWithoutRoles",
        id: "us-east-1:4f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f4",
        guest_role: Some("LocalUntrusting"),
        user_role: None,
        classic_flow: false,
        role_mapping: RoleMapping::Default,
    },
];

/// A user pool. Its name in a login map is `cognito-idp.{region}.amazonaws.com/{id}`.
#[derive(Debug)]
pub(crate) struct UserPool {
    pub(crate) id: &'static str,
    pub(crate) client_id: &'static str,
    /// Whether the identity pools accept its tokens.
    pub(crate) attached: bool,
}

/// The user pools: one that the identity pools know, one that they do not.
pub(crate) const USER_POOLS: &[UserPool] = &[
    UserPool { id: "us-east-1_LocalPool", client_id: "1localclient00000000000000", attached: true },
    UserPool { id: "us-east-1_OtherPool", client_id: "2otherclient00000000000000", attached: false },
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
    /// Roles that the token claims, the first of them the preferred one.
    pub(crate) roles: &'static [&'static str],
    pub(crate) confirmed: bool,
}

/// The users.
pub(crate) const USERS: &[User] = &[
    User {
        name: "alice",
        password: "Wonderland-1",
        subject: "a11ce000-0000-4000-8000-000000000001",
        roles: &[],
        confirmed: true,
    },
    User {
        name: "bob",
        password: "Builder-2024",
        subject: "b0b00000-0000-4000-8000-000000000002",
        roles: &[],
        confirmed: true,
    },
    User {
        name: "carol",
        password: "Reports-2024",
        subject: "ca201000-0000-4000-8000-000000000003",
        roles: &["LocalReports", "LocalWithoutAppSync"],
        confirmed: true,
    },
    User {
        name: "dave",
        password: "Unconfirmed-1",
        subject: "da7e0000-0000-4000-8000-000000000004",
        roles: &[],
        confirmed: false,
    },
];

/// How an identity came to be, as the trust policies of roles see it (`amr`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody signed in.
    Guest,
    /// A login was shown.
    User,
}

/// An IAM role.
#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) name: &'static str,
    /// The role's unique id, the first half of a caller's `UserId`.
    pub(crate) id: &'static str,
    /// Which standing its trust policy lets in (`amr`); none means that it trusts no identity pool.
    trusted_standings: &'static [Standing],
    /// Which identity pools its trust policy lets in (`aud`), if not all.
    trusted_pools: Option<&'static [&'static str]>,
    pub(crate) policy: Policy,
}

impl Role {
    /// The role's own ARN.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:iam::{ACCOUNT_ID}:role/{}", self.name)
    }

    /// Whether the role's trust policy lets such an identity of that pool assume it.
    pub(crate) fn trusts(&self, pool_id: &str, standing: Standing) -> bool {
        self.trusted_standings.contains(&standing) && self.trusted_pools.is_none_or(|pools| pools.contains(&pool_id))
    }
}

const fn allow(action: &'static str, resources: &'static [&'static str]) -> Statement {
    Statement { action, resources }
}

/// The roles.
pub(crate) const ROLES: &[Role] = &[
    Role {
        name: "LocalGuest",
        id: "AROALOCALGUEST0000001",
        trusted_standings: &[Standing::Guest],
        trusted_pools: None,
        policy: Policy {
            allow: &[
                allow(
                    "execute-api:Invoke",
                    &[
                        "arn:aws:execute-api:us-east-1:123456789012:*/GET/items",
                        "arn:aws:execute-api:us-east-1:123456789012:*/GET/items/*",
                        "arn:aws:execute-api:us-east-1:123456789012:*/echo/*",
                    ],
                ),
                allow(
                    "appsync:GraphQL",
                    &[
                        "arn:aws:appsync:us-east-1:123456789012:apis/*/types/Query/fields/note*",
                        "arn:aws:appsync:us-east-1:123456789012:apis/*/types/Query/fields/me",
                        "arn:aws:appsync:us-east-1:123456789012:apis/*/types/Mutation/fields/addNote",
                    ],
                ),
            ],
            deny: &[],
        },
    },
    Role {
        name: "LocalUser",
        id: "AROALOCALUSER00000002",
        trusted_standings: &[Standing::User],
        trusted_pools: None,
        policy: Policy {
            allow: &[
                allow("execute-api:Invoke", &["arn:aws:execute-api:us-east-1:123456789012:*"]),
                allow("appsync:GraphQL", &["arn:aws:appsync:us-east-1:123456789012:apis/*"]),
            ],
            deny: &[allow("execute-api:Invoke", &["arn:aws:execute-api:us-east-1:123456789012:*/GET/secret"])],
        },
    },
    Role {
        name: "LocalWithoutAppSync",
        id: "AROALOCALNOAPPSYNC003",
        trusted_standings: &[Standing::Guest, Standing::User],
        trusted_pools: None,
        policy: Policy {
            allow: &[allow("execute-api:Invoke", &["arn:aws:execute-api:us-east-1:123456789012:*/echo/*"])],
            deny: &[],
        },
    },
    Role {
        name: "LocalReports",
        id: "AROALOCALREPORTS00004",
        trusted_standings: &[Standing::User],
        trusted_pools: Some(&["us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0"]),
        policy: Policy {
            allow: &[allow("execute-api:Invoke", &["arn:aws:execute-api:us-east-1:123456789012:*/GET/reports"])],
            deny: &[],
        },
    },
    Role {
        name: "LocalUntrusting",
        id: "AROALOCALUNTRUST00005",
        trusted_standings: &[],
        trusted_pools: None,
        policy: Policy { allow: &[], deny: &[] },
    },
];

/// The kinds of API that API Gateway has, as far as a caller can tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiKind {
    /// Says in detail why it refuses.
    Rest {
        /// Whether its owner added CORS headers to the gateway responses `DEFAULT_4XX` and `DEFAULT_5XX`. API Gateway
        /// itself adds none.
        cors_on_gateway_responses: bool,
    },
    /// Says "Forbidden" and no more.
    Http,
}

/// An API of API Gateway.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) id: &'static str,
    pub(crate) kind: ApiKind,
    /// The stage as ARNs name it.
    pub(crate) stage: &'static str,
    /// What the stage puts before every path.
    pub(crate) path_prefix: &'static str,
}

/// The REST API whose refusals a page can read.
pub(crate) const REST_API: Api = Api {
    id: "a1b2c3d4e5",
    kind: ApiKind::Rest { cors_on_gateway_responses: true },
    stage: "prod",
    path_prefix: "/prod",
};

/// The same REST API as most people first deploy it: its refusals look like CORS errors.
pub(crate) const REST_API_WITHOUT_CORS: Api = Api {
    id: "f6g7h8i9j0",
    kind: ApiKind::Rest { cors_on_gateway_responses: false },
    stage: "prod",
    path_prefix: "/prod",
};

/// The same resources as an HTTP API.
pub(crate) const HTTP_API: Api = Api { id: "k1l2m3n4o5", kind: ApiKind::Http, stage: "$default", path_prefix: "" };

/// The identity pool of that id.
pub(crate) fn identity_pool(id: &str) -> Option<&'static IdentityPool> {
    IDENTITY_POOLS.iter().find(|pool| pool.id == id)
}

/// The role of that name.
pub(crate) fn role(name: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.name == name)
}

/// The role of that ARN.
pub(crate) fn role_by_arn(arn: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.arn() == arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_that_is_named_exists() {
        let by_pools = IDENTITY_POOLS.iter().flat_map(|pool| [pool.guest_role, pool.user_role]).flatten();
        let by_users = USERS.iter().flat_map(|user| user.roles.iter().copied());
        for name in by_pools.chain(by_users) {
            assert!(role(name).is_some(), "no role {name}");
        }
    }
}
