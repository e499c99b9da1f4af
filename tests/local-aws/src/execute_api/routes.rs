//! The API's resources and their methods.

use http::Method;
use percent_encoding::percent_decode_str;

use super::methods;
use crate::account::Api;

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
pub(super) fn path_in_stage<'a>(api: &Api, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(api.path_prefix)?.strip_prefix('/')
}

/// The resource of a path.
pub(super) fn find_resource(api: &Api, path: &str) -> Option<Route> {
    let path = path_in_stage(api, path)?;
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
pub(super) fn find_route(api: &Api, method: &Method, path: &str) -> Option<Route> {
    find_resource(api, path).filter(|route| methods(route.resource).contains(method))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{HTTP_API, REST_API};

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
            let found = find_resource(&REST_API, path);
            let found = found.as_ref().map(|route| (route.resource, route.parameter.as_deref()));
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn the_default_stage_has_no_prefix() {
        assert_eq!(path_in_stage(&HTTP_API, "/items/a"), Some("items/a"));
        assert!(find_resource(&HTTP_API, "/prod/items").is_none());
    }

    #[test]
    fn a_method_that_a_resource_has_not_is_no_route() {
        assert!(find_route(&REST_API, &Method::GET, "/prod/reports").is_some());
        assert!(find_route(&REST_API, &Method::POST, "/prod/reports").is_none());
    }
}
