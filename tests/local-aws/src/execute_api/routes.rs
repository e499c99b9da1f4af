//! The API's resources and their methods.

use http::Method;
use percent_encoding::percent_decode_str;

use super::methods;
use crate::account::STAGE;

/// A resource of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Items,
    Item,
    Echo,
    Reports,
    Secret,
}

/// A resource, found by a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) resource: Resource,
    /// The decoded path parameter, if the resource has one.
    pub(super) parameter: Option<String>,
}

impl Resource {
    /// The resource's path as its owner wrote it.
    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Items => "/items",
            Self::Item => "/items/{id}",
            Self::Echo => "/echo/{proxy+}",
            Self::Reports => "/reports",
            Self::Secret => "/secret",
        }
    }
}

/// The path after the stage, without its leading slash, still encoded.
pub(super) fn path_in_stage(path: &str) -> Option<&str> {
    path.strip_prefix('/')?.strip_prefix(STAGE)?.strip_prefix('/')
}

/// The resource of a path.
pub(super) fn find_resource(path: &str) -> Option<Route> {
    let path = path_in_stage(path)?;
    let (first, rest) = match path.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let resource = match (first, rest) {
        ("items", None) => Resource::Items,
        ("items", Some(id)) if !id.is_empty() && !id.contains('/') => Resource::Item,
        ("echo", Some(proxy)) if !proxy.is_empty() => Resource::Echo,
        ("reports", None) => Resource::Reports,
        ("secret", None) => Resource::Secret,
        _ => return None,
    };
    let parameter = rest.map(|rest| percent_decode_str(rest).decode_utf8_lossy().into_owned());
    Some(Route { resource, parameter })
}

/// The resource of a path, if it has that method.
pub(super) fn find_route(method: &Method, path: &str) -> Option<Route> {
    find_resource(path).filter(|route| methods(route.resource).contains(method))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_resource() {
        for (path, expected) in [
            ("/prod/items", Some((Resource::Items, None))),
            ("/prod/items/a%20b", Some((Resource::Item, Some("a b")))),
            ("/prod/echo/a//b/", Some((Resource::Echo, Some("a//b/")))),
            ("/prod/echo", None),
            ("/prod/items/a/b", None),
            ("/prod/items/", None),
            ("/prod", None),
            ("/test/items", None),
            ("/production/items", None),
            ("/items", None),
        ] {
            let found = find_resource(path);
            let found = found.as_ref().map(|route| (route.resource, route.parameter.as_deref()));
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn a_method_that_a_resource_has_not_is_no_route() {
        assert!(find_route(&Method::GET, "/prod/reports").is_some());
        assert!(find_route(&Method::POST, "/prod/reports").is_none());
    }
}
