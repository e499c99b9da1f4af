//! What happens while nobody asks: a page that wakes up refreshes what has expired meanwhile.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::aws::Aws;
use crate::platform::{Platform, dispatch, pause, soon};
use crate::{API, get, guest};

const TWO_HOURS: f64 = 2.0 * 3_600_000.0;

#[wasm_bindgen_test]
async fn a_page_that_wakes_up_refreshes_credentials_that_have_expired() {
    for event in ["visibilitychange", "pageshow", "online"] {
        let aws = Aws::start();
        let platform = Platform::start_counting();
        let client = guest();
        soon(client.signed_fetch(&get(API))).await.unwrap();
        dispatch(event);
        pause(20).await;
        assert_eq!(aws.sent("GetCredentialsForIdentity").len(), 1, "{event}: they are good");
        platform.set_clock_ahead(TWO_HOURS);
        dispatch(event);
        soon(async {
            while aws.sent("GetCredentialsForIdentity").len() < 2 {
                pause(1).await;
            }
        })
        .await;
        soon(client.signed_fetch(&get(API))).await.unwrap();
        aws.sent("api")[1].assert_signed_by(2);
        assert_eq!((aws.sent("GetId").len(), aws.sent("GetCredentialsForIdentity").len()), (1, 2), "{event}");
    }
}

#[wasm_bindgen_test]
async fn a_client_that_is_closed_does_not_wake() {
    let aws = Aws::start();
    let platform = Platform::start_counting();
    let client = guest();
    soon(client.identity_id()).await.unwrap();
    client.close();
    platform.set_clock_ahead(TWO_HOURS);
    dispatch("online");
    pause(20).await;
    assert_eq!(aws.sent("GetCredentialsForIdentity").len(), 1);
}
