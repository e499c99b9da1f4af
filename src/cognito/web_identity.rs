//! STS AssumeRoleWithWebIdentity, the last step of the classic flow: AWS Query protocol, unsigned.

use super::wire::{Body, ServiceRequest};
use crate::pool::ClassicFlow;
use crate::secret::Secret;
use crate::sigv4::percent_encode;

/// The request: a role for an identity's token.
pub(super) fn assume_role(flow: &ClassicFlow, token: &Secret) -> ServiceRequest {
    let duration = flow.duration.map(|seconds| seconds.to_string());
    let parameters = [
        ("RoleArn", Some(flow.role_arn.as_str())),
        ("RoleSessionName", Some(&flow.session_name)),
        ("WebIdentityToken", Some(token.expose())),
        ("DurationSeconds", duration.as_deref()),
        ("Policy", flow.policy.as_deref()),
    ];
    // Room for all of it: a text that grows leaves copies of the token behind.
    let length = parameters.iter().filter_map(|(_, value)| Some(value.as_ref()?.len() * 3 + 32)).sum::<usize>();
    let mut form = String::with_capacity(64 + length);
    form.push_str("Action=AssumeRoleWithWebIdentity&Version=2011-06-15");
    for (name, value) in parameters {
        if let Some(value) = value {
            form.push('&');
            form.push_str(name);
            form.push('=');
            percent_encode(&mut form, value);
        }
    }
    ServiceRequest { url: flow.url.clone(), target: None, body: Body::Form(Secret::new(form)) }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_a_form_with_what_is_given_and_no_more() {
        let flow = |session_name: &str, duration, policy: Option<&str>| ClassicFlow {
            url: "https://sts/".into(),
            role_arn: "arn:aws:iam::123456789012:role/R".into(),
            session_name: session_name.into(),
            duration,
            policy: policy.map(str::to_owned),
        };
        let token = Secret::new("a.b+c=".into());
        let start =
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FR";
        let request = assume_role(&flow("sigfetch", None, None), &token);
        assert_eq!((request.url.as_str(), request.target), ("https://sts/", None));
        let Body::Form(form) = request.body else { panic!("not a form") };
        assert_eq!(form.expose(), format!("{start}&RoleSessionName=sigfetch&WebIdentityToken=a.b%2Bc%3D"));
        let Body::Form(form) = assume_role(&flow("me@x", Some(900), Some("{\"é\": 1}")), &token).body else {
            panic!("not a form")
        };
        let end =
            "&RoleSessionName=me%40x&WebIdentityToken=a.b%2Bc%3D&DurationSeconds=900&Policy=%7B%22%C3%A9%22%3A%201%7D";
        assert_eq!(form.expose(), format!("{start}{end}"));
    }
}
