//! What the facade gives to a client: its options and a way to dispatch events. It holds the facade weakly, so that
//! nothing here keeps a client from being collected.

use js_sys::{Array, Date, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::super::json::to_js;
use super::super::owner::Owner;
use super::call::CapturedCall;
use super::fields::Fields;
use super::login::{has_logins, login, promised};
use super::options::read_credentials;
use super::storage::Store;
use crate::client::{CallError, Login, SignedIn};
use crate::credentials::CredentialSet;
use crate::error::{Code, Error};
use crate::event::Event;

#[wasm_bindgen]
extern "C" {
    /// See `pkg/client.js`.
    #[wasm_bindgen(typescript_type = "object")]
    #[derive(Clone, Debug)]
    pub type Page;
    /// The facade's own copy of the options; undefined when the facade is gone.
    #[wasm_bindgen(method, getter, structural)]
    fn options(this: &Page) -> JsValue;
    #[wasm_bindgen(method, structural)]
    fn dispatch(this: &Page, name: &str, detail: &JsValue);
    /// Takes down whose credentials are fetched: names of providers and what their tokens claim, in turn.
    #[wasm_bindgen(method, structural, js_name = noteLogins)]
    fn note_logins(this: &Page, logins: &Array);
}

/// A page's script.
#[derive(Debug)]
pub(super) struct PageOwner {
    page: Page,
    fixed_credentials: Option<CredentialSet>,
    store: Option<Store>,
}

impl PageOwner {
    /// Takes what of the options is not data.
    pub(super) fn new(page: Page) -> Result<Self, Error> {
        let options = fields(&page);
        let given = options.value("credentials");
        let fixed_credentials = if given.is_object() && !given.is_function() {
            let credentials = read_credentials(&given);
            Some(credentials.ok_or_else(|| options.invalid("credentials", NO_CREDENTIALS))?)
        } else {
            None
        };
        let remember = options.value("rememberIdentity");
        let store = options.text("identityPoolId")?.filter(|_| remember.is_truthy());
        let store = store.map(|pool| Store::open(remember, &pool));
        Ok(Self { page, fixed_credentials, store })
    }

    /// The options as they are now.
    pub(super) fn options(&self) -> Fields {
        fields(&self.page)
    }
}

fn fields(page: &Page) -> Fields {
    Fields::new(page.options(), "options", Code::InvalidOption)
}

const NO_CREDENTIALS: &str = "must give { accessKeyId, secretAccessKey, sessionToken?, expiration? }";

impl Owner for PageOwner {
    type Outgoing = CapturedCall;

    fn emit(&self, event: &Event) {
        let detail = to_js(event);
        let expiration = "expiration".into();
        let detail: Object = detail.unchecked_into();
        if let Some(time) = Reflect::get(&detail, &expiration).ok().filter(|time| time.as_f64().is_some()) {
            // Setting a member of a plain object does not fail.
            let _ = Reflect::set(&detail, &expiration, &Date::new(&time));
        }
        self.page.dispatch(event.name(), &detail);
    }

    fn signed_in(&self) -> SignedIn {
        let options = self.options();
        let logins = options.value("logins");
        if options.is_given("identity") || logins.is_function() {
            SignedIn::Unknown
        } else if has_logins(&logins) {
            SignedIn::Yes
        } else {
            SignedIn::No
        }
    }

    async fn login(&self) -> Result<Login, CallError<JsValue>> {
        let login = login(&self.options()).await?;
        let noted = Array::new();
        for (provider, token) in &login.logins {
            noted.push(&provider.as_str().into());
            // The part with the claims; without a signature it signs nobody in.
            let claims = token.expose().split('.').nth(1).unwrap_or_default();
            noted.push(&claims.into());
        }
        self.page.note_logins(&noted);
        Ok(login)
    }

    fn fixed_credentials(&self) -> Option<CredentialSet> {
        self.fixed_credentials.clone()
    }

    async fn credentials(&self) -> Result<CredentialSet, CallError<JsValue>> {
        const FIELD: &str = "options.credentials";
        let failed = |what| Error::about(Code::ProviderFailed, FIELD, what);
        let given = promised(self.options().value("credentials")).await;
        let given = given.map_err(|cause| CallError::caused(failed("threw or rejected"), cause))?;
        read_credentials(&given).ok_or_else(|| failed(NO_CREDENTIALS).into())
    }

    async fn stored_identity(&self) -> Option<String> {
        self.store.as_ref()?.read().await
    }

    fn store_identity(&self, identity_id: Option<&str>) {
        if let Some(store) = &self.store {
            store.write(identity_id);
        }
    }
}
