//! The API's stages, resources and methods.

use percent_encoding::percent_decode_str;

use super::Deployed;
use crate::account::ApiKind;
use crate::arrived::Arrived;
use crate::settings::{MethodSettings, ResourcePath};

/// A resource, found by a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) resource: ResourcePath,
    /// The decoded path parameter, if the resource has one.
    pub(super) parameter: Option<String>,
}

/// The resource's path as its owner wrote it.
pub(super) fn template(resource: ResourcePath) -> &'static str {
    match resource {
        ResourcePath::Items => "/items",
        ResourcePath::Item => "/items/{id}",
        ResourcePath::Echo => "/echo/{proxy+}",
        ResourcePath::Reports => "/reports",
        ResourcePath::Secret => "/secret",
    }
}

/// The stage that the path begins with, if the API has it. A `$default` stage is in no path.
pub(super) fn stage<'a>(deployed: Deployed<'a>, path: &str) -> Option<&'a str> {
    let first = match deployed.api.kind {
        ApiKind::Rest => path.strip_prefix('/')?.split('/').next()?,
        ApiKind::Http => "$default",
    };
    deployed.settings.stages.iter().map(String::as_str).find(|stage| *stage == first)
}

/// The path after the stage, without its leading slash, still encoded.
pub(super) fn path_in_stage<'a>(deployed: Deployed<'_>, path: &'a str) -> Option<&'a str> {
    let stage = stage(deployed, path)?;
    match deployed.api.kind {
        ApiKind::Rest => path.strip_prefix('/')?.strip_prefix(stage)?.strip_prefix('/'),
        ApiKind::Http => path.strip_prefix('/'),
    }
}

/// The resource of a path, whatever its methods.
pub(super) fn find_resource(deployed: Deployed<'_>, path: &str) -> Option<Route> {
    let path = path_in_stage(deployed, path)?;
    let (first, rest) = match path.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let resource = match (first, rest) {
        ("items", None) => ResourcePath::Items,
        ("items", Some(id)) if !id.is_empty() && !id.contains('/') => ResourcePath::Item,
        ("echo", Some(proxy)) if !proxy.is_empty() => ResourcePath::Echo,
        ("reports", None) => ResourcePath::Reports,
        ("secret", None) => ResourcePath::Secret,
        _ => return None,
    };
    let parameter = rest.map(|rest| percent_decode_str(rest).decode_utf8_lossy().into_owned());
    Some(Route { resource, parameter })
}

/// The resource of a request's path and the settings of its method, if it has that method.
pub(super) fn find_method<'a>(deployed: Deployed<'a>, request: &Arrived) -> Option<(Route, &'a MethodSettings)> {
    let route = find_resource(deployed, request.path())?;
    let method = deployed.settings.method(route.resource, &request.method)?;
    Some((route, method))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Api, HTTP_API, REST_API};
    use crate::settings::Configured;

    fn with(api: &'static Api, check: impl Fn(Deployed<'_>)) {
        let settings = Configured::initial().unwrap().settings();
        check(Deployed { api, settings: settings.api(api.name).unwrap(), expose_date: true });
    }

    #[test]
    fn paths_find_their_resource() {
        with(&REST_API, |deployed| {
            for (path, expected) in [
                ("/prod/items", Some((ResourcePath::Items, None))),
                ("/prod/items/a%20b", Some((ResourcePath::Item, Some("a b")))),
                ("/prod/echo/a//b/", Some((ResourcePath::Echo, Some("a//b/")))),
                ("/prod/echo", None),
                ("/prod/items/a/b", None),
                ("/prod/items/", None),
                ("/prod", None),
                ("/test/items", None),
                ("/production/items", None),
                ("/items", None),
            ] {
                let found = find_resource(deployed, path);
                let found = found.as_ref().map(|route| (route.resource, route.parameter.as_deref()));
                assert_eq!(found, expected, "{path}");
            }
            assert_eq!((stage(deployed, "/prod"), stage(deployed, "/test/items")), (Some("prod"), None));
        });
    }

    #[test]
    fn the_default_stage_has_no_prefix() {
        with(&HTTP_API, |deployed| {
            assert_eq!(path_in_stage(deployed, "/items/a"), Some("items/a"));
            assert_eq!(stage(deployed, "/items/a"), Some("$default"));
            assert!(find_resource(deployed, "/prod/items").is_none());
        });
    }
}
